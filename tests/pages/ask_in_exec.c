/* SPDX-License-Identifier: MIT */
/*
 * A process asks for pages while another one that shares its memory is in the middle of exec, and the exec lasts longer than
 * the kernel waits for it. If the exec fails, the pid in the page is 0 until that process exits. If it succeeds, the page is
 * valid as soon as the new program runs.
 *
 * A file lease on the interpreter of a script keeps the exec waiting.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "asking.h"

#define STACK (256 * 1024)
#define DIRECTORY "/tmp/ask_in_exec/"

static const volatile struct uss_process_page *page;
static int lease, started, go;
static bool succeeds, lasts_long;
static int ends[2], asked[2];

static void copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC), out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	static char text[65536];
	ssize_t got;

	CHECK(in >= 0 && out >= 0, "%s: %s", to, strerror(errno));
	while ((got = read(in, text, sizeof(text))) > 0)
		CHECK(write(out, text, (size_t)got) == got, "write");
	close(in);
	close(out);
}

static void write_script(void)
{
	int fd = open(DIRECTORY "script", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	const char *text = succeeds ? "#!" DIRECTORY "good\n" : "#!" DIRECTORY "bad\n";

	CHECK(fd >= 0 && write(fd, text, strlen(text)) > 0, "script");
	close(fd);
}

static int sharer(void *unused)
{
	(void)unused;
	close(ends[0]);
	set_word(&started, 1);
	execl(DIRECTORY "script", "script", NULL);
	CHECK(!succeeds, "exec: %s", strerror(errno));
	set_word(&started, 2);
	while (!get_word(&go))
		check_page_pid(page, "sharer after a failed exec");
	return 0;
}

/* Gives the lease back after a while, or when the process that asks has its answer. */
static void return_lease(void)
{
	char byte;

	if (lasts_long)
		CHECK(read(asked[0], &byte, 1) == 1, "read");
	else
		sleep_us(20000);
	CHECK(!fcntl(lease, F_SETLEASE, F_UNLCK), "lease: %s", strerror(errno));
	close(lease);
}

/* A process of its own, not a thread, because the asking process must have none. It holds the lease. */
static pid_t start_leaser(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(!pipe2(ready, O_CLOEXEC), "pipe");
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		/* Not for writing: exec would fail while the file is still open. */
		lease = open(succeeds ? DIRECTORY "good" : DIRECTORY "bad", O_RDONLY | O_CLOEXEC);
		CHECK(lease >= 0 && !fcntl(lease, F_SETLEASE, F_WRLCK), "lease: %s", strerror(errno));
		CHECK(write(ready[1], "r", 1) == 1, "write");
		return_lease();
		_exit(0);
	}
	close(ready[1]);
	CHECK(read(ready[0], &byte, 1) == 1, "leaser");
	close(ready[0]);
	return pid;
}

static void ask_during_exec(void)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t leaser, pid;
	char byte;

	write_script();
	CHECK(!pipe2(ends, O_CLOEXEC) && !pipe2(asked, O_CLOEXEC), "pipe");
	leaser = start_leaser();
	pid = clone(sharer, stack + STACK, CLONE_VM | SIGCHLD, NULL);
	CHECK(pid > 0, "clone");
	close(ends[1]);
	wait_word(&started, 1);
	sleep_us(5000);
	page = ask();
	CHECK(page, "no page");
	check_page_pid(page, "during another process's exec");
	if (lasts_long) {
		check_page_zero(page, "during another process's long exec");
		CHECK(write(asked[1], "a", 1) == 1, "write");
	}
	if (succeeds) {
		CHECK(read(ends[0], &byte, 1) == 0, "read");
		check_page_serves(page, "after the sharer's exec");
	} else {
		wait_word(&started, 2);
		check_page_zero(page, "after the sharer's failed exec");
	}
	set_word(&go, 1);
	reap(pid);
	check_page_serves(page, "after the sharer has exited");
	reap(leaser);
}

int main(int argc, char **argv)
{
	int i;

	(void)argv;
	if (argc > 1)		/* started as the script's interpreter, with the script's name */
		return 0;
	signal(SIGIO, SIG_IGN);
	mkdir(DIRECTORY, 0700);
	copy_file("/proc/self/exe", DIRECTORY "good");
	copy_file("/proc/self/status", DIRECTORY "bad");
	for (i = 0; i < 4; i++) {
		succeeds = i & 1;
		lasts_long = i & 2;
		in_fresh_process(ask_during_exec);
	}
	return 0;
}
