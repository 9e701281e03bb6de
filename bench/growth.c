/* SPDX-License-Identifier: MIT */
/*
 * growth.c - whether costs grow with the number of processes, UTS namespaces, or threads
 *
 *	growth processes|namespaces|threads NUMBER [rmmod]	it ends all processes of its process group (setsid)
 *
 * In the presence of NUMBER sleeping processes that have read their process page, of NUMBER UTS namespaces whose system page a process
 * has read, or of NUMBER sleeping threads in this process. Without the module the library makes system calls.
 * With "rmmod", the module is removed at the end, once.
 *
 * Prints CSV: subject, number, operation, nanoseconds: median, lower and upper quartile of the rounds. Under `vm/run --icount` they are instructions. The
 * program is static and its memory layout always the same.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"
#include "process.h"
#include "settle.h"

static struct utsname names;
static struct timespec used;

/* A process reads the page of the UTS namespace in which it was created. */
static void unshare_fork_exit(long count)
{
	pid_t child;

	while (count--) {
		child = fork();
		if (child == 0) {
			if (unshare(CLONE_NEWUTS))
				die("unshare");
			child = fork();
			if (child == 0) {
				USE(uss_uname(&names));
				_exit(0);
			}
			reap(child);
			_exit(0);
		}
		reap(child);
	}
}

static void *empty_thread(void *nothing)
{
	return nothing;
}

static void create_join(long count)
{
	pthread_t id;

	while (count--)
		if (pthread_create(&id, NULL, empty_thread, NULL) || pthread_join(id, NULL))
			die("thread");
}

static void set_host_name(long count)
{
	while (count--)
		if (sethostname(names.nodename, strlen(names.nodename)))
			die("sethostname");
}

static void read_command_line(long count)
{
	char buffer[4096];
	int file;

	while (count--) {
		file = open("/proc/self/cmdline", O_RDONLY);
		if (file < 0 || read(file, buffer, sizeof(buffer)) <= 0)
			die("/proc/self/cmdline");
		close(file);
	}
}

static void thread_cputime(long count)
{
	while (count--)
		USE(uss_thread_cputime(&used));
}

/* Includes the time that the call waits, under --icount too. */
static void remove_module(long count)
{
	if (syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK))
		die("rmmod");
	(void)count;
}

static void sleep_for_ever(void)
{
	for (;;)
		pause();
}

static void *sleeping_thread(void *nothing)
{
	sleep_for_ever();
	return nothing;
}

static void begin_thread(void)
{
	pthread_attr_t attributes;
	pthread_t id;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 << 10);
	if (pthread_create(&id, &attributes, sleeping_thread, NULL))
		die("thread");
}

/* Reads the page; closes the pipe as a sign that it has. */
static void sleeper(const int *ready)
{
	USE(uss_getpid());
	USE(uss_uname(&names));
	close(ready[0]);
	close(ready[1]);
	sleep_for_ever();
}

static void wait_for_sleeper(const int *ready)
{
	char byte;

	close(ready[1]);
	if (read(ready[0], &byte, 1) != 0)
		die("pipe");
	close(ready[0]);
}

static void begin_process(void)
{
	int ready[2];
	pid_t child;

	if (pipe(ready))
		die("pipe");
	child = fork();
	if (child < 0)
		die("fork");
	if (child == 0)
		sleeper(ready);
	wait_for_sleeper(ready);
}

/* A process reads the page of the UTS namespace in which it was created. */
static void begin_namespace(void)
{
	int ready[2];
	pid_t child;

	if (pipe(ready))
		die("pipe");
	child = fork();
	if (child == 0) {
		if (unshare(CLONE_NEWUTS))
			die("unshare");
		child = fork();
		if (child == 0)
			sleeper(ready);
		_exit(child < 0);
	}
	reap(child);
	wait_for_sleeper(ready);
}

static const struct {
	const char *name;
	void (*begin)(void);
	size_t number;
	struct method methods[3];
} subjects[] = {
	{ "processes",
	  begin_process,
	  3,
	  { { "", "fork+exit+wait", fork_exit, 20 },
	    { "", "sethostname", set_host_name, 200 },
	    { "", "read of /proc/PID/cmdline", read_command_line, 100 } } },
	{ "namespaces",
	  begin_namespace,
	  2,
	  { { "", "fork+unshare+fork+uname", unshare_fork_exit, 5 }, { "", "sethostname", set_host_name, 200 } } },
	{ "threads",
	  begin_thread,
	  3,
	  { { "", "fork+exit+wait", fork_exit, 20 },
	    { "", "pthread_create+join", create_join, 50 },
	    { "", "CPU time of the thread", thread_cputime, 2000 } } },
};

int main(int argc, char **argv)
{
	struct method methods[3];
	char what[64];
	size_t i, k;
	long count;

	if (argc < 3)
		return 2;
	settle(argv);
	uss_uname(&names);
	for (i = 0; i < sizeof(subjects) / sizeof(*subjects); i++) {
		if (strcmp(subjects[i].name, argv[1]))
			continue;
		count = atol(argv[2]);
		snprintf(what, sizeof(what), "%s,%ld", argv[1], count);
		while (count--)
			subjects[i].begin();
		memcpy(methods, subjects[i].methods, sizeof(methods));
		for (k = 0; k < subjects[i].number; k++)
			methods[k].what = what;
		measure_methods(methods, subjects[i].number, 1, 5);
		if (argc > 3)
			measure_once(&(struct method){ what, "rmmod", remove_module, 1 });
		/* Ends the sleepers. */
		signal(SIGTERM, SIG_IGN);
		kill(0, SIGTERM);
		return 0;
	}
	return 2;
}
