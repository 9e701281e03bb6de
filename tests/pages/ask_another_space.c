/* SPDX-License-Identifier: MIT */
/*
 * While a process asks for pages, another process that shares the memory unmaps them, and asks at once: it gets pages of its own. When it
 * has left, nothing in them is valid any more, because its UTS namespace may be freed.
 *
 * A third process that is in the middle of exec makes the first request last. A file lease on its script's interpreter keeps it there.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "asking.h"

#define STACK (256 * 1024)
#define DIRECTORY "/tmp/ask_another_space/"

static const volatile struct uss_process_page *page;
static unsigned long from, to;		/* of the first request's pages */
static int in_exec, go, leave, asked, returned;

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

/* Stays in exec until the lease is given back, then fails. */
static int stay_in_exec(void *unused)
{
	(void)unused;
	set_word(&in_exec, 1);
	execl(DIRECTORY "script", "script", NULL);
	return 0;
}

/* One read: a second one would ask again. */
static const volatile struct uss_process_page *ask_once(int fd)
{
	char text[32] = "";

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "the request: %s", strerror(errno));
	return (const volatile struct uss_process_page *)(uintptr_t)strtoull(text, NULL, 10);
}

static int open_request(void)
{
	return open("/proc/sys/kernel/usrsysshm", O_RDONLY | O_CLOEXEC);
}

/* In a UTS namespace of its own. */
static int ask_and_leave(void *unused)
{
	int fd = open_request();

	(void)unused;
	wait_word(&go, 1);
	CHECK(!munmap((void *)from, to - from), "munmap: %s", strerror(errno));
	page = ask_once(fd);
	CHECK(page, "the other process has no pages");
	check_page_pid(page, "the other process");
	CHECK(page->speaks & USS_SPEAKS_SYSTEM, "the other process's names are not served");
	set_word(&asked, 1);
	wait_word(&leave, 1);
	return 0;
}

static pid_t start(int (*function)(void *unused), int flags)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid = clone(function, stack + STACK, CLONE_VM | SIGCHLD | flags, NULL);

	CHECK(pid > 0, "clone: %s", strerror(errno));
	return pid;
}

static void *asking_thread(void *unused)
{
	ask_once(open_request());
	set_word(&returned, 1);
	return unused;
}

/* Finds the pages as soon as this process owns them, as its fork id tells: the request has not returned by then. */
static void find_pages(void)
{
	static char text[65536];
	char *at;

	do
		read_text("/proc/sys/kernel/usrsysshm_self", text, sizeof(text));
	while (!strtoull(text, NULL, 10));
	read_text("/proc/self/maps", text, sizeof(text));
	at = strstr(text, "[usrsysshm]");
	CHECK(at && !get_word(&returned), "the request has returned");
	while (at > text && at[-1] != '\n')
		at--;
	CHECK(sscanf(at, "%lx-%lx", &from, &to) == 2, "/proc/self/maps");
}

static void ask_unmap_ask(void)
{
	pid_t executing, other;
	pthread_t id;

	alarm(60);
	executing = start(stay_in_exec, 0);
	other = start(ask_and_leave, CLONE_NEWUTS);
	wait_word(&in_exec, 1);
	sleep_us(50000);
	CHECK(!pthread_create(&id, NULL, asking_thread, NULL), "thread");
	find_pages();
	set_word(&go, 1);
	wait_word(&asked, 1);
	pthread_join(id, NULL);
	check_page_zero(page, "beside the other process");
	set_word(&leave, 1);
	reap(other);
	CHECK(!(page->speaks & USS_SPEAKS_SYSTEM), "the names of the process that has left are still said to be valid");
	check_page_zero(page, "after the other process has left");
	kill(executing, SIGKILL);
	waitpid(executing, NULL, 0);
}

int main(void)
{
	int lease, i;

	require_pages_on_demand();
	signal(SIGIO, SIG_IGN);
	mkdir(DIRECTORY, 0700);
	write_file(DIRECTORY "interpreter", "nothing\n");
	write_file(DIRECTORY "script", "#!" DIRECTORY "interpreter\n");
	lease = open(DIRECTORY "interpreter", O_WRONLY | O_CLOEXEC);
	CHECK(lease >= 0 && !fcntl(lease, F_SETLEASE, F_WRLCK), "lease: %s", strerror(errno));
	/* The first request must not look at the moment without pages. */
	for (i = 0; i < 20; i++)
		in_fresh_process(ask_unmap_ask);
	return 0;
}
