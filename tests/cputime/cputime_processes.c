/* SPDX-License-Identifier: MIT */
/*
 * Each thread reads its own CPU time, whatever it shares with others: threads that come and go, children of fork and vfork, processes that
 * share memory and even the thread-local storage, a program after exec, a process that is stopped and traced.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#include "cputime.h"

#define STACK 65536

static void check_many(const char *where, int count)
{
	uint64_t last = 0;

	while (count--)
		check_cputime_after(&last, where);
}

static void *short_thread(void *unused)
{
	check_many("short thread", 20);
	return unused;
}

static void threads_that_come_and_go(void)
{
	pthread_t ids[8];
	int round, i;

	for (round = 0; round < 150; round++) {
		for (i = 0; i < 8; i++)
			CHECK(!pthread_create(&ids[i], NULL, short_thread, NULL), "pthread_create");
		for (i = 0; i < 8; i++)
			pthread_join(ids[i], NULL);
	}
}

static void wait_for(pid_t pid)
{
	int status;

	CHECK(waitpid(pid, &status, __WALL) == pid, "waitpid: %s", strerror(errno));
	CHECK(WIFEXITED(status) && !WEXITSTATUS(status), "child ended with status %#x", status);
}

static void children_of_fork(void)
{
	pid_t pid;
	int i;

	for (i = 0; i < 50; i++) {
		pid = fork();
		if (!pid) {
			need_cputime();
			check_many("child of fork", 200);
			_exit(0);
		}
		check_many("parent of fork", 50);
		wait_for(pid);
	}
}

static void children_of_vfork(void)
{
	uint64_t last;
	pid_t pid;
	int i, k;

	for (i = 0; i < 200; i++) {
		pid = vfork();
		if (!pid) {
			last = 0;
			for (k = 0; k < 30; k++)
				check_cputime_after(&last, "child of vfork");
			_exit(0);
		}
		check_many("parent after vfork", 5);
		wait_for(pid);
	}
}

/* Runs beside its parent, in the same memory and with the same thread-local storage. */
static int sharer(void *unused)
{
	uint64_t last = 0;
	int i;

	(void)unused;
	for (i = 0; i < 3000; i++)
		check_cputime_after(&last, "process that shares memory");
	return 0;
}

static void processes_that_share_memory(void)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	uint64_t last = 0;
	pid_t pid;
	int round, i;

	for (round = 0; round < 10; round++) {
		pid = clone(sharer, stack + STACK, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
		CHECK(pid > 0, "clone: %s", strerror(errno));
		for (i = 0; i < 3000; i++)
			check_cputime_after(&last, "beside a process that shares memory");
		wait_for(pid);
	}
}

/* Whether the next instruction of the traced process is RDTSCP. */
static bool is_before_counter(pid_t pid)
{
#ifdef __x86_64__
	struct user_regs_struct registers;

	CHECK(!ptrace(PTRACE_GETREGS, pid, 0, &registers), "registers: %s", strerror(errno));
	return (ptrace(PTRACE_PEEKTEXT, pid, registers.rip, 0) & 0xffffff) == 0xf9010f;
#else
	(void)pid;
	return false;
#endif
}

static void stopped_and_traced(void)
{
	cpu_set_t first;
	int i, status, stops = 0;
	pid_t pid;

	pid = fork();
	if (!pid) {
		/* Moved to another processor at each step, it would make the system call. */
		CPU_ZERO(&first);
		CPU_SET(0, &first);
		CHECK(!sched_setaffinity(0, sizeof(first), &first), "affinity: %s", strerror(errno));
		need_cputime();
		for (;;)
			check_many("stopped process", 100);
	}
	for (i = 0; i < 40; i++) {
		kill(pid, SIGSTOP);
		CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "stopped: %#x", status);
		usleep(2000);
		kill(pid, SIGCONT);
		usleep(10000);
	}
	for (i = 0; i < 40; i++) {
		CHECK(!ptrace(PTRACE_ATTACH, pid, 0, 0), "attach: %s", strerror(errno));
		CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status), "traced: %#x", status);
		usleep(2000);
		CHECK(!ptrace(PTRACE_DETACH, pid, 0, 0), "detach: %s", strerror(errno));
		usleep(10000);
	}
	/* One instruction at a time, with a long stop before it reads the counter: the child is switched from and to between its loads. */
	CHECK(!ptrace(PTRACE_ATTACH, pid, 0, 0) && waitpid(pid, &status, 0) == pid, "attach: %s", strerror(errno));
	for (i = 0; i < 12000 && stops < 10; i++) {
		if (is_before_counter(pid)) {
			stops++;
			usleep(50000);
		}
		CHECK(!ptrace(PTRACE_SINGLESTEP, pid, 0, 0), "step %d: %s", i, strerror(errno));
		CHECK(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status), "step %d: %#x", i, status);
	}
	CHECK(stops == 10, "%d stops before the counter is read", stops);
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL, "ended with %#x", status);
}

static char **arguments;

static void *execute(void *unused)
{
	execv("/proc/self/exe", (char *[]){ arguments[0], "again", NULL });
	return unused;
}

int main(int argc, char **argv)
{
	pthread_t id;
	pid_t pid;

	arguments = argv;
	need_cputime();
	check_many("program", 1000);
	if (argc > 1)
		return 0;
	threads_that_come_and_go();
	children_of_fork();
	children_of_vfork();
	processes_that_share_memory();
	stopped_and_traced();
	/* Exec by a thread that is not the first. */
	pid = fork();
	if (!pid) {
		pthread_create(&id, NULL, execute, NULL);
		for (;;)
			check_many("beside exec", 10);
	}
	wait_for(pid);
	return 0;
}
