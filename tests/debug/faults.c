/* SPDX-License-Identifier: MIT */
/*
 * Every allocation fails once: those of the module, and those of the fork, exec, clone, unshare and page fault around it. No
 * process gets a wrong answer, programs that could start continue to run, the counts of processes and pages are the same as
 * before, and kmemleak finds no leak of the module.
 *
 * The test runs from memory, as a static program copied there, because a 9p file system stays unusable after one of its
 * messages could not be allocated, with or without the module.
 */
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "fail_nth.h"

#define PROGRAM "/dev/shm/faults"

/* Exit status 3: a wrong answer, or killed. Other effects of a lack of memory on a process are not checked here. */
static void check_answers(void)
{
	struct utsname ours, real;
	char name[65];

	if (uss_getpid() != raw_getpid())
		_exit(3);
	if (syscall(SYS_uname, &real))
		return;
	if (uss_uname(&ours) == 0 && memcmp(&ours, &real, sizeof(real)))
		_exit(3);
	if (uss_gethostname(name, sizeof(name)) == 0 && strcmp(name, real.nodename))
		_exit(3);
	uss_nprocs_onln();
}

static void reap_child(pid_t pid)
{
	int status;

	if (pid <= 0)
		return;
	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	if (WIFSIGNALED(status) || WEXITSTATUS(status) == 3)
		_exit(3);
}

static void do_fork(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		check_answers();
		_exit(0);
	}
	reap_child(pid);
}

static void do_fork_titled(void)
{
	uss_set_title("a title", 7);
	do_fork();
}

static void do_vfork(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		if (uss_getpid() != raw_getpid())
			_exit(3);
		_exit(0);
	}
	reap_child(pid);
	check_answers();
}

static void do_exec(void)
{
	char *argv[] = { PROGRAM, "answer", NULL }, *none[] = { NULL };

	execve(PROGRAM, argv, none);
}

static void do_touch(void)
{
	check_answers();
	uss_set_title("title", 5);
	check_answers();
}

static void do_unshare(void)
{
	check_answers();
	unshare(CLONE_NEWUTS);
	sethostname("faulty", 6);
	check_answers();
	do_fork();
}

static void do_unmap(void)
{
	char *pages = (char *)(uintptr_t)uss_page_base();

	munmap(pages + 4096, 4096);
	munmap(pages + 4 * 4096, 4096);
	if (my_page()->pid && my_page()->pid != (uint32_t)raw_getpid())
		_exit(3);
}

static void do_read_title(void)
{
	char text[100];
	int fd;

	uss_set_title("a title to be read", 18);
	fd = open("/proc/self/cmdline", O_RDONLY);
	if (fd >= 0 && read(fd, text, sizeof(text)) > 0 && strcmp(text, "a title to be read"))
		_exit(3);
}

static const struct {
	const char *name;
	void (*run)(void);
	bool leaves_holes;		/* in the pages that the library reads */
	bool may_die;			/* killed after the point of no return in exec */
} scenes[] = {
	{ .name = "fork", .run = do_fork },
	{ .name = "fork with a title", .run = do_fork_titled },
	{ .name = "vfork", .run = do_vfork },
	{ .name = "exec", .run = do_exec, .may_die = true },
	{ .name = "touch", .run = do_touch },
	{ .name = "unshare", .run = do_unshare },
	{ .name = "unmap", .run = do_unmap, .leaves_holes = true },
	{ .name = "reading a title", .run = do_read_title },
};

