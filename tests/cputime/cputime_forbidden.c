/* SPDX-License-Identifier: MIT */
/*
 * A thread that may not read the time-stamp counter (PR_SET_TSC) makes the system call, and is not killed: whether it was forbidden before
 * or after the process reads its CPU time, in another thread, in a process that shares the memory, or is inherited by a child. Under strict
 * seccomp the system call is made, too, and kills the process as it would without the module.
 */
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>

#include "cputime.h"

static void forbid(void)
{
	CHECK(!prctl(PR_SET_TSC, PR_TSC_SIGSEGV, 0, 0, 0), "PR_SET_TSC: %s", strerror(errno));
}

static void check_many(const char *where)
{
	int i;

	for (i = 0; i < 1000; i++)
		check_cputime(where);
}

static int step;

static void *other_thread(void *unused)
{
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) != 1)
		check_cputime("other thread");
	forbid();
	check_many("other thread, forbidden");
	__atomic_store_n(&step, 2, __ATOMIC_RELEASE);
	return unused;
}

static void in_another_thread(void)
{
	pthread_t id;

	need_cputime();
	CHECK(!pthread_create(&id, NULL, other_thread, NULL), "pthread_create");
	usleep(20000);
	__atomic_store_n(&step, 1, __ATOMIC_RELEASE);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) != 2)
		check_cputime("beside a forbidden thread");
	pthread_join(id, NULL);
}

static void after_reading(void)
{
	need_cputime();
	forbid();
	check_many("forbidden after reading");
	if (!fork()) {
		check_many("child of a forbidden thread");
		_exit(0);
	}
	wait(NULL);
}

static void before_reading(void)
{
	forbid();
	check_many("forbidden before reading");
}

/* The first thread that reads may read the counter. Another thread, which runs meanwhile, may not. */
static void *forbidden_thread(void *unused)
{
	forbid();
	__atomic_store_n(&step, 11, __ATOMIC_RELEASE);
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) != 12)
		;
	check_many("forbidden before another thread reads");
	return unused;
}

static void before_another_thread_reads(void)
{
	struct timespec time;
	pthread_t id;

	CHECK(!pthread_create(&id, NULL, forbidden_thread, NULL), "pthread_create");
	while (__atomic_load_n(&step, __ATOMIC_ACQUIRE) != 11)
		;
	uss_thread_cputime(&time);
	__atomic_store_n(&step, 12, __ATOMIC_RELEASE);
	pthread_join(id, NULL);
}

static void strict_seccomp(void)
{
	struct timespec time;

	need_cputime();
	CHECK(!prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT, 0, 0, 0), "PR_SET_SECCOMP: %s", strerror(errno));
	uss_thread_cputime(&time);
	syscall(SYS_exit, 0);
}

static void in_child(void (*function)(void), int expected)
{
	pid_t pid = fork();
	int status;

	if (!pid) {
		function();
		_exit(0);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == expected, "child ended with status %#x, expected %#x", status, expected);
}

int main(void)
{
	struct timespec time;

	skip_without_cputime();
	in_child(before_reading, 0);
	in_child(before_another_thread_reads, 0);
	in_child(after_reading, 0);
	in_child(in_another_thread, 0);
	in_child(strict_seccomp, SIGKILL);
	CHECK(uss_thread_cputime(NULL) == -1 && errno == EFAULT, "NULL: %s", strerror(errno));
	CHECK(!uss_thread_cputime(&time), "%s", strerror(errno));
	return 0;
}
