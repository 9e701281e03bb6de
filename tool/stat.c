/* SPDX-License-Identifier: MIT */
/*
 * stat.c - usrsysshm stat: runs a program and reports whether the pages save time in it
 *
 * 1. The program runs with the counting drop-in (dropin/count.h), which counts in a file created by this process.
 * 2. Linux counts the system calls of the program and its children. System calls that the drop-in did not make went past it: they were made
 *    inside libc, directly, or by programs that cannot preload a library. FreeBSD counts none (without DTrace).
 * 3. Processes that the program leaves behind, as daemons do, become children of this process. So they can be named or followed.
 * 4. Afterwards stat_cost.c measures what a call costs by page and by system call, and what a preload costs. stat_report.c writes the
 *    report.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "program.h"
#include "stat.h"
#include "tool.h"

#ifdef __FreeBSD__
#define PAST "  - not those system calls that went past the drop-in: FreeBSD counts them only with DTrace;\n"
#else
#define PAST "  - how many system calls went past the drop-in (for root, with a tracefs at /sys/kernel/tracing);\n"
#endif

static const char usage[] =
	"usage: usrsysshm stat [--follow] [--json] [-o FILE | --output FILE] [--] COMMAND [ARGUMENT]...\n"
	"\n"
	"Runs COMMAND as `usrsysshm run` does, but with a drop-in that counts, and then reports on stderr or in FILE:\n"
	"  - how many calls its programs made, how many were answered from pages, how many made the system call and why;\n" PAST
	"  - what the answers saved, what it cost to preload a library into each program, and whether the run gained by it.\n"
	"Times are medians with the bounds of a 95 % confidence interval; a result that is less certain is called too noisy to\n"
	"tell.\n"
	"\n"
	"The report is written when COMMAND has exited, and names processes that COMMAND has left running. With --follow, for\n"
	"daemons, it is written when the last of them has exited, or on SIGINT, SIGTERM or SIGHUP after COMMAND has exited.\n"
	"Until then SIGTERM and SIGHUP are passed on to COMMAND. Signals that the caller ignores stay ignored.\n"
	"\n"
	"--json needs --output, because COMMAND writes to stdout and stderr. No number in it exceeds 2^53.\n"
	"\n"
	"The exit status is that of COMMAND, or 128 plus the number of the signal that killed it; 2 on wrong usage; otherwise as\n"
	"for `usrsysshm run`. USRSYSSHM_DROPIN=FILE names another counting library than " USS_LIBDIR "/" USS_DROPIN_STAT ";\n"
	"the library that `run` loads is then expected in the same directory.\n";

/* Needed because sigwait() on FreeBSD does not return signals that are ignored, as SIGCHLD is by default. */
static void on_child(int number)
{
	(void)number;
}

/*
 * Blocks signals before there is something to remove: from now on wait_for() and follow() take them. Signals that the caller ignores stay
 * ignored, but for SIGCHLD: without it wait gives no status. Nobody takes SIGPIPE: writing fails instead. COMMAND gets the original mask and
 * disposition.
 */
static void block_signals(struct stat_run *run)
{
	static const int numbers[] = { SIGINT, SIGQUIT, SIGTERM, SIGHUP };
	struct sigaction action;
	sigset_t blocked;
	size_t i;

	run->on_child = signal(SIGCHLD, on_child);
	sigemptyset(&run->signals);
	sigaddset(&run->signals, SIGCHLD);
	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		if (sigaction(numbers[i], NULL, &action) || action.sa_handler != SIG_IGN)
			sigaddset(&run->signals, numbers[i]);
	blocked = run->signals;
	sigaddset(&blocked, SIGPIPE);
	sigprocmask(SIG_BLOCK, &blocked, &run->before);
}

/* Programs that were left running continue to count in the unlinked file. */
static void remove_counts(const struct stat_run *run)
{
	unlink(run->path);
	rmdir(run->directory);
}

/*
 * Creates and maps the file of counts. Returns -1 on success, else the exit code.
 *
 * Programs that change their user must be able to write the file. But other users must not find it: truncating it kills all programs that
 * count in it. So its name is a secret, in a directory that only its owner can list.
 */
