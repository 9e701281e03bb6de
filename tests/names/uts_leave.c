/* SPDX-License-Identifier: MIT */
/*
 * A process moves to another UTS namespace than that of its system page: by unshare or setns, in all of it, in one thread
 * only or in a vfork child, or by clone(CLONE_NEWUTS). Every answer is of the caller's own namespace. Names set later in the
 * old namespace cannot be read by a process that has left it, not in the page either.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/utsname.h>

#include "test.h"

static const volatile struct uss_system_page *my_system_page(void)
{
	return (const volatile void *)((const volatile char *)my_page() + my_page()->system_offset);
}

static void check_name(const char *expected, const char *where)
{
	char real[65], answer[65];

	CHECK(!gethostname(real, sizeof(real)) && !uss_gethostname(answer, sizeof(answer)), "%s", where);
	CHECK(!strcmp(answer, real), "%s: uss_gethostname returns %s, gethostname %s", where, answer, real);
	CHECK(!strcmp(answer, expected), "%s: %s, expected %s", where, answer, expected);
}

/* Neither the old name nor, after a moment, a later name of the old namespace can be read in the page. */
static void check_unmapped(const char *where)
{
	int tries;

	for (tries = 0; tries < 200 && my_system_page()->names_sequence; tries++)
		usleep(10000);
	CHECK(!my_system_page()->names_sequence && !my_system_page()->names.nodename[0], "%s: the old namespace's page can still be read",
	      where);
}

static void set_name(const char *name)
{
	CHECK(!sethostname(name, strlen(name)), "sethostname: %s", strerror(errno));
}

static void check_names_served(bool served, const char *where)
{
	CHECK(((uss_served() & USS_SERVED_NAMES) != 0) == served, "%s: %s", where, served ? "not served" : "served");
}

/* The two ways to leave: into a new namespace, and into an existing one, that of main(). */
static int main_namespace;

static void by_new(void)
{
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
}

static void by_old(void)
{
	CHECK(!setns(main_namespace, CLONE_NEWUTS), "setns: %s", strerror(errno));
}

static void (*leave)(void);

/* Runs @part in a new namespace whose host name is "old" and whose system page has been touched. */
static void try(void (*part)(void))
{
	if (fork() == 0) {
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
		set_name("old");
		if (fork() == 0) {
			check_name("old", "before");
			check_names_served(true, "before");
			part();
			_exit(0);
		}
		reap(-1);
		_exit(0);
	}
	reap(-1);
}

/* A process that stays in the namespace changes the host name. */
static int changer[2], changed[2];

static void start_changer(void)
{
	char byte;

	CHECK(!pipe(changer) && !pipe(changed), "pipe");
	if (fork() == 0) {
		/* This process has the system page, too, so the namespace's page continues to exist. */
		check_name("old", "process that stays");
		CHECK(read(changer[0], &byte, 1) == 1, "read");
		set_name("secret");
		check_name("secret", "process that stays");
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
	check_names_served(false, "after unshare");
	set_name("new");
	check_name("new", "after unshare");
	change();
	check_name("new", "after a change in the old namespace");
	check_unmapped("after unshare");
	CHECK(read_number("/proc/sys/kernel/usrsysshm") == (long)(intptr_t)uss_page_base(), "the sysctl returns another address");
	/* A child is served from the new namespace's page. */
	if (fork() == 0) {
		check_name("new", "child after unshare");
		check_names_served(true, "child after unshare");
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
	check_names_served(false, "after setns");
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid, "waitpid");
	check_name("other", "after the other process has exited");
}

static pthread_barrier_t barrier;

static void *leaver(void *unused)
{
	(void)unused;
	leave();
	set_name("thread");
	check_name("thread", "the thread that left");
	pthread_barrier_wait(&barrier);
	pthread_barrier_wait(&barrier);
	check_name("thread", "the thread that left, later");
	/* A child of this thread is in the thread's namespace. */
	if (fork() == 0) {
		check_name("thread", "child of the thread that left");
		check_names_served(true, "child of the thread that left");
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
	check_names_served(false, "the thread that stayed");
	set_name("old-2");
	check_name("old-2", "the thread that stayed");
	pthread_barrier_wait(&barrier);
	pthread_join(thread, NULL);
	check_name("old-2", "the thread that stayed, later");
	if (fork() == 0) {
		check_name("old-2", "child of the thread that stayed");
		check_names_served(true, "child of the thread that stayed");
		_exit(0);
	}
	reap(-1);
}

static void by_vfork_child(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		check_name("old", "vfork child");
		leave();
		set_name("vforked");
		check_name("vforked", "vfork child that left");
		_exit(0);
	}
	reap(pid);
	check_name("old", "parent after vfork");
	check_names_served(true, "parent after vfork");
}

static void by_clone(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, 0);

	CHECK(pid >= 0, "clone: %s", strerror(errno));
	if (pid == 0) {
		check_name("old", "cloned");
		check_names_served(true, "cloned");
		set_name("cloned");
		check_name("cloned", "cloned");
		_exit(0);
	}
	reap(pid);
	check_name("old", "parent after clone");
	check_names_served(true, "parent after clone");
}

