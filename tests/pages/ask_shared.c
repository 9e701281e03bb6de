/* SPDX-License-Identifier: MIT */
/*
 * A process asks for pages while another process shares its memory. The pid in the page is 0 as long as the sharer exists. It
 * becomes valid as soon as the sharer exits or execs successfully, and stays 0 if its exec fails. A vfork child that asks
 * gets no pages and does not prevent its parent from getting them. A process that reads the memory through /proc does not
 * count as a sharer.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>

#include "asking.h"

#define STACK (256 * 1024)

static const volatile struct uss_process_page *page;
static int started, go;

static pid_t share(int (*function)(void *), void *argument)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid;

	CHECK(stack != MAP_FAILED, "mmap");
	pid = clone(function, stack + STACK, CLONE_VM | SIGCHLD, argument);
	CHECK(pid > 0, "clone: %s", strerror(errno));
	return pid;
}

static int sharer(void *argument)
{
	(void)argument;
	set_word(&started, 1);
	while (!get_word(&go))
		check_page_pid(page, "sharer");
	check_page_zero(page, "sharer at its end");
	return 0;
}

static void beside_a_sharer_that_exits(void)
{
	pid_t pid = share(sharer, NULL);

	wait_word(&started, 1);
	page = ask();
	check_page_zero(page, "beside a sharer");
	CHECK(ask() == page, "asking again returns another address");
	check_page_zero(page, "beside a sharer, after asking again");
	sleep_us(20000);
	check_page_zero(page, "beside a sharer, later");
	set_word(&go, 1);
	reap(pid);
	check_page_serves(page, "after the sharer has exited");
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
}

static int exec_sharer(void *argument)
{
	const int *ends = argument;

	set_word(&started, 1);
	close(ends[0]);
	wait_word(&go, 1);
	execl("/nowhere", "nothing", NULL);
	check_page_zero(page, "sharer after a failed exec");
	set_word(&started, 2);
	wait_word(&go, 2);
	execl("/proc/self/exe", "ask_shared", "wait", NULL);
	_exit(1);
}

static void beside_a_sharer_that_execs(void)
{
	int ends[2];
	pid_t pid;
	char byte;

	CHECK(!pipe2(ends, O_CLOEXEC), "pipe");
	pid = share(exec_sharer, ends);
	close(ends[1]);
	wait_word(&started, 1);
	page = ask();
	check_page_zero(page, "beside a sharer before its exec");
	set_word(&go, 1);
	wait_word(&started, 2);
	check_page_zero(page, "beside a sharer after its failed exec");
	set_word(&go, 2);
	/* exec closes the pipe after the switch to the new memory. */
	CHECK(read(ends[0], &byte, 1) == 0, "read");
	check_page_serves(page, "after the sharer's exec");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check_page_serves(page, "after the sharer's new program has been killed");
}

static void *vfork_thread(void *unused)
{
	pid_t pid = vfork();

	if (pid == 0) {
		set_word(&started, 1);
		while (!get_word(&go))
			check_page_pid(page, "vfork child");
		check_page_zero(page, "vfork child at its end");
		_exit(0);
	}
	check_page_serves(page, "thread after vfork");
	reap(pid);
	return unused;
}

static void beside_a_vfork(void)
{
	pthread_t id;

	CHECK(!pthread_create(&id, NULL, vfork_thread, NULL), "thread");
	wait_word(&started, 1);
	page = ask();
	check_page_zero(page, "beside a vfork child");
	set_word(&go, 1);
	CHECK(!pthread_join(id, NULL), "join");
	check_page_serves(page, "after vfork");
}

static void in_a_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		page = ask();
		CHECK(!page, "a vfork child was given pages at %p", (const void *)page);
		execl("/nowhere", "nothing", NULL);
		CHECK(!ask(), "a vfork child was given pages after its exec had failed");
		_exit(0);
	}
	reap(pid);
	check_no_pages("parent of a vfork child that asked");
	page = ask();
	check_page_serves(page, "parent that asks after its vfork child");
}

/* A vfork child that asks while its parent has pages must not become their owner. */
static void in_a_vfork_again(void)
{
	pid_t pid;

	page = ask();
	pid = vfork();
	if (pid == 0) {
		check_page_zero(page, "vfork child");
		ask();
		check_page_zero(page, "vfork child after it has asked");
		_exit(0);
	}
	check_page_serves(page, "after vfork");
	reap(pid);
}

/* The sharer asks for pages, too. */
static int asking_sharer(void *argument)
{
	CHECK(ask() == page, "the sharer reads another address");
	check_page_zero(page, "sharer that asks");
	return sharer(argument);
}

