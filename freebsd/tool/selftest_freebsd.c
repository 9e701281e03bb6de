/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * selftest_freebsd.c - usrsysshm selftest: do the pages give what the system calls give, on this kernel, now
 *
 * Each trial runs in a child of its own, whose findings lie in memory that all processes share.  A name can change at any time.  So it is
 * read by system call before and after, until both are the same: then the answer in between must be that one.
 */
#include <sys/param.h>
#include <sys/jail.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>
#include <usrsysshm/abi.h>

#include "../../tool/tool.h"

#define	PATIENCE	20	/* seconds, for one trial */
#define	TRIES		1000

/* The exit status if something is not served. */
#define	SELFTEST_NOT_SERVED	2

static const char usage[] =
	"usage: usrsysshm selftest [--quiet]\n"
	"\n"
	"Compares every fact with the system call, in every kind of process, on this kernel; root can try more.\n"
	"\n"
	"The exit status is 0 if all holds, 1 if something differs, 2 if something is not served.\n";

/* In the order of their weight: the heaviest of a trial counts. */
enum { HOLDS, NOT_ALLOWED, NOT_SERVED_HERE, DIFFERS, OUTCOMES };

static const char *const outcomes[OUTCOMES] = { "holds", "not allowed here", "not served", "differs" };

struct finding {
	u_int	outcome, compared, served;
	char	why[160];
};

#define	ALL_FACTS	(USS_SERVED_PID | USS_SERVED_FORKID | USS_SERVED_START_TIME | USS_SERVED_TITLE | USS_SERVED_NAMES | USS_SERVED_NPROCS)

static struct finding *finding;

static void __printflike(2, 3)
found(u_int outcome, const char *format, ...)
{
	va_list arguments;

	if (finding->outcome >= outcome)
		return;
	finding->outcome = outcome;
	va_start(arguments, format);
	vsnprintf(finding->why, sizeof(finding->why), format, arguments);
	va_end(arguments);
}

/*
 * Comparisons
 */

/* Counts an answer, and whether it comes from the page. */
static void
count(u_int fact)
{

	finding->compared++;
	if (uss_served() & fact)
		finding->served++;
}

static pid_t
call_getpid(void)
{

	return ((pid_t)syscall(SYS_getpid));
}

static void
compare_pid(const char *where)
{
	const volatile struct uss_process_page *page = uss_page_base();
	pid_t real = call_getpid(), answer = uss_getpid(), in_page = page != NULL ? (pid_t)page->pid : 0;

	count(USS_SERVED_PID);
	if (answer != real)
		found(DIFFERS, "%s: getpid(2) says %d, uss_getpid() %d", where, real, answer);
	if (in_page != 0 && in_page != real)
		found(DIFFERS, "%s: getpid(2) says %d, the page %d", where, real, in_page);
}

/* The kernel computes ki_start from the time since boot.  Again if the clock was set meanwhile. */
static uint64_t
call_start_time(void)
{
	int boot_name[] = { CTL_KERN, KERN_BOOTTIME }, name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, call_getpid() };
	struct timeval before = { 0, 0 }, after, start;
	struct kinfo_proc info;
	size_t size;
	int i;

	for (i = 0; i < TRIES; i++) {
		size = sizeof(after);
		if (sysctl(boot_name, 2, &after, &size, NULL, 0) != 0)
			return (0);
		if (i > 0 && timercmp(&before, &after, ==))
			break;
		before = after;
		size = sizeof(info);
		if (sysctl(name, 4, &info, &size, NULL, 0) != 0)
			return (0);
	}
	timersub(&info.ki_start, &after, &start);
	return (((uint64_t)start.tv_sec * 1000000 + (uint64_t)start.tv_usec) * 1000);
}

static void
compare_start_time(const char *where)
{
	uint64_t real = call_start_time(), answer = uss_start_time();

	count(USS_SERVED_START_TIME);
	if (real != 0 && answer != real)
		found(DIFFERS, "%s: kern.proc.pid says %ju, uss_start_time() %ju", where, (uintmax_t)real, (uintmax_t)answer);
}

static bool
call_name(int which, char text[MAXHOSTNAMELEN])
{
	int name[] = { CTL_KERN, which };
	size_t size = MAXHOSTNAMELEN;

	return (sysctl(name, 2, text, &size, NULL, 0) == 0);
}

