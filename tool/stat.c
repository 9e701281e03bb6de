/* SPDX-License-Identifier: MIT */
/*
 * stat.c - usrsysshm stat: runs a program and reports whether the pages are worth it for that program
 *
 * 1. The program runs with a drop-in that counts (dropin/count.h) in a file that this process has made.
 * 2. The kernel counts the system calls of the program and its children (perf events on tracepoints, where permitted). What it
 *    counted and the drop-in did not make went past the drop-in: from inside libc, raw, or by programs that take no preload.
 * 3. What a call costs either way, and what a preload costs, is measured here and now, for the estimate.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/perf_event.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../dropin/count.h"
#include "program.h"
#include "tool.h"

static const char usage[] =
	"usage: usrsysshm stat [--json] [--output FILE] [--] COMMAND [ARGUMENT]...\n"
	"\n"
	"Runs COMMAND with the drop-in, as `usrsysshm run` does, and then reports on stderr, or in FILE: how many calls its\n"
	"programs made, how many were answered from pages, how many asked the kernel and why, how many system calls went past\n"
	"the drop-in (needs the right to use perf events, as root has, and /sys/kernel/tracing), and an estimate of the time that\n"
	"was saved, less what it costs to preload a library into each program.\n"
	"\n"
	"The exit status is COMMAND's, 128 and the signal's number if one ended it; else as of `usrsysshm run`.\n"
	"USRSYSSHM_DROPIN=FILE names another counting library than " USS_LIBDIR "/" USS_DROPIN_STAT ".\n";

static const char *const call_names[USS_COUNT_CALLS] = {
	"getpid", "gethostname", "getdomainname", "uname", "getloadavg", "sysconf(_SC_NPROCESSORS_ONLN)", "setproctitle",
};

/* The system calls that are counted, and the calls of the drop-in that make them. */
static const struct {
	const char *name;
	unsigned int calls;
} system_calls[] = {
	{ "getpid", 1u << USS_COUNT_GETPID },
	{ "newuname", 1u << USS_COUNT_GETHOSTNAME | 1u << USS_COUNT_GETDOMAINNAME | 1u << USS_COUNT_UNAME },
	{ "sysinfo", 1u << USS_COUNT_GETLOADAVG },
};

#define SYSTEM_CALLS (sizeof(system_calls) / sizeof(system_calls[0]))

struct stat_run {
	char path[64];			/* of the file of counts */
	struct uss_counts *counts;
	int events[SYSTEM_CALLS];	/* -1: not permitted */
	pid_t pid;
	int status;
	FILE *output;
	char *command;
	char dropin[PATH_MAX];
	bool json;
};

static uint64_t asked(const struct stat_run *run, int call)
{
	uint64_t number = 0;
	int why;

	for (why = USS_COUNT_PAGE + 1; why < USS_COUNT_WHYS; why++)
		number += run->counts->calls[call][why];
	return number;
}

