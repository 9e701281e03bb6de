/* SPDX-License-Identifier: MIT */
/*
 * selftest.c - usrsysshm selftest: do the pages give what the system calls give, on this kernel, now
 *
 * Each trial runs in a child of its own: one that crashes, hangs or changes its namespaces does not disturb the next. A trial makes
 * something happen and compares after it. So a hook that is never called, because this kernel has inlined the function, shows as a
 * difference. Nothing outside the trial's own processes and namespaces is changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "selftest.h"
#include "tool.h"

#define PATIENCE_S 20 /* for one trial */
#define USS_SELF_NOT_SERVED 2 /* exit status */

static const char usage[] =
	"usage: usrsysshm selftest [--json | --quiet] [--wait]\n"
	"\n"
	"Compares every fact of the pages with the system call, in every kind of process and after every kind of change, on the\n"
	"running kernel. Takes seconds and changes nothing on this machine: it sets names in namespaces of its own.\n"
	"\n"
	"  --quiet  print only what does not hold, and the summary\n"
	"  --wait   also wait for the next load averages, which the kernel computes every 5 seconds\n"
	"\n"
	"Results:\n"
	"  holds             all answers are those of the system call\n"
	"  differs           an answer is wrong: unload the module, and report it\n"
	"  not served        no answer is wrong, but some come from the system call where the page should give them\n"
	"  not allowed here  could not be tried in full, and why; root can try more than an ordinary user\n"
	"\n"
	"The exit status is 0 if everything that was tried holds, 1 if something differs, 2 if something is not served or the\n"
	"module is not loaded.\n";

static const char *const outcomes[USS_OUTCOMES] = { "holds", "not allowed here", "not served", "differs" };

enum output { TABLE, QUIET, JSON };

struct uss_selftest *uss_selftest;
static int memory_fd;
static struct uss_trial trials[USS_TRIALS_MAX];
static uint32_t number_of_trials;

static void record(uint32_t outcome, const char *text)
{
	struct uss_finding *finding = &uss_selftest->findings[uss_selftest->current];
	uint32_t before = __atomic_load_n(&finding->outcome, __ATOMIC_SEQ_CST);

	do {
		if (before >= outcome)
			return;
	} while (!__atomic_compare_exchange_n(&finding->outcome, &before, outcome, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
	snprintf(finding->why, sizeof(finding->why), "%s", text);
}

void uss_self_differs(const char *format, ...)
{
	char text[sizeof(uss_selftest->findings[0].why)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	record(USS_DIFFERS, text);
}

void uss_self_not_served(const char *format, ...)
{
	char text[sizeof(uss_selftest->findings[0].why)];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	record(USS_NOT_SERVED, text);
}

void uss_self_not_allowed(const char *what)
{
	char text[sizeof(uss_selftest->findings[0].why)];

	snprintf(text, sizeof(text), "%s: %s", what, strerror(errno));
	record(USS_NOT_ALLOWED, text);
}

pid_t uss_self_fork(void)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		uss_self_not_allowed("fork(2)");
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		/* The parent may have exited before that. getppid() is 0 if the parent is in another pid namespace. */
		if (getppid() != parent && getppid() != 0)
			_exit(1);
	}
	return pid;
}

void uss_self_reap(pid_t pid)
{
	pid_t got;
	int status;

	do
		got = waitpid(pid, &status, __WALL);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		uss_self_differs("waitpid(2): %s", strerror(errno));
	else if (WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM)
		uss_self_differs("did not end within %d seconds", PATIENCE_S);
	else if (WIFSIGNALED(status))
		uss_self_differs("a process was killed: %s", strsignal(WTERMSIG(status)));
}

void uss_self_in_child(void (*function)(void))
{
	pid_t pid = uss_self_fork();

	if (pid < 0)
		return;
	if (pid == 0) {
		function();
		_exit(0);
	}
	uss_self_reap(pid);
}

bool uss_self_unshare(int flags)
{
	if (unshare(flags) < 0 && (errno != EPERM || unshare(CLONE_NEWUSER | flags) < 0)) {
		uss_self_not_allowed("unshare(2), in a user namespace too");
		return false;
	}
	/* With the new capabilities the files in /proc/self became root's. */
	prctl(PR_SET_DUMPABLE, 1);
	return true;
}

ssize_t uss_self_read(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), err;
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	err = errno;
	close(fd);
	errno = err;
	if (length >= 0)
		text[length] = '\0';
	return length;
}