static void
compare_name(const char *where, int which, int (*function)(char *, size_t))
{
	char before[MAXHOSTNAMELEN], answer[MAXHOSTNAMELEN], after[MAXHOSTNAMELEN];
	int i;

	for (i = 0; i < TRIES; i++) {
		if (!call_name(which, before) || function(answer, sizeof(answer)) != 0 || !call_name(which, after)) {
			found(DIFFERS, "%s: a name: %s", where, strerror(errno));
			return;
		}
		if (strcmp(before, after) == 0)
			break;
	}
	count(USS_SERVED_NAMES);
	if (strcmp(before, after) == 0 && strcmp(before, answer) != 0)
		found(DIFFERS, "%s: the kernel says \"%.40s\", the library \"%.40s\"", where, before, answer);
}

static void
compare_processors(const char *where)
{
	int real = (int)sysconf(_SC_NPROCESSORS_ONLN), answer = uss_nprocs_onln();

	count(USS_SERVED_NPROCS);
	if (answer != real)
		found(DIFFERS, "%s: sysconf(3) says %d processors, uss_nprocs_onln() %d", where, real, answer);
}

/* Sets a title and reads it as ps(1) does. */
static void
compare_title(const char *where)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, call_getpid() };
	char title[64], shown[4096];
	size_t size = sizeof(shown);

	snprintf(title, sizeof(title), "usrsysshm selftest: %s", where);
	count(USS_SERVED_TITLE);
	if (uss_set_title(title, strlen(title)) != 0 || sysctl(name, 4, shown, &size, NULL, 0) != 0)
		found(DIFFERS, "%s: a title: %s", where, strerror(errno));
	else if (size != strlen(title) + 1 || memcmp(shown, title, size) != 0)
		found(DIFFERS, "%s: ps would show \"%.*s\", not \"%s\"", where, (int)MIN(size, 40), shown, title);
}

/* Names are not served in the module's first second, nor while another process changes one. */
static void
wait_for_names(void)
{
	int i;

	for (i = 0; i < 200 && !(uss_served() & USS_SERVED_NAMES); i++)
		usleep(10000);
}

/* Compares all facts.  Those in @expected must be served from the page. */
static void
compare_all(const char *where, u_int expected)
{
	u_int missing;

	if (expected & USS_SERVED_NAMES)
		wait_for_names();
	compare_pid(where);
	compare_start_time(where);
	compare_name(where, KERN_HOSTNAME, uss_gethostname);
	compare_name(where, KERN_NISDOMAINNAME, uss_getdomainname);
	compare_processors(where);
	missing = expected & ~uss_served();
	if (missing != 0)
		found(NOT_SERVED_HERE, "%s: the facts %#x are not served", where, missing);
}

/*
 * Trials
 */

static uint64_t forkid_of_parent;

static void
compare_forkid(const char *where)
{
	uint64_t forkid = uss_forkid();

	count(USS_SERVED_FORKID);
	if (forkid == 0 || forkid == forkid_of_parent || forkid != uss_forkid())
		found(DIFFERS, "%s: the fork id is %#jx, the parent's %#jx", where, (uintmax_t)forkid, (uintmax_t)forkid_of_parent);
}

static void
reap(pid_t pid, const char *where)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (pid < 0 || status != 0)
		found(DIFFERS, "%s: a process was not made, or ended with the status %#x", where, status);
}

static void
trial_process(void)
{

	/* A forked child's start time is served from its first request on. */
	compare_all("a process", ALL_FACTS & ~USS_SERVED_START_TIME);
	compare_forkid("a process");
	compare_title("a process");
	compare_all("a process with a title", ALL_FACTS);
}

static void
trial_fork(void)
{
	pid_t child;
	int i;

	forkid_of_parent = uss_forkid();
	for (i = 0; i < 20; i++) {
		child = fork();
		if (child == 0) {
			compare_all("a forked child", ALL_FACTS & ~USS_SERVED_START_TIME);
			compare_forkid("a forked child");
			_exit(0);
		}
		reap(child, "fork");
		compare_pid("after fork");
	}
}

static void
trial_vfork(void)
{
	pid_t child;
	int i;

	forkid_of_parent = uss_forkid();
	for (i = 0; i < 20; i++) {
		child = vfork();
		if (child == 0) {
			compare_pid("a vfork child");
			compare_forkid("a vfork child");
			_exit(0);
		}
		reap(child, "vfork");
		compare_pid("after vfork");
	}
}