/* A thread that starts in a namespace of its own. It shares its parent's thread-local storage, so it does as little as possible. */
static volatile int thread_is_there, thread_may_end;

static int cloned_thread(void *unused)
{
	struct utsname names;

	(void)unused;
	while (!thread_may_end) {
		CHECK(!syscall(SYS_sethostname, "cloned-thread", 13), "sethostname");
		CHECK(!uss_uname(&names) && !strcmp(names.nodename, "cloned-thread"), "thread of CLONE_NEWUTS: %s", names.nodename);
		thread_is_there = 1;
	}
	syscall(SYS_exit, 0);
	return 0;
}

static void by_clone_thread(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	int thread = clone(cloned_thread, stack + sizeof(stack),
			   CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_NEWUTS, NULL);

	CHECK(thread > 0, "clone: %s", strerror(errno));
	while (!thread_is_there)
		;
	check_name("old", "leader beside a thread of CLONE_NEWUTS");
	check_names_served(false, "leader beside a thread of CLONE_NEWUTS");
	thread_may_end = 1;
	while (syscall(SYS_tgkill, getpid(), thread, 0) == 0)
		usleep(1000);
	check_unmapped("beside a thread of CLONE_NEWUTS");
	check_name("old", "leader after a thread of CLONE_NEWUTS");
}

/* A sharer of the memory is in another namespace and continues there after the owner of the memory has exited. */
static int sharer_pipe[2];

static int sharer(void *unused)
{
	char byte;

	(void)unused;
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	check_name("old", "sharer");
	close(sharer_pipe[1]);
	CHECK(read(sharer_pipe[0], &byte, 1) == 0, "read");
	check_unmapped("sharer, after the owner has exited");
	check_name("old", "sharer, alone");
	_exit(0);
}

static void by_sharer(void)
{
	static char stack[65536] __attribute__((aligned(16)));

	/* Become the reaper of the sharer. */
	CHECK(!prctl(PR_SET_CHILD_SUBREAPER, 1), "prctl: %s", strerror(errno));
	CHECK(!pipe(sharer_pipe), "pipe");
	if (fork() == 0) {
		check_name("old", "owner");
		/* Without CLONE_FILES the owner alone holds the other end of the pipe, which closes when the owner exits. */
		CHECK(clone(sharer, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL) > 0, "clone: %s", strerror(errno));
		usleep(50000);
		_exit(0);
	}
	close(sharer_pipe[1]);
	reap(-1);
	reap(-1);
}

/*
 * System calls that might have changed the namespace, but have not. Both have changed it before, for another process: from then on the
 * module knows that it sees such changes, and does not take each call for one.
 */
static void not_at_all(void)
{
	int own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	CHECK(!setns(own, CLONE_NEWUTS), "setns: %s", strerror(errno));
	check_names_served(true, "after setns into its own namespace");
	CHECK(setns(own, CLONE_NEWUTS | CLONE_NEWTIME), "setns succeeded");
	check_names_served(true, "after a failed setns");
	CHECK(!setresuid(65534, 65534, 65534) && unshare(CLONE_NEWUTS), "unshare succeeded");
	check_names_served(true, "after a failed unshare");
	check_name("old", "after no change");
}

int main(int argc, char **argv)
{
	if (argc == 2) {
		check_name(argv[1], "after exec");
		check_names_served(true, "after exec");
		return 0;
	}
	try(by_unshare);
	try(by_setns);
	try(not_at_all);
	main_namespace = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	leave = by_new;
	try(by_thread);
	try(by_vfork_child);
	leave = by_old;
	try(by_thread);
	try(by_vfork_child);
	try(by_clone);
	try(by_clone_thread);
	try(by_sharer);
	/* exec attaches to the namespace at that time. */
	if (fork() == 0) {
		CHECK(!unshare(CLONE_NEWUTS), "unshare");
		set_name("exec");
		execl("/proc/self/exe", argv[0], "exec", NULL);
		_exit(1);
	}
	reap(-1);
	return 0;
}