int64_t uss_self_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

void uss_self_exec(void)
{
	char number[16], *argv[] = { "usrsysshm", "selftest", "--look", number, NULL };

	snprintf(number, sizeof(number), "%d", memory_fd);
	execv("/proc/self/exe", argv);
}

/* Finds or makes the shared memory. */
static bool map_memory(int fd)
{
	memory_fd = fd >= 0 ? fd : memfd_create("usrsysshm selftest", 0);
	if (memory_fd < 0 || (fd < 0 && ftruncate(memory_fd, sizeof(*uss_selftest)) < 0))
		return false;
	uss_selftest = mmap(NULL, sizeof(*uss_selftest), PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
	return uss_selftest != MAP_FAILED;
}

int uss_self_memory(void)
{
	return memory_fd;
}

/* The program that the trials execute. */
static int look(const char *number)
{
	if (!map_memory(atoi(number)))
		return USS_FAILED;
	uss_self_compare("after exec");
	uss_self_expect(USS_SERVED_ALL, "after exec");
	uss_self_new_forkid("after exec");
	return USS_OK;
}

static void try_plain(void)
{
	uss_self_new_forkid("in this program");
	uss_self_compare_often("in this program", 200);
	uss_self_compare("in this program");
	uss_self_expect(USS_SERVED_ALL, "in this program");
}

static void collect(const struct uss_trial *some)
{
	for (; some->name && number_of_trials < USS_TRIALS_MAX; some++)
		trials[number_of_trials++] = *some;
}

/* What the caller ignores or blocks. With SIGCHLD ignored, the kernel would reap the children; the others end trials, or are tried. */
static void reset_signals(void)
{
	static const int numbers[] = { SIGCHLD, SIGALRM, SIGUSR1 };
	sigset_t none;
	size_t i;

	for (i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
		signal(numbers[i], SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_trial(const struct uss_trial *trial)
{
	struct uss_finding *finding = &uss_selftest->findings[uss_selftest->current];
	pid_t pid = uss_self_fork();

	if (pid == 0) {
		alarm(PATIENCE_S);
		trial->run();
		_exit(0);
	}
	if (pid > 0)
		uss_self_reap(pid);
	if (!finding->compared && finding->outcome == USS_HOLDS)
		uss_self_differs("nothing was compared");
}

static void print_finding(const struct uss_trial *trial, const struct uss_finding *finding, enum output output, bool first)
{
	if (output != JSON) {
		if (output == TABLE || finding->outcome != USS_HOLDS)
			printf("%-40s %8u %9u  %s%s%s\n", trial->name, finding->compared, finding->served, outcomes[finding->outcome],
			       *finding->why ? ": " : "", finding->why);
		return;
	}
	printf("%s{\"trial\": ", first ? "" : ", ");
	uss_print_json_string(trial->name);
	printf(", \"compared\": %u, \"from_page\": %u, \"result\": \"%s\", \"why\": ", finding->compared, finding->served,
	       outcomes[finding->outcome]);
	uss_print_json_string(finding->why);
	putchar('}');
}

static void print_begin(enum output output)
{
	struct utsname names;

	uname(&names);
	if (output == JSON) {
		printf("{\"module\": true, \"served\": true, \"kernel\": ");
		uss_print_json_string(names.release);
		printf(", \"uid\": %u, \"trials\": [", getuid());
	} else if (output == TABLE) {
		printf("%-40s compared from page  result (kernel %s, uid %u)\n", "tried", names.release, getuid());
	}
}

static void print_end(const uint32_t counts[USS_OUTCOMES], int64_t ms, enum output output)
{
	if (output == JSON) {
		printf("], \"hold\": %u, \"differ\": %u, \"not_served\": %u, \"not_allowed\": %u, \"milliseconds\": %lld}\n",
		       counts[USS_HOLDS], counts[USS_DIFFERS], counts[USS_NOT_SERVED], counts[USS_NOT_ALLOWED], (long long)ms);
		return;
	}
	printf("%s%u hold, %u differ, %u not served, %u not allowed here; in %.1f seconds\n",
	       output == TABLE ? "\n" : "selftest: ", counts[USS_HOLDS], counts[USS_DIFFERS], counts[USS_NOT_SERVED],
	       counts[USS_NOT_ALLOWED], (double)ms / 1000);
}

static int run_all(enum output output)
{
	uint32_t counts[USS_OUTCOMES] = { 0 };
	int64_t start = uss_self_now();
	uint32_t i;

	print_begin(output);
	for (i = 0; i < number_of_trials; i++) {
		/* Otherwise the children would print it again. */
		fflush(stdout);
		uss_selftest->current = i;
		if (i == 0)
			trials[i].run();
		else
			run_trial(&trials[i]);
		print_finding(&trials[i], &uss_selftest->findings[i], output, i == 0);
		counts[uss_selftest->findings[i].outcome]++;
	}
	print_end(counts, uss_self_now() - start, output);
	if (counts[USS_DIFFERS])
		return USS_FAILED;
	return counts[USS_NOT_SERVED] ? USS_SELF_NOT_SERVED : USS_OK;
}

/* Says why there is nothing to test. */
static int refuse(bool json)
{
	bool loaded = access("/proc/sys/kernel/usrsysshm", F_OK) == 0;

	if (json)
		printf("{\"module\": %s, \"served\": false}\n", loaded ? "true" : "false");
	if (!loaded)
		return uss_error(USS_SELF_NOT_SERVED, "selftest: the module is not loaded (%s)", USS_LOAD_IT);
	return uss_error(USS_SELF_NOT_SERVED,
			 "selftest: the module is loaded, but this process has no pages: its address space or memory is "
			 "limited (see ulimit -v), or the module has another ABI version (see usrsysshm status)");
}

/* Removes @option from the arguments. Returns whether it was there. */
static bool take_option(const char *option, int *argc, char **argv)
{
	int from, to = 1;

	for (from = 1; from < *argc; from++)
		if (strcmp(argv[from], option))
			argv[to++] = argv[from];
	from = *argc;
	*argc = to;
	return to < from;
}

static void collect_all(void)
{
	static const struct uss_trial plain[] = { { "plain program", try_plain }, { NULL, NULL } };

	collect(plain);
	collect(uss_trials_processes);
	collect(uss_trials_namespaces);
	collect(uss_trials_names);
	collect(uss_trials_machine);
	collect(uss_trials_cputime);
	collect(uss_trials_titles);
}

int uss_cmd_selftest(int argc, char **argv)
{
	bool json = false, quiet, wait;
	int code;

	/* Internal: what uss_self_exec() executes. */
	if (argc == 3 && !strcmp(argv[1], "--look"))
		return look(argv[2]);
	if (argc == 2 && !strcmp(argv[1], "--pause"))
		return pause();
	wait = take_option("--wait", &argc, argv);
	quiet = take_option("--quiet", &argc, argv);
	code = uss_arguments(argc, argv, usage, &json, NULL);
	if (code >= 0)
		return code;
	if (!uss_page_base())
		return refuse(json);
	if (!map_memory(-1))
		return uss_error(USS_FAILED, "selftest: cannot make memory to share with its children: %s", strerror(errno));
	uss_selftest->wait = wait;
	uss_selftest->offered = uss_self_offered();
	reset_signals();
	collect_all();
	return run_all(json ? JSON : quiet ? QUIET : TABLE);
}