static void beside_a_sharer_that_asks(void)
{
	pid_t pid;

	page = ask();
	check_page_serves(page, "alone");
	pid = share(asking_sharer, NULL);
	wait_word(&started, 1);
	ask();
	check_page_zero(page, "after both have asked");
	set_word(&go, 1);
	reap(pid);
	check_page_serves(page, "after the sharer that asked has exited");
}

/* Reads all readable memory of process @pid. Each read holds a reference to that memory for a moment. */
static void read_memory_of(pid_t pid)
{
	static const char *const names[] = { "environ", "maps", "mem", "cmdline" };
	static char path[64], text[4096];
	size_t i;
	int fd;

	for (;;) {
		for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
			snprintf(path, sizeof(path), "/proc/%d/%s", pid, names[i]);
			fd = open(path, O_RDONLY);
			if (fd < 0)
				continue;
			pread(fd, text, sizeof(text), i == 2 ? (off_t)(uintptr_t)text : 0);
			close(fd);
		}
	}
}

static void beside_readers(void)
{
	pid_t self = raw_getpid(), readers[2];
	int i;

	for (i = 0; i < 2; i++) {
		readers[i] = fork();
		if (readers[i] == 0)
			read_memory_of(self);
	}
	for (i = 0; i < 40; i++) {
		sleep_us(200);
		page = ask();
		check_page_serves(page, "while /proc readers hold its memory");
		CHECK(!munmap((void *)(uintptr_t)page, 3 * 4096), "munmap");
	}
	for (i = 0; i < 2; i++) {
		kill(readers[i], SIGKILL);
		waitpid(readers[i], NULL, 0);
	}
}

/* The thread of a sharer continues after the sharer's first thread has exited. */
static int thread_of_sharer(void *argument)
{
	sharer(argument);
	syscall(SYS_exit, 0);
	return 0;
}

static int sharer_with_thread(void *argument)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	CHECK(clone(thread_of_sharer, stack + STACK, CLONE_VM | CLONE_SIGHAND | CLONE_THREAD, argument) > 0, "thread");
	syscall(SYS_exit, 0);
	return 0;
}

static void beside_a_sharers_thread(void)
{
	pid_t pid = share(sharer_with_thread, NULL);

	wait_word(&started, 1);
	sleep_us(50000);
	page = ask();
	check_page_zero(page, "beside the thread of a sharer");
	set_word(&go, 1);
	reap(pid);
	check_page_serves(page, "after all threads of the sharer have exited");
}

/* Reads the address of the pages without pause. It must never find the asking process's pid there. */
static int reading_sharer(void *unused)
{
	off_t at = (off_t)(uintptr_t)page + (off_t)offsetof(struct uss_process_page, pid);
	int memory = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
	uint32_t in_page;

	(void)unused;
	set_word(&started, 1);
	while (!get_word(&go))
		if (pread(memory, &in_page, sizeof(in_page), at) == sizeof(in_page))
			CHECK(in_page == 0, "sharer: the page has pid %u while the owner asks", in_page);
	return 0;
}

static void beside_a_sharer_that_reads(void)
{
	/* Map the stack first, so that the next pages get the same address again. */
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t pid;
	int i;

	page = ask();
	munmap((void *)(uintptr_t)page, 3 * 4096);
	pid = clone(reading_sharer, stack + STACK, CLONE_VM | SIGCHLD, NULL);
	CHECK(pid > 0, "clone: %s", strerror(errno));
	wait_word(&started, 1);
	for (i = 0; i < 300; i++) {
		CHECK(ask() == page, "pages at another address");
		check_page_zero(page, "beside a sharer that reads the page");
		munmap((void *)(uintptr_t)page, 3 * 4096);
	}
	set_word(&go, 1);
	reap(pid);
	page = ask();
	check_page_serves(page, "after the sharer that read the page has exited");
}

int main(int argc, char **argv)
{
	(void)argv;
	if (argc == 2)
		return pause();
	require_pages_on_demand();
	check_no_pages("program");
	in_fresh_process(beside_a_sharer_that_exits);
	in_fresh_process(beside_a_sharer_that_execs);
	in_fresh_process(beside_a_vfork);
	in_fresh_process(in_a_vfork);
	in_fresh_process(in_a_vfork_again);
	in_fresh_process(beside_a_sharer_that_asks);
	in_fresh_process(beside_readers);
	in_fresh_process(beside_a_sharers_thread);
	in_fresh_process(beside_a_sharer_that_reads);
	check_no_pages("parent of the processes that asked");
	return 0;
}
