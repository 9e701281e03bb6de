/* SPDX-License-Identifier: MIT */
/*
 * A process asks while another one, which shares its memory, is in the middle of exec, for longer than the asker waits. When the exec fails
 * the pid in the page is 0 until that one exits; when it succeeds the page is right as soon as the new program runs.
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "asking.h"

#define STACK (256 * 1024)
#define FOLDER "/tmp/ask_in_exec/"

static const volatile struct uss_process_page *page;
static int lease, begun, go;
static bool succeeds, waits_long;
static int ends[2];

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
	int fd = open(FOLDER "script", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	const char *text = succeeds ? "#!" FOLDER "good\n" : "#!" FOLDER "bad\n";

	CHECK(fd >= 0 && write(fd, text, strlen(text)) > 0, "script");
	close(fd);
}

static int sharer(void *unused)
{
	(void)unused;
	close(ends[0]);
	set_word(&begun, 1);
	execl(FOLDER "script", "script", NULL);
	set_word(&begun, 2);
	while (!get_word(&go))
		check_in_page(page, "sharer whose exec has failed");
	return 0;
}

/* Gives the lease back after a while. */
static void *thread_of_lease(void *unused)
{
	sleep_us(waits_long ? 600000 : 20000);
	CHECK(!fcntl(lease, F_SETLEASE, F_UNLCK), "lease: %s", strerror(errno));
	close(lease);
	return unused;
}

/* Not a thread: the asker has none. It has the lease. */
static pid_t start_leaser(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	CHECK(!pipe2(ready, O_CLOEXEC), "pipe");
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		lease = open(succeeds ? FOLDER "good" : FOLDER "bad", O_WRONLY | O_CLOEXEC);
		CHECK(lease >= 0 && !fcntl(lease, F_SETLEASE, F_WRLCK), "lease: %s", strerror(errno));
		CHECK(write(ready[1], "r", 1) == 1, "write");
		thread_of_lease(NULL);
		_exit(0);
	}
	close(ready[1]);
	CHECK(read(ready[0], &byte, 1) == 1, "leaser");
	close(ready[0]);
	return pid;
}

static void beside_an_exec(void)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pid_t leaser, pid;
	char byte;

	write_script();
	CHECK(!pipe2(ends, O_CLOEXEC), "pipe");
	leaser = start_leaser();
	pid = clone(sharer, stack + STACK, CLONE_VM | SIGCHLD, NULL);
	CHECK(pid > 0, "clone");
	close(ends[1]);
	wait_word(&begun, 1);
	sleep_us(5000);
	page = ask();
	CHECK(page, "no page");
	check_in_page(page, "beside an exec");
	if (waits_long)
		check_page_asks(page, "beside an exec that takes long");
	if (succeeds) {
		CHECK(read(ends[0], &byte, 1) == 0, "read");
		check_page_serves(page, "after the other one's exec");
	} else {
		wait_word(&begun, 2);
		check_page_asks(page, "after the other one's exec has failed");
	}
	set_word(&go, 1);
	reap(pid);
	check_page_serves(page, "when the other one has gone");
	reap(leaser);
}

int main(int argc, char **argv)
{
	int i;

	(void)argv;
	if (argc > 1)		/* the interpreter: called with the script's name */
		return 0;
	signal(SIGIO, SIG_IGN);
	mkdir(FOLDER, 0700);
	copy_file("/proc/self/exe", FOLDER "good");
	copy_file("/proc/self/status", FOLDER "bad");
	for (i = 0; i < 4; i++) {
		succeeds = i & 1;
		waits_long = i & 2;
		in_fresh_process(beside_an_exec);
	}
	return 0;
}
