/* SPDX-License-Identifier: MIT */
/*
 * readers.c - what it costs another process to read command lines: /proc/PID/cmdline, and `ps aux` over many processes
 *
 *	readers untitled|page|PR_SET_MM_MAP PROCESSES
 *
 * PROCESSES sleeping children have the command line that they were started with, or have each set a title by the page or by the classic
 * method. Prints CSV: what reads, nanoseconds (of ps, processor time): median, lower and upper quartile of the rounds. Under
 * `vm/run --icount` they are instructions.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"

#define PS_ROUNDS 3

static const char title[] = "worker 7: idle since 12:00";
static char command_line[32];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void read_command_line(long count)
{
	char buffer[4096];
	int file;

	while (count--) {
		file = open(command_line, O_RDONLY);
		if (file < 0 || read(file, buffer, sizeof(buffer)) <= 0)
			die(command_line);
		close(file);
	}
}

/* The processor time of `ps aux`, which also waits for files of the host. */
static double run_ps(void)
{
	static char *arguments[] = { "ps", "aux", NULL };
	posix_spawn_file_actions_t actions;
	struct rusage used;
	pid_t child;
	int status;

	if (posix_spawn_file_actions_init(&actions) || posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0) ||
	    posix_spawnp(&child, arguments[0], &actions, NULL, arguments, environ))
		die("ps");
	posix_spawn_file_actions_destroy(&actions);
	if (wait4(child, &status, 0, &used) != child || status)
		die("ps");
	return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1e9 + (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) * 1e3;
}

static void measure_ps(void)
{
	double times[PS_ROUNDS];
	int i;

	run_ps();
	for (i = 0; i < PS_ROUNDS; i++)
		times[i] = run_ps();
	qsort(times, PS_ROUNDS, sizeof(*times), compare_doubles);
	printf(",ps aux,%.1f,%.1f,%.1f\n", times[PS_ROUNDS / 2], times[PS_ROUNDS / 4], times[PS_ROUNDS * 3 / 4]);
}

static pid_t sleeper(bool titled)
{
	pid_t child = fork();

	if (child < 0)
		die("fork");
	if (child)
		return child;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (titled && uss_set_title(title, sizeof(title) - 1))
		_exit(1);
	raise(SIGSTOP);
	for (;;)
		pause();
}

/* Ends the program unless the children have the command line that is to be read. */
static void check_command_line(bool titled)
{
	char buffer[4096] = "";
	int file = open(command_line, O_RDONLY);

	if (read(file, buffer, sizeof(buffer) - 1) <= 0 || titled != !strncmp(buffer, title, sizeof(title) - 1)) {
		fprintf(stderr, "%s is %s\n", command_line, buffer);
		exit(1);
	}
	close(file);
}

int main(int argc, char **argv)
{
	static const struct method methods[] = { { "", "/proc/PID/cmdline", read_command_line, 200 } };
	const bool titled = argc == 3 && strcmp(argv[1], "untitled"), page = titled && !strcmp(argv[1], "page");
	pid_t *children;
	long number, i;
	int status;

	if (argc != 3 || (titled && !page && strcmp(argv[1], "PR_SET_MM_MAP")))
		return 2;
	if (titled && !page && !getenv("USRSYSSHM_TITLE")) {
		setenv("USRSYSSHM_TITLE", "classic", 1);
		execv("/proc/self/exe", argv);
		die(argv[0]);
	}
	if (page && !(uss_served() & USS_SERVED_TITLE)) {
		fprintf(stderr, "%s: titles are not served from a page; is the module loaded?\n", argv[0]);
		return 1;
	}
	number = atol(argv[2]);
	children = calloc((size_t)number, sizeof(*children));
	if (!children)
		die("memory");
	for (i = 0; i < number; i++) {
		children[i] = sleeper(titled);
		if (waitpid(children[i], &status, WUNTRACED) != children[i] || !WIFSTOPPED(status))
			die("child");
	}
	snprintf(command_line, sizeof(command_line), "/proc/%d/cmdline", children[number / 2]);
	check_command_line(titled);
	measure_methods(methods, sizeof(methods) / sizeof(*methods), 1, ROUNDS);
	measure_ps();
	for (i = 0; i < number; i++)
		kill(children[i], SIGKILL);
	return 0;
}
