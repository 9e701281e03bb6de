/* SPDX-License-Identifier: MIT */
/*
 * A process in another UTS namespace than its page's: by unshare, by setns, by one of its threads alone, by a vfork child, by
 * clone(CLONE_NEWUTS). The answer is always of the asker's own namespace, and what is said later in the one that was left cannot be
 * read by who has left it, not in the page either.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include "test.h"

static const volatile struct uss_system_page *my_system_page(void)
{
	return (const volatile void *)((const volatile char *)my_page() + my_page()->system_offset);
}

static void check_name(const char *expected, const char *where)
{
	char real[65], answer[65];

	CHECK(!gethostname(real, sizeof(real)) && !uss_gethostname(answer, sizeof(answer)), "%s", where);
	CHECK(!strcmp(answer, real), "%s: uss_gethostname says %s, the kernel %s", where, answer, real);
	CHECK(!strcmp(answer, expected), "%s: %s, expected %s", where, answer, expected);
}

static void set_name(const char *name)
{
	CHECK(!sethostname(name, strlen(name)), "sethostname: %s", strerror(errno));
}

static void check_named(bool served, const char *where)
{
	CHECK(((uss_served() & USS_SERVED_NAMES) != 0) == served, "%s: %s", where, served ? "not served" : "served");
}

/* Runs @part in a new namespace called "old", whose page has been read. */
static void try(void (*part)(void))
{
	if (fork() == 0) {
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
		set_name("old");
		if (fork() == 0) {
			check_name("old", "before");
			check_named(true, "before");
			part();
			_exit(0);
		}
		reap(-1);
		_exit(0);
	}
	reap(-1);
}

/* The namespace's name changes, by a process that has stayed in it. */
static int changer[2], changed[2];

static void start_changer(void)
{
	char byte;

	CHECK(!pipe(changer) && !pipe(changed), "pipe");
	if (fork() == 0) {
		CHECK(read(changer[0], &byte, 1) == 1, "read");
		set_name("secret");
		CHECK(write(changed[1], "x", 1) == 1, "write");
		_exit(0);
	}
}

static void change(void)
{
	char byte;

	CHECK(write(changer[1], "x", 1) == 1 && read(changed[0], &byte, 1) == 1, "pipe");
}

static void by_unshare(void)
{
	start_changer();
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	check_name("old", "right after unshare");
	check_named(false, "after unshare");
	set_name("new");
	check_name("new", "after unshare");
	change();
	check_name("new", "after a change in the old namespace");
	CHECK(strcmp((const char *)my_system_page()->names.nodename, "secret"), "the old namespace's name can be read");
	/* A child is served with the new one. */
	if (fork() == 0) {
		check_name("new", "child after unshare");
		check_named(true, "child after unshare");
		set_name("newer");
		check_name("newer", "child after unshare");
		_exit(0);
	}
	reap(-1);
	reap(-1);
	check_name("newer", "after the child");
}

static void by_setns(void)
{
	char byte, path[64];
	int fd, ready[2];
	pid_t pid;

	CHECK(!pipe(ready), "pipe");
	pid = fork();
	if (pid == 0) {
		CHECK(!unshare(CLONE_NEWUTS), "unshare");
		set_name("other");
		CHECK(write(ready[1], "x", 1) == 1, "write");
		pause();
	}
	CHECK(read(ready[0], &byte, 1) == 1, "read");
	sprintf(path, "/proc/%d/ns/uts", pid);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && !setns(fd, CLONE_NEWUTS), "setns: %s", strerror(errno));
	check_name("other", "after setns");
	check_named(false, "after setns");
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid, "waitpid");
	check_name("other", "after the other has gone");
}

static pthread_barrier_t barrier;

static void *leaver(void *unused)
{
	(void)unused;
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	set_name("thread");
	check_name("thread", "the thread that left");
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	check_name("thread", "the thread that left, later");
	/* Its child is where it is. */
	if (fork() == 0) {
		check_name("thread", "child of the thread that left");
		check_named(true, "child of the thread that left");
		_exit(0);
	}
	reap(-1);
	return NULL;
}

static void by_thread(void)
{
	pthread_t thread;

	pthread_barrier_init(&barrier, NULL, 2);
	CHECK(!pthread_create(&thread, NULL, leaver, NULL), "pthread_create");
	pthread_barrier_wait(&barrier);
	check_name("old", "the thread that stayed");
	check_named(false, "the thread that stayed");
	set_name("old-2");
	check_name("old-2", "the thread that stayed");
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	check_name("old-2", "the thread that stayed, later");
	if (fork() == 0) {
		check_name("old-2", "child of the thread that stayed");
		check_named(true, "child of the thread that stayed");
		_exit(0);
	}
	reap(-1);
}

static void by_vfork_child(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		check_name("old", "vfork child");
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
		set_name("vforked");
		check_name("vforked", "vfork child after unshare");
		_exit(0);
	}
	reap(pid);
	check_name("old", "parent after vfork");
	check_named(true, "parent after vfork");
}

static void by_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, 0);

	CHECK(pid >= 0, "clone: %s", strerror(errno));
	if (pid == 0) {
		check_name("old", "cloned");
		check_named(true, "cloned");
		set_name("cloned");
		check_name("cloned", "cloned");
		_exit(0);
	}
	reap(pid);
	check_name("old", "parent after clone");
	check_named(true, "parent after clone");
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		check_name(argv[1], "after exec");
		check_named(true, "after exec");
		return 0;
	}
	try(by_unshare);
	try(by_setns);
	try(by_thread);
	try(by_vfork_child);
	try(by_clone);
	/* exec begins anew. */
	if (fork() == 0) {
		CHECK(!unshare(CLONE_NEWUTS), "unshare");
		set_name("exec");
		execl("/proc/self/exe", argv[0], "exec", NULL);
		_exit(1);
	}
	reap(-1);
	return 0;
}