/* Returns whether the n-th allocation was reached. */
static bool try(size_t scene, int n)
{
	int reached[2], status;
	char byte = 0;
	pid_t pid;

	CHECK(!pipe(reached), "pipe");
	pid = fork();
	if (pid == 0) {
		fail_nth_open();
		fail_nth_set(n);
		scenes[scene].run();
		if (fail_nth_has_failed() && write(reached[1], "x", 1) != 1)
			_exit(2);
		fail_nth_set(0);
		if (!scenes[scene].leaves_holes)
			check_answers();
		_exit(0);
	}
	close(reached[1]);
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid, "waitpid");
	CHECK(!WIFSIGNALED(status) || scenes[scene].may_die, "%s, allocation %d failed: killed by signal %d", scenes[scene].name, n,
	      WTERMSIG(status));
	/* Reached if it was killed, if exec succeeded and the program did not start, or if the process reported it. */
	if (read(reached[0], &byte, 1) == 0 && (WIFSIGNALED(status) || WEXITSTATUS(status)))
		byte = 'x';
	close(reached[0]);
	CHECK(!WIFEXITED(status) || WEXITSTATUS(status) != 3, "%s, allocation %d failed: wrong answer", scenes[scene].name, n);
	CHECK(!WIFEXITED(status) || WEXITSTATUS(status) != 1, "%s, allocation %d failed: status 1", scenes[scene].name, n);
	return byte == 'x';
}

/* Runs after exec, in the new program: its exit status says whether an allocation has failed. */
static int check_exec(void)
{
	check_answers();
	fail_nth_fd = open("/proc/thread-self/fail-nth", O_RDWR | O_CLOEXEC);
	return fail_nth_fd >= 0 && !fail_nth_has_failed() ? 0 : 4;
}

/* kmemleak does not report young objects, and an object found only once may still be in use. */
static void check_leaks(int kmemleak)
{
	static char text[1 << 20];
	ssize_t length, all = 0;

	CHECK(write(kmemleak, "scan", 4) == 4, "kmemleak: %s", strerror(errno));
	sleep(6);
	CHECK(write(kmemleak, "scan", 4) == 4, "kmemleak: %s", strerror(errno));
	lseek(kmemleak, 0, SEEK_SET);
	while ((length = read(kmemleak, text + all, sizeof(text) - 1 - (size_t)all)) > 0)
		all += length;
	printf("kmemleak: %zd bytes\n", all);
	CHECK(!strstr(text, "usrsysshm"), "leaks: %.400s", text);
}

static void exec_in_memory(void)
{
	int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC), to = open(PROGRAM, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	struct stat status;
	off_t copied = 0;

	CHECK(from >= 0 && to >= 0 && !fstat(from, &status), "%s: %s", PROGRAM, strerror(errno));
	while (copied < status.st_size)
		CHECK(sendfile(to, from, &copied, (size_t)(status.st_size - copied)) > 0, "%s: %s", PROGRAM, strerror(errno));
	close(to);
	execl(PROGRAM, PROGRAM, "scenes", NULL);
	CHECK(false, "%s: %s", PROGRAM, strerror(errno));
}

int main(int argc, char **argv)
{
	int kmemleak;
	long processes, pages, tries;
	size_t scene;
	int n, missed;

	if (argc < 2)
		exec_in_memory();
	if (!strcmp(argv[1], "answer"))
		return check_exec();
	fail_nth_prepare();
	kmemleak = open("/sys/kernel/debug/kmemleak", O_RDWR | O_CLOEXEC);
	CHECK(kmemleak >= 0, "kmemleak: %s", strerror(errno));
	check_answers();
	processes = read_number(PROCESSES);
	pages = read_number(PAGES);
	for (scene = 0; scene < sizeof(scenes) / sizeof(scenes[0]); scene++) {
		/* Some allocations are not made every time. */
		for (n = 1, missed = 0; missed < 5 && n < 2000; n++)
			missed = try(scene, n) ? 0 : missed + 1;
		printf("%s: %d allocations\n", scenes[scene].name, n - missed - 1);
		CHECK(n - missed > 3, "%s: no allocation failed", scenes[scene].name);
	}
	for (tries = 0; tries < 100 && (read_number(PAGES) != pages || read_number(PROCESSES) != processes); tries++)
		usleep(50000);
	CHECK(read_number(PAGES) == pages && read_number(PROCESSES) == processes, "%ld processes and %ld pages before, %ld and %ld after",
	      processes, pages, read_number(PROCESSES), read_number(PAGES));
	check_leaks(kmemleak);
	return 0;
}
