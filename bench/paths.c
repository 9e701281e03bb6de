/* SPDX-License-Identifier: MIT */
/*
 * paths.c - the cost of the key paths, whose growth tests/host/instructions.sh reports
 *
 *	paths PROGRAM		PROGRAM (build/bench/life) never asks for pages; `PROGRAM end` exits at once
 *
 * Prints CSV: kind, path, nanoseconds: median, lower and upper quartile of 15 rounds. Under `vm/run --icount` a nanosecond is an
 * instruction. The program is static and its memory layout always the same, so the counts repeat.
 */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"
#include "process.h"
#include "settle.h"

static const char *own_program, *other_program;
static struct utsname names;
static struct timespec used;
static double loads[3];
static char buffer[4096];
static int command_line;

#define PATH(function, expression) \
	static void function(long count) \
	{ \
		while (count--) { \
			expression; \
		} \
	}

PATH(pid, USE(uss_getpid()))
PATH(forkid, USE(uss_forkid()))
PATH(host_name, USE(uss_gethostname(buffer, sizeof(buffer))))
PATH(read_uname, USE(uss_uname(&names)))
PATH(load_averages, USE(uss_getloadavg(loads, 3)))
PATH(processors, USE(uss_nprocs_onln()))
PATH(cputime, USE(uss_thread_cputime(&used)))
PATH(title, USE(uss_set_title("worker 7: idle 1234 ", 20)))
PATH(formatted_title, uss_setproctitle("idle %d", 123456))

static void execute(long count, const char *program)
{
	pid_t child;

	while (count--) {
		child = vfork();
		if (child == 0) {
			execl(program, program, "end", NULL);
			_exit(1);
		}
		reap(child);
	}
}

static void exec_never(long count)
{
	execute(count, other_program);
}

static void exec_asking(long count)
{
	execute(count, own_program);
}

static void *thread(void *nothing)
{
	USE(uss_thread_cputime(&used));
	return nothing;
}

static void create_join(long count)
{
	pthread_t id;

	while (count--)
		if (pthread_create(&id, NULL, thread, NULL) || pthread_join(id, NULL))
			die("thread");
}

static void read_title(long count)
{
	while (count--)
		if (pread(command_line, buffer, sizeof(buffer), 0) <= 0)
			die("/proc/self/cmdline");
}

static void set_host_name(long count)
{
	while (count--)
		if (sethostname(names.nodename, strlen(names.nodename)))
			die("sethostname");
}

static const struct method paths[] = {
	{ "library", "uss_getpid", pid, 10000 },
	{ "library", "uss_forkid", forkid, 10000 },
	{ "library", "uss_gethostname", host_name, 10000 },
	{ "library", "uss_uname", read_uname, 10000 },
	{ "library", "uss_getloadavg", load_averages, 10000 },
	{ "library", "uss_nprocs_onln", processors, 10000 },
	{ "library", "uss_thread_cputime", cputime, 5000 },
	{ "library", "uss_set_title: 20 bytes", title, 1000 },
	{ "library", "uss_setproctitle: idle %d", formatted_title, 1000 },
	{ "process", "fork+exit of a process with pages", fork_exit, 10 },
	{ "process", "vfork+exec+exit of a program that never asks", exec_never, 4 },
	{ "process", "vfork+exec+exit of a program that asks", exec_asking, 4 },
	{ "process", "pthread_create+join in a process with pages", create_join, 40 },
	{ "kernel", "read of /proc/self/cmdline: a title", read_title, 200 },
	{ "kernel", "sethostname", set_host_name, 200 },
};

int main(int argc, char **argv)
{
	const unsigned int wanted = USS_SERVED_PID | USS_SERVED_FORKID | USS_SERVED_NAMES | USS_SERVED_UNAME | USS_SERVED_LOADAVG |
				    USS_SERVED_NPROCS | USS_SERVED_CPUTIME | USS_SERVED_TITLE;
	int i;

	if (argc != 2)
		return 2;
	if (!strcmp(argv[1], "end"))
		return 0;
	settle(argv);
	own_program = argv[0];
	other_program = argv[1];
	title(1);
	/* As in facts.c. */
	for (i = 0; i < 1000 && (uss_served() & wanted) != wanted; i++) {
		cputime(1);
		load_averages(1);
		usleep(10000);
	}
	if ((uss_served() & wanted) != wanted) {
		fprintf(stderr, "%s: not every fact is served from a page (uss_served: %#x of %#x)\n", argv[0], uss_served(), wanted);
		return 1;
	}
	read_uname(1);
	command_line = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
	if (command_line < 0)
		die("/proc/self/cmdline");
	measure_methods(paths, sizeof(paths) / sizeof(*paths), 1, ROUNDS);
	return 0;
}