static int make_counts(struct stat_run *run)
{
	const char *directory = getenv("TMPDIR");
	int fd, err;

	snprintf(run->path, sizeof(run->path), "%s/usrsysshm-stat-XXXXXX", directory && strlen(directory) < 32 ? directory : "/tmp");
	fd = mkostemp(run->path, O_CLOEXEC);
	if (fd < 0)
		return uss_error(USS_RUN_FAILED, "stat: cannot make %s: %s", run->path, strerror(errno));
	/* Programs that change their user go on counting. */
	err = ftruncate(fd, sizeof(*run->counts)) || fchmod(fd, 0666);
	if (!err)
		run->counts = mmap(NULL, sizeof(*run->counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (err || run->counts == MAP_FAILED || setenv(USS_COUNT_FILE, run->path, 1) < 0) {
		err = errno;
		unlink(run->path);
		return uss_error(USS_RUN_FAILED, "stat: %s: %s", run->path, strerror(err));
	}
	return -1;
}

/* An event that counts a system call of @pid and its children to come, or -1. */
static int open_event(const char *system_call, pid_t pid)
{
	struct perf_event_attr event = { .type = PERF_TYPE_TRACEPOINT, .size = sizeof(event), .inherit = 1 };
	char path[128], text[32] = "";
	FILE *file;

	snprintf(path, sizeof(path), "/sys/kernel/tracing/events/syscalls/sys_enter_%s/id", system_call);
	file = fopen(path, "re");
	if (!file)
		return -1;
	if (fgets(text, sizeof(text), file))
		event.config = strtoull(text, NULL, 10);
	fclose(file);
	return (int)syscall(SYS_perf_event_open, &event, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

static volatile pid_t command_pid;

static void pass_on(int number)
{
	if (command_pid > 0)
		kill(command_pid, number);
}

/* Starts the command; it waits, before its exec, until it is counted. */
static int start(struct stat_run *run, char **argv)
{
	/* Ignored, as some callers leave it, no status would come; COMMAND gets it as it was. */
	void (*before)(int) = signal(SIGCHLD, SIG_DFL);
	int go[2];
	char byte;
	size_t i;

	if (pipe2(go, O_CLOEXEC) < 0)
		return uss_error(USS_RUN_FAILED, "stat: %s", strerror(errno));
	fflush(NULL);
	run->pid = fork();
	if (run->pid < 0)
		return uss_error(USS_RUN_FAILED, "stat: cannot fork: %s", strerror(errno));
	if (run->pid == 0) {
		int code;

		signal(SIGCHLD, before);
		close(go[1]);
		if (read(go[0], &byte, 1) != 1)
			_exit(USS_RUN_FAILED);
		code = uss_preload(run->dropin, true);
		_exit(code < 0 ? uss_exec(argv) : code);
	}
	for (i = 0; i < SYSTEM_CALLS; i++)
		run->events[i] = open_event(system_calls[i].name, run->pid);
	if (write(go[1], "x", 1) != 1)
		kill(run->pid, SIGKILL);
	close(go[0]);
	close(go[1]);
	return -1;
}

/* The terminal's signals are for COMMAND, as it has them already; others are passed on. This process stays for the report, as time(1) does. */
static int wait_for(struct stat_run *run)
{
	pid_t got;

	command_pid = run->pid;
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	signal(SIGTERM, pass_on);
	signal(SIGHUP, pass_on);
	do
		got = waitpid(run->pid, &run->status, 0);
	while (got < 0 && errno == EINTR);
	command_pid = 0;
	if (got < 0)
		return uss_error(USS_RUN_FAILED, "stat: cannot wait for %s: %s", run->command, strerror(errno));
	return -1;
}

/* System calls that went past the drop-in, or -1: not known. */
static int64_t past(const struct stat_run *run, size_t system_call)
{
	uint64_t made = 0;
	int64_t left;
	int call;

	if (run->events[system_call] < 0 || read(run->events[system_call], &made, sizeof(made)) != sizeof(made))
		return -1;
	left = (int64_t)made;
	for (call = 0; call < USS_COUNT_CALLS; call++)
		if (system_calls[system_call].calls & 1u << call)
			left -= (int64_t)asked(run, call);
	return left > 0 ? left : 0;
}

/*
 * What things cost
 */

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Each makes one call: by system call, or as the drop-in does. */
static void make_call(int call, bool system_call)
{
	struct utsname names;
	double loads[3];
	char name[65];

	switch (call) {
	case USS_COUNT_GETPID:
		system_call ? (void)syscall(SYS_getpid) : (void)uss_getpid();
		break;
	case USS_COUNT_GETHOSTNAME:
		system_call ? (void)!gethostname(name, sizeof(name)) : (void)uss_gethostname(name, sizeof(name));
		break;
	case USS_COUNT_GETDOMAINNAME:
		system_call ? (void)!getdomainname(name, sizeof(name)) : (void)uss_getdomainname(name, sizeof(name));
		break;
	case USS_COUNT_UNAME:
		system_call ? (void)uname(&names) : (void)uss_uname(&names);
		break;
	case USS_COUNT_GETLOADAVG:
		system_call ? (void)getloadavg(loads, 3) : (void)uss_getloadavg(loads, 3);
		break;
	case USS_COUNT_NPROCS:
		system_call ? (void)sysconf(_SC_NPROCESSORS_ONLN) : (void)uss_nprocs_onln();
		break;
	default:
		break;		/* a title saves no system call that libbsd would have made */
	}
}

/* Nanoseconds: the best of some rounds, for what disturbs only makes it longer. */
static double cost_of_call(int call, bool system_call)
{
	double best = 1e12, start;
	int round, i;

	for (round = 0; round < 5; round++) {
		start = now();
		for (i = 0; i < 400; i++)
			make_call(call, system_call);
		if (now() - start < best)
			best = now() - start;
	}
	return best / 400;
}

/* A start and an end of `true`, or 0. */
static double cost_of_program(char **environment)
{
	char *argv[] = { "true", NULL };
	posix_spawn_file_actions_t quiet;
	double start = now();
	int err, status;
	pid_t pid;

	posix_spawn_file_actions_init(&quiet);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&pid, argv[0], &quiet, NULL, argv, environment);
	posix_spawn_file_actions_destroy(&quiet);
	return err || waitpid(pid, &status, 0) < 0 ? 0 : now() - start;
}

/* What the drop-in adds to the start of a program: the best of some starts each, by turns. */
static double cost_of_preload(const char *dropin)
{
	char setting[PATH_MAX + 16], *environment[] = { setting, NULL };
	double with = 1e12, without = 1e12, cost;
	int round;

	snprintf(setting, sizeof(setting), "LD_PRELOAD=%s", dropin);
	for (round = 0; round < 20; round++) {
		cost = cost_of_program(environment);
		with = cost < with ? cost : with;
		cost = cost_of_program(environment + 1);
		without = cost < without ? cost : without;
	}
	return with > without ? with - without : 0;
}

/* Nanoseconds saved by the answers from pages; of @cost, what the preloads cost. */
static double time_saved(const struct stat_run *run, double *cost)
{
	double saved = 0, difference;
	int call;

	for (call = 0; call < USS_COUNT_CALLS; call++) {
		if (!run->counts->calls[call][USS_COUNT_PAGE])
			continue;
		difference = cost_of_call(call, true) - cost_of_call(call, false);
		if (difference > 0)
			saved += difference * (double)run->counts->calls[call][USS_COUNT_PAGE];
	}
	*cost = cost_of_preload(run->dropin) * (double)run->counts->programs;
	return saved;
}

/*
 * The report
 */

static void print_table(const struct stat_run *run, FILE *out)
{
	double saved, cost;
	int64_t other;
	int call, why;
	size_t i;

	fprintf(out, "\n%-30s %11s %11s %10s %10s %10s %10s\n", "", "", "from pages", "asked the", "kernel:", "", "");
	fprintf(out, "%-30s %11s %11s %10s %10s %10s %10s\n", "call", "calls", "", "no pages", "vfork", "namespace", "changing");
	for (call = 0; call < USS_COUNT_CALLS; call++) {
		const uint64_t *numbers = run->counts->calls[call];

		if (!numbers[USS_COUNT_PAGE] && !asked(run, call))
			continue;
		fprintf(out, "%-30s %11" PRIu64, call_names[call], numbers[USS_COUNT_PAGE] + asked(run, call));
		for (why = 0; why < USS_COUNT_WHYS; why++)
			fprintf(out, " %*" PRIu64, why ? 10 : 11, numbers[why]);
		fputc('\n', out);
	}
	fputs("\npast the drop-in (from inside libc, raw, or by programs that take no preload):", out);
	for (i = 0; i < SYSTEM_CALLS; i++) {
		other = past(run, i);
		if (other < 0)
			fprintf(out, " %s not known", system_calls[i].name);
		else
			fprintf(out, " %s %" PRId64, system_calls[i].name, other);
	}
	saved = time_saved(run, &cost);
	fprintf(out, "\nprograms started with the drop-in: %" PRIu64 "\n", run->counts->programs);
	fprintf(out, "estimate: %.3f ms saved by answers, %.3f ms spent on preloading: %.3f ms %s\n", saved / 1e6, cost / 1e6,
		(saved > cost ? saved - cost : cost - saved) / 1e6, saved > cost ? "won" : "lost");
}

static void print_json(const struct stat_run *run, FILE *out)
{
	static const char *const whys[USS_COUNT_WHYS] = { "page", "no_pages", "vfork", "namespace", "changing" };
	double saved, cost;
	int call, why;
	size_t i;

	fputs("{\"calls\": {", out);
	for (call = 0; call < USS_COUNT_CALLS; call++) {
		fprintf(out, "%s\"%s\": {", call ? ", " : "", call_names[call]);
		for (why = 0; why < USS_COUNT_WHYS; why++)
			fprintf(out, "%s\"%s\": %" PRIu64, why ? ", " : "", whys[why], run->counts->calls[call][why]);
		fputc('}', out);
	}
	fputs("}, \"past\": {", out);
	for (i = 0; i < SYSTEM_CALLS; i++) {
		int64_t other = past(run, i);

		fprintf(out, other < 0 ? "%s\"%s\": null" : "%s\"%s\": %" PRId64, i ? ", " : "", system_calls[i].name, other);
	}
	saved = time_saved(run, &cost);
	fprintf(out, "}, \"programs\": %" PRIu64 ", \"saved_ns\": %.0f, \"preload_ns\": %.0f}\n", run->counts->programs, saved, cost);
}

static int report(const struct stat_run *run)
{
	FILE *out = run->output ?: stderr;

	if (!run->counts->programs) {
		uss_explain_program(run->command);
		fputs("usrsysshm: stat: no program loaded the counting library, so nothing was counted\n", stderr);
	}
	if (run->json)
		print_json(run, out);
	else
		print_table(run, out);
	if (fflush(out))
		return uss_error(USS_RUN_FAILED, "stat: cannot write the report: %s", strerror(errno));
	return WIFEXITED(run->status) ? WEXITSTATUS(run->status) : 128 + WTERMSIG(run->status);
}

/* Returns where COMMAND stands, or -1 with the exit code in @code. */
static int parse(int argc, char **argv, struct stat_run *run, int *code)
{
	int i;

	*code = USS_RUN_FAILED;
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help")) {
			fputs(usage, stdout);
			*code = USS_OK;
			return -1;
		}
		if (!strcmp(argv[i], "--")) {
			i++;
			break;
		}
		if (!strcmp(argv[i], "--json")) {
			run->json = true;
		} else if ((!strcmp(argv[i], "--output") || !strcmp(argv[i], "-o")) && i + 1 < argc) {
			run->output = fopen(argv[++i], "we");
			if (!run->output) {
				uss_error(0, "stat: cannot write %s: %s", argv[i], strerror(errno));
				return -1;
			}
		} else {
			uss_error(0, "stat: unknown option %s; see: usrsysshm stat --help", argv[i]);
			return -1;
		}
	}
	if (i < argc)
		return i;
	uss_error(0, "stat: no command given; see: usrsysshm stat --help");
	return -1;
}

int uss_cmd_stat(int argc, char **argv)
{
	struct stat_run run = { .json = false };
	int code, command;

	command = parse(argc, argv, &run, &code);
	if (command < 0)
		return code;
	run.command = argv[command];
	code = uss_find_dropin(USS_DROPIN_STAT, run.dropin);
	if (code < 0)
		code = make_counts(&run);
	if (code >= 0)
		return code;
	code = start(&run, argv + command);
	if (code < 0)
		code = wait_for(&run);
	/* Programs that it left running count on, in a file without a name. */
	unlink(run.path);
	return code < 0 ? report(&run) : code;
}