static int make_counts(struct stat_run *run)
{
	const char *parent = getenv("TMPDIR");
	int fd, err;

	/* Programs that change their directory must find the file, too. */
	if (!parent || *parent != '/')
		parent = "/tmp";
	if (snprintf(run->directory, sizeof(run->directory), "%s/usrsysshm-stat-XXXXXX", parent) >= (int)sizeof(run->directory))
		return uss_error(USS_RUN_FAILED, "stat: TMPDIR is too long: %s", parent);
	if (!mkdtemp(run->directory))
		return uss_error(USS_RUN_FAILED, "stat: cannot make %s: %s", run->directory, strerror(errno));
	snprintf(run->path, sizeof(run->path), "%s/XXXXXX", run->directory);
	fd = chmod(run->directory, 0711) < 0 ? -1 : mkostemp(run->path, O_CLOEXEC);
	if (fd < 0) {
		err = errno;
		rmdir(run->directory);
		return uss_error(USS_RUN_FAILED, "stat: cannot make %s: %s", run->path, strerror(err));
	}
	/* Written, not only made longer: a full file system must fail here, not kill the programs that count. */
	errno = ENOSPC;
	err = write(fd, &run->counts, sizeof(run->counts)) != (ssize_t)sizeof(run->counts) || fchmod(fd, 0666);
	if (!err)
		run->shared = mmap(NULL, sizeof(*run->shared), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (err || run->shared == MAP_FAILED || setenv(USS_COUNT_FILE, run->path, 1) < 0) {
		err = errno;
		remove_counts(run);
		return uss_error(USS_RUN_FAILED, "stat: %s: %s", run->path, strerror(err));
	}
	return -1;
}

/* Finds the counting library, and in its directory the drop-in whose cost is measured. */
static int find_libraries(struct stat_run *run)
{
	int code = uss_find_dropin(USS_DROPIN_STAT, run->counting);

	if (code < 0)
		snprintf(run->dropin, sizeof(run->dropin), "%.*s/%s", (int)(strrchr(run->counting, '/') - run->counting), run->counting,
			 USS_DROPIN);
	return code;
}

/* In the child: executes the program once @go is written to. On failure writes the exit code to @failed. */
static void execute(const struct stat_run *run, char **argv, int go, int failed)
{
	char byte;
	int code;

	if (read(go, &byte, 1) != 1)
		_exit(USS_RUN_FAILED);
	code = uss_preload(run->counting, true);
	if (code < 0)
		code = uss_exec(argv);
	if (write(failed, &code, sizeof(code)) != sizeof(code))
		code = USS_RUN_FAILED;
	_exit(code);
}

/* Starts the program, which waits before its exec until its events are open. Returns -1 when it runs, else the exit code. */
static int start(struct stat_run *run, char **argv)
{
	int go[2], failed[2], code;

	if (pipe2(go, O_CLOEXEC) < 0 || pipe2(failed, O_CLOEXEC) < 0)
		return uss_error(USS_RUN_FAILED, "stat: %s", strerror(errno));
	uss_stat_adopt();
	fflush(NULL);
	run->pid = fork();
	if (run->pid < 0)
		return uss_error(USS_RUN_FAILED, "stat: cannot fork: %s", strerror(errno));
	if (run->pid == 0) {
		signal(SIGCHLD, run->on_child);
		sigprocmask(SIG_SETMASK, &run->before, NULL);
		close(go[1]);
		execute(run, argv, go[0], failed[1]);
	}
	uss_stat_count(run);
	run->time = uss_stat_now();
	if (write(go[1], "x", 1) != 1)
		kill(run->pid, SIGKILL);
	close(go[0]);
	close(go[1]);
	close(failed[1]);
	/* End of file when exec or exit has closed it. */
	if (read(failed[0], &code, sizeof(code)) != (ssize_t)sizeof(code))
		code = -1;
	close(failed[0]);
	if (code >= 0)
		waitpid(run->pid, NULL, 0);
	return code;
}

/*
 * Waits for the program. Also reaps other children: orphans must not remain zombies, because some programs watch for their exit.
 *
 * COMMAND gets the terminal's signals itself; here they end nothing, so that the report is written afterwards, as time(1) does.
 */
static int wait_for(struct stat_run *run)
{
	int number = 0;
	pid_t got;

	for (;;) {
		do
			got = waitpid(-1, &run->status, WNOHANG);
		while (got > 0 && got != run->pid);
		if (got == run->pid)
			return -1;
		if (got < 0)
			return uss_error(USS_RUN_FAILED, "stat: cannot wait for %s: %s", run->command, strerror(errno));
		sigwait(&run->signals, &number);
		if (number == SIGTERM || number == SIGHUP)
			kill(run->pid, number);
	}
}

/* A process chooses its own name, and the report goes to a terminal. */
static void name_left(struct stat_run *run)
{
	char *c;

	*run->left = '\0';
	uss_stat_name_left(run);
	for (c = run->left; *c; c++)
		if ((unsigned char)*c < 0x20 || (unsigned char)*c >= 0x7f)
			*c = '?';
}

/* Waits until the processes left running have exited, or a signal arrives. */
static void follow(struct stat_run *run)
{
	int number = 0;
	pid_t got;

	name_left(run);
	if (*run->left)
		fprintf(stderr, "usrsysshm: stat: following %s\n", run->left);
	do
		while ((got = waitpid(-1, NULL, WNOHANG)) > 0)
			;
	while (!got && !sigwait(&run->signals, &number) && (number == SIGCHLD || number == SIGQUIT));
}

/* Takes a copy of the counts for the report; processes that still run continue to count. */
static void take_counts(struct stat_run *run)
{
	run->time = uss_stat_now() - run->time;
	run->counts = *run->shared;
	uss_stat_counted(run);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	name_left(run);
}

static int report(const struct stat_run *run)
{
	FILE *out = run->output ?: stderr;
	bool failed;

	if (!run->counts.programs) {
		uss_explain_program(run->command);
		fputs("usrsysshm: stat: no program loaded the counting library, so nothing was counted\n", stderr);
	}
	if (run->output && ftruncate(fileno(out), 0) < 0 && errno != EINVAL)
		return uss_error(USS_RUN_FAILED, "stat: cannot write the report: %s", strerror(errno));
	uss_stat_report(run, out);
	failed = fflush(out) || ferror(out);
	if ((run->output && fclose(out)) || failed)
		return uss_error(USS_RUN_FAILED, "stat: cannot write the report");
	return WIFEXITED(run->status) ? WEXITSTATUS(run->status) : 128 + WTERMSIG(run->status);
}

/* Returns the value of option @name at argv[*at], from the same word or the next; NULL if it is another option or has no value. */
static const char *value_of(const char *name, int argc, char **argv, int *at)
{
	size_t length = strlen(name);

	if (!strcmp(argv[*at], name))
		return *at + 1 < argc ? argv[++*at] : NULL;
	/* -oFILE, --output=FILE */
	if (strncmp(argv[*at], name, length) || (name[1] == '-' && argv[*at][length] != '='))
		return NULL;
	return argv[*at] + length + (name[1] == '-');
}

/* Returns the index of COMMAND in argv, or -1 with the exit code in @code. */
static int parse(int argc, char **argv, struct stat_run *run, const char **output, int *code)
{
	int i;

	*code = USS_USAGE;
	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (uss_is_help(argv[i])) {
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
		} else if (!strcmp(argv[i], "--follow")) {
			run->follow = true;
		} else if (!strncmp(argv[i], "-o", 2) || !strcmp(argv[i], "--output") || !strncmp(argv[i], "--output=", 9)) {
			*output = value_of(argv[i][1] == '-' ? "--output" : "-o", argc, argv, &i);
			if (!*output || !**output) {
				uss_error(0, "stat: --output needs a file; see: usrsysshm stat --help");
				return -1;
			}
		} else {
			uss_error(0, "stat: unknown option %s; see: usrsysshm stat --help", argv[i]);
			return -1;
		}
	}
	if (i < argc && (!run->json || *output))
		return i;
	uss_error(0, i < argc ? "stat: --json needs --output FILE, because COMMAND writes to stdout and stderr"
			      : "stat: no command given; see: usrsysshm stat --help");
	return -1;
}

int uss_cmd_stat(int argc, char **argv)
{
	struct stat_run run = { .json = false };
	const char *output = NULL;
	int code, command;

	command = parse(argc, argv, &run, &output, &code);
	if (command < 0)
		return code;
	run.command = argv[command];
	/* What is in the file stays until there is a report. */
	if (output && !(run.output = fopen(output, "ae")))
		return uss_error(USS_RUN_FAILED, "stat: cannot write %s: %s", output, strerror(errno));
	block_signals(&run);
	code = find_libraries(&run);
	if (code < 0)
		code = make_counts(&run);
	if (code >= 0)
		return code;
	code = start(&run, argv + command);
	if (code < 0)
		code = wait_for(&run);
	if (code < 0 && run.follow)
		follow(&run);
	remove_counts(&run);
	if (code >= 0)
		return code;
	take_counts(&run);
	return report(&run);
}