static void *
thread_main(void *arg __unused)
{

	compare_all("a thread", ALL_FACTS & ~USS_SERVED_START_TIME);
	return (NULL);
}

static void
trial_thread(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, thread_main, NULL) != 0)
		found(DIFFERS, "a thread: not made");
	else
		pthread_join(thread, NULL);
	compare_all("after a thread", ALL_FACTS & ~USS_SERVED_START_TIME);
}

/* The parameters of jail_set(2) are pairs of name and value. */
static int
make_jail(void)
{
	static char names[3][16] = { "path", "host.hostname", "host" }, path[] = "/", hostname[] = "selftest";
	int host = 1;
	struct iovec parameters[] = {
		{ names[0], sizeof("path") }, { path, sizeof(path) }, { names[1], sizeof("host.hostname") }, { hostname, sizeof(hostname) },
		{ names[2], sizeof("host") }, { &host, sizeof(host) },
	};

	return (jail_set(parameters, nitems(parameters), JAIL_CREATE | JAIL_ATTACH));
}

/* In a jail of its own, so that the machine's name does not change. */
static void
trial_names(void)
{
	char name[32];
	pid_t child;
	int i;

	if (make_jail() < 0) {
		found(NOT_ALLOWED, "jail_set(2): %s", strerror(errno));
		return;
	}
	compare_all("a process that has entered a jail", 0);
	child = fork();
	if (child == 0) {
		for (i = 0; i < 50; i++) {
			snprintf(name, sizeof(name), "selftest-%d", i);
			if (sethostname(name, (int)strlen(name)) != 0)
				found(NOT_ALLOWED, "sethostname(3) in a jail: %s", strerror(errno));
			compare_name("after sethostname(3)", KERN_HOSTNAME, uss_gethostname);
		}
		compare_all("a child in a jail", ALL_FACTS & ~USS_SERVED_START_TIME);
		_exit(0);
	}
	reap(child, "a jail");
}

static const struct trial {
	const char *name;
	void	(*function)(void);
} trials[] = {
	{ "a process", trial_process }, { "fork", trial_fork }, { "vfork", trial_vfork }, { "threads", trial_thread },
	{ "a jail, and its host name", trial_names },
};

static void
run_trial(const struct trial *trial)
{
	int status;
	pid_t child;

	fflush(NULL);
	forkid_of_parent = uss_forkid();
	child = fork();
	if (child == 0) {
		alarm(PATIENCE);
		trial->function();
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		found(DIFFERS, "the trial was not made, or did not end by itself");
}

static int
selftest(bool quiet)
{
	u_int i, counts[OUTCOMES] = { 0 };

	if (!(uss_served() & USS_SERVED_PID))
		return (uss_error(SELFTEST_NOT_SERVED, "not served: the module is not loaded, or was loaded after this process started"));
	finding = mmap(NULL, nitems(trials) * sizeof(*finding), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	if (finding == MAP_FAILED)
		return (uss_error(USS_FAILED, "mmap: %s", strerror(errno)));
	if (!quiet)
		printf("%-30s compared from page  result\n", "tried");
	for (i = 0; i < nitems(trials); i++, finding++) {
		run_trial(&trials[i]);
		counts[finding->outcome]++;
		if (!quiet || finding->outcome != HOLDS)
			printf("%-30s %8u %9u  %s%s%s\n", trials[i].name, finding->compared, finding->served, outcomes[finding->outcome],
			    finding->why[0] != '\0' ? ": " : "", finding->why);
	}
	printf("%u hold, %u differ, %u not served, %u not allowed here\n", counts[HOLDS], counts[DIFFERS], counts[NOT_SERVED_HERE],
	    counts[NOT_ALLOWED]);
	return (counts[DIFFERS] != 0 ? USS_FAILED : counts[NOT_SERVED_HERE] != 0 ? SELFTEST_NOT_SERVED : USS_OK);
}

int
uss_cmd_selftest(int argc, char **argv)
{
	bool quiet = argc == 2 && strcmp(argv[1], "--quiet") == 0, json = false;
	int code = quiet ? -1 : uss_arguments(argc, argv, usage, &json, NULL);

	if (code >= 0)
		return (code);
	if (json)
		return (uss_error(USS_USAGE, "selftest: no --json here; see: usrsysshm selftest --help"));
	return (selftest(quiet));
}
