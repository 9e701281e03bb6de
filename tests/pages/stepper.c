/* SPDX-License-Identifier: MIT */
/*
 * The differential stepper: a seeded random walk over every operation that can change a field of the pages. After each step
 * all fields are compared with the system calls. On a difference it prints seed, step and history; the same seed repeats the
 * same walk.
 *
 *   stepper [STEPS [SEED]]		default: 1500 steps, seed 1; ./check makes 6,000 on each of two kernels, `make stepper STEPS=...` any number
 *
 * The walk continues through fork and exec: a child walks a few steps and exits, and a program started by exec finds step
 * number and state in shared memory. To keep the walk repeatable one process walks at a time. The exceptions only disturb:
 * signals, threads that read the pages, a child that is killed.
 */
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/time.h>
#include <sys/utsname.h>

#include "test.h"

#define HISTORY 64
#define FORKIDS 4096
#define MEMORY_FD 50		/* the shared memory, kept across exec */

extern char **environ;

static struct shared {
	uint64_t seed, random;
	long step, steps;
	int depth;
	long until[16];			/* where the walk of each generation ends */
	int kinds[HISTORY];		/* of the last steps */
	uint64_t forkids[FORKIDS];	/* the last ones seen: a new one must differ */
	long forkids_seen;
	long done[64];			/* the number of steps of each kind */
	long checks, pids, names;	/* number of checks, and how many had pid and names from a page */
} *shared;

static char *program;
static uint64_t my_forkid;		/* of this process, as first read */
static char my_title[256];		/* the expected title; empty: unknown */

/* A random generator (xorshift) that is the same on every system. */
static uint64_t random_below(uint64_t below)
{
	shared->random ^= shared->random << 13;
	shared->random ^= shared->random >> 7;
	shared->random ^= shared->random << 17;
	return shared->random % below;
}

static const char *name_of(int kind);

static void differs(const char *what, const char *where)
{
	char text[4096];
	int length, i;

	length = snprintf(text, sizeof(text), "stepper: %s differs %s: seed %llu, step %ld, pid %d; the last steps:", what, where,
			  (unsigned long long)shared->seed, shared->step, raw_getpid());
	for (i = HISTORY - 1; i >= 0; i--)
		if (shared->step - i >= 0)
			length += snprintf(text + length, sizeof(text) - (size_t)length, " %s",
					   name_of(shared->kinds[(shared->step - i) % HISTORY]));
	length += snprintf(text + length, sizeof(text) - (size_t)length, "\n");
	if (write(2, text, (size_t)length) < 0)
		_exit(2);
	_exit(1);
}

/*
 * The checks
 */

/*
 * Retries until uname(2) returns the same before and after. (An alarm can interrupt a process that waits for its children
 * while one of them sets a name.)
 */
static void check_names(const char *where)
{
	struct utsname before, ours, after;
	char host[65], domain[65];

	do {
		if (syscall(SYS_uname, &before) || uss_uname(&ours) || uss_gethostname(host, sizeof(host)) ||
		    uss_getdomainname(domain, sizeof(domain)) || syscall(SYS_uname, &after))
			differs("return value of a name call", where);
	} while (memcmp(&before, &after, sizeof(after)));
	if (memcmp(&ours, &after, sizeof(after)))
		differs("uname", where);
	if (strcmp(host, after.nodename))
		differs("host name", where);
	if (strcmp(domain, after.domainname))
		differs("domain name", where);
}

static void check_loads(const char *where)
{
	struct sysinfo before, after;
	double loads[3];

	if (syscall(SYS_sysinfo, &before) || uss_getloadavg(loads, 3) != 3 || syscall(SYS_sysinfo, &after))
		differs("return value of uss_getloadavg", where);
	if ((loads[0] != (double)before.loads[0] / 65536 || loads[2] != (double)before.loads[2] / 65536) &&
	    (loads[0] != (double)after.loads[0] / 65536 || loads[2] != (double)after.loads[2] / 65536))
		differs("load average", where);
}

static bool is_before(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec < b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec < b->tv_nsec);
}

static void check_cputime(const char *where)
{
	struct timespec before, time, after;

	if (syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &before) || uss_thread_cputime(&time) ||
	    syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &after))
		differs("return value of uss_thread_cputime", where);
	if (is_before(&time, &before) || is_before(&after, &time))
		differs("CPU time", where);
}

/* Safe in signal handlers and in processes that share the memory: uses no memory of this process. */
static void check_quick(const char *where)
{
	unsigned int served = uss_served();

	__atomic_fetch_add(&shared->checks, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&shared->pids, (served & USS_SERVED_PID) != 0, __ATOMIC_RELAXED);
	__atomic_fetch_add(&shared->names, (served & USS_SERVED_NAMES) != 0, __ATOMIC_RELAXED);
	if (uss_getpid() != raw_getpid())
		differs("pid", where);
	if (my_page() && my_page()->pid && my_page()->pid != (uint32_t)raw_getpid())
		differs("pid in the page", where);
	check_names(where);
	check_loads(where);
	check_cputime(where);
}

static void check_forkid(const char *where)
{
	uint64_t forkid = uss_forkid();
	int i;

	if (my_forkid) {
		if (forkid != my_forkid)
			differs("fork id", where);
		return;
	}
	my_forkid = forkid;
	for (i = 0; i < FORKIDS; i++)
		if (!forkid || shared->forkids[i] == forkid)
			differs("fork id, not new,", where);
	shared->forkids[shared->forkids_seen++ % FORKIDS] = forkid;
}

static ssize_t read_small(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, text, size - 1);
	close(fd);
	if (length >= 0)
		text[length] = '\0';
	return length;
}

static void check_start_time(const char *where)
{
	char text[1024], *at;
	int field;

	if (read_small("/proc/self/stat", text, sizeof(text)) <= 0)
		return;
	at = strrchr(text, ')');
	for (field = 2; field < 22; field++)
		at = strchr(at + 1, ' ');
	if (uss_start_time() / 10000000 != strtoull(at + 1, NULL, 10))
		differs("start time", where);
}

static void check_title(const char *where)
{
	char text[512], title[256];

	if (!*my_title)
		return;
	if (uss_getproctitle(title, sizeof(title)) != (ssize_t)strlen(my_title) || strcmp(title, my_title))
		differs("title, as read back,", where);
	if (read_small("/proc/self/cmdline", text, sizeof(text)) > 0 && strcmp(text, my_title))
		differs("title in /proc", where);
}

/* For a process that shares its memory with no other: the answers must be right and must come from the pages. */
static void check_all(const char *where)
{
	if (my_page() && !my_page()->pid)
		differs("the page's pid of 0", where);
	check_quick(where);
	check_forkid(where);
	check_start_time(where);
	check_title(where);
}

/*
 * The steps
 */

static void walk(void);

static void reap_child(pid_t pid, const char *what)
{
	int status;

	while (waitpid(pid, &status, __WALL) < 0)
		if (errno != EINTR)
			differs(strerror(errno), what);
	if (WIFSIGNALED(status))
		differs(strsignal(WTERMSIG(status)), what);
	if (WEXITSTATUS(status))
		_exit(1);
}

/* For a child with memory of its own: it has a new fork id and inherits the title. */
static void begin_child(void)
{
	long end = shared->step + (long)random_below(8);

	my_forkid = 0;
	shared->until[shared->depth + 1] = end < shared->steps ? end : shared->steps;
	shared->depth++;
}

static void end_child(void)
{
	shared->depth--;
	_exit(0);
}

static void step_fork(void)
{
	pid_t pid;

	if (shared->depth > 6)
		return;
	pid = fork();
	if (pid == 0) {
		begin_child();
		check_all("in a child of fork");
		walk();
		end_child();
	}
	if (pid > 0)
		reap_child(pid, "fork");
}

static int unshare_and_check(void)
{
	if (unshare(CLONE_NEWUTS) == 0) {
		check_names("after unshare in a sharer");
		if (sethostname("sharer", 6) == 0)
			check_names("after sethostname in a sharer");
	}
	return 0;
}

static volatile int clone_answer, clone_names;

static int cloned(void *unused)
{
	(void)unused;
	if (uss_getpid() != raw_getpid())
		differs("pid", "in a clone");
	check_names("in a clone");
	if (clone_names) {
		syscall(SYS_sethostname, "a-clone", 7);
		check_names("in a clone that has set its host name");
	}
	clone_answer = 1;
	syscall(SYS_exit, 0);
	return 0;
}

static char clone_stack[65536] __attribute__((aligned(16)));

static void step_vfork(void)
{
	char *argv[] = { program, "--look", NULL };
	int what = (int)random_below(5);
	pid_t pid = vfork();

	if (pid == 0) {
		if (uss_getpid() != raw_getpid())
			differs("pid", "in a vfork child");
		if (my_page() && my_page()->pid)
			differs("the page's pid, not 0,", "in a vfork child");
		check_names("in a vfork child");
		if (what == 0)
			execve("/nowhere", argv, environ);
		if (what == 1)
			unshare_and_check();
		if (what == 2)
			execve(program, argv, environ);
		if (what == 3) {
			/* A sharer of the memory exits while another remains. */
			clone_names = 0;
			pid = clone(cloned, clone_stack + sizeof(clone_stack), CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);
			if (pid > 0)
				reap_child(pid, "clone in vfork");
		}
		if (uss_getpid() != raw_getpid())
			differs("pid", "in a vfork child, later");
		_exit(0);
	}
	if (pid > 0)
		reap_child(pid, "vfork");
}

static unsigned int some_flags(void)
{
	static const unsigned int flags[] = { CLONE_VM,	    CLONE_FS,	  CLONE_FILES,	       CLONE_VFORK,    CLONE_NEWUTS,
					      CLONE_NEWPID, CLONE_NEWIPC, CLONE_PARENT_SETTID, CLONE_UNTRACED, CLONE_NEWCGROUP };
	unsigned int some = 0;
	size_t i;

	for (i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (random_below(4) == 0)
			some |= flags[i];
	return some;
}

static void step_clone(void)
{
	unsigned int flags = some_flags();
	pid_t tid, pid;

	/*
	 * Not with CLONE_NEWPID: when process 1 of a namespace exits, the kernel sets SIGCHLD to ignored, also for all
	 * processes that share its handlers.
	 */
	if (random_below(8) == 0)
		flags = (flags & ~(unsigned int)CLONE_NEWPID) | CLONE_SIGHAND | CLONE_VM;
	clone_names = flags & CLONE_NEWUTS;
	pid = clone(cloned, clone_stack + sizeof(clone_stack), (int)(flags | SIGCHLD), NULL, &tid, NULL, NULL);
	if (pid > 0)
		reap_child(pid, "clone");
}

static void step_clone_thread(void)
{
	unsigned int flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | CLONE_FS | CLONE_FILES | (random_below(4) ? 0 : CLONE_NEWUTS);
	pid_t tid;

	clone_answer = 0;
	clone_names = flags & CLONE_NEWUTS;
	tid = clone(cloned, clone_stack + sizeof(clone_stack), (int)flags, NULL);
	if (tid <= 0)
		return;
	while (!clone_answer || syscall(SYS_tgkill, raw_getpid(), tid, 0) == 0)
		sched_yield();
}

static void step_clone3(void)
{
	struct clone_args arguments = { .flags = some_flags() & ~(unsigned int)(CLONE_VM | CLONE_PARENT_SETTID), .exit_signal = SIGCHLD };
	pid_t pid;

	if (random_below(4) == 0)
		arguments.flags |= CLONE_CLEAR_SIGHAND;
	pid = (pid_t)syscall(SYS_clone3, &arguments, sizeof(arguments));
	if (pid == 0) {
		begin_child();
		check_quick("in a child of clone3");
		check_forkid("in a child of clone3");
		end_child();
	}
	if (pid > 0)
		reap_child(pid, "clone3");
}

static void step_spawn(void)
{
	char *argv[] = { program, "--look", NULL };
	pid_t pid;

	if (posix_spawn(&pid, program, NULL, NULL, argv, environ) == 0)
		reap_child(pid, "posix_spawn");
}

static void block_alarm(sigset_t *alarm)
{
	sigemptyset(alarm);
	sigaddset(alarm, SIGALRM);
	pthread_sigmask(SIG_BLOCK, alarm, NULL);
}

static void exec_and_continue(void)
{
	char *argv[] = { program, "--on", NULL };
	sigset_t alarm;

	/* A pending alarm is delivered in the new program, but not before that has installed its handler. */
	block_alarm(&alarm);
	execve(program, argv, environ);
	differs(strerror(errno), "at exec");
}

static void *exec_in_thread(void *unused)
{
	(void)unused;
	exec_and_continue();
	return NULL;
}

static void step_exec(void)
{
	pthread_t thread;

	if (random_below(2))
		exec_and_continue();
	if (pthread_create(&thread, NULL, exec_in_thread, NULL) == 0)
		for (;;)
			pause();
}

static void step_exec_fails(void)
{
	char *argv[] = { program, NULL };

	execve(random_below(2) ? "/nowhere/program" : "/etc/passwd", argv, environ);
}

static void *check_in_thread(void *action)
{
	check_quick("in a thread");
	switch ((intptr_t)action) {
	case 1:
		if (unshare(CLONE_FS | CLONE_NEWUTS) == 0 && sethostname("a-thread", 8) == 0)
			check_quick("in a thread in another namespace");
		break;
	case 2:
		personality(PER_LINUX32);
		check_quick("in a thread with PER_LINUX32");
		break;
	}
	return NULL;
}

static void step_thread(void)
{
	pthread_t threads[3];
	int number = 1 + (int)random_below(3), i;

	for (i = 0; i < number; i++)
		if (pthread_create(&threads[i], NULL, check_in_thread, (void *)(intptr_t)(random_below(8) ? 0 : 1 + random_below(2))))
			break;
	number = i;
	check_quick("beside threads");
	for (i = 0; i < number; i++)
		pthread_join(threads[i], NULL);
}

static void on_signal(int number)
{
	int err = errno;

	(void)number;
	check_quick("in a signal handler");
	errno = err;
}

static void step_signal(void)
{
	struct itimerval timer = { .it_value.tv_usec = 1 + (suseconds_t)random_below(3000) };

	setitimer(ITIMER_REAL, &timer, NULL);
}

static void step_unshare(void)
{
	unshare(random_below(4) ? CLONE_NEWUTS : CLONE_NEWUTS | CLONE_NEWIPC);
}

static void step_unshare_pid(void)
{
	pid_t pid;
	int fd;

	if (shared->depth > 6)
		return;
	/* In a child, whose children are then in another namespace. A process can do this once. */
	pid = fork();
	if (pid == 0) {
		begin_child();
		if (unshare(CLONE_NEWPID) == 0) {
			pid = fork();
			if (pid == 0) {
				my_forkid = 0;
				check_quick("as process 1");
				check_forkid("as process 1");
				step_vfork();
				_exit(0);
			}
			reap_child(pid, "process 1");
			/* Return to its own pid namespace, because the child's namespace ended with the child. */
			fd = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
			if (fd >= 0 && setns(fd, CLONE_NEWPID) == 0)
				step_clone3();
			close(fd);
		}
		check_all("after unshare of pids");
		end_child();
	}
	if (pid > 0)
		reap_child(pid, "unshare of pids");
}

static void step_setns(void)
{
	int first = open("/proc/1/ns/uts", O_RDONLY | O_CLOEXEC), own = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	if (first >= 0 && setns(first, CLONE_NEWUTS) == 0 && random_below(2)) {
		check_names("after setns");
		setns(own, CLONE_NEWUTS);
	}
	close(first);
	close(own);
}

static void write_small(const char *path, const char *text, size_t length)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, length) < 0)
		differs(strerror(errno), path);
	close(fd);
}

static void step_name(void)
{
	size_t length = (size_t)random_below(65), i;
	char name[65];

	for (i = 0; i < length; i++)
		name[i] = (char)('a' + random_below(26));
	switch (random_below(4)) {
	case 0:
		sethostname(name, length);
		break;
	case 1:
		setdomainname(name, length);
		break;
	case 2:
		write_small("/proc/sys/kernel/hostname", name, length);
		break;
	default:
		write_small("/proc/sys/kernel/domainname", name, length);
		break;
	}
}

static volatile int names_stop;

/* While another thread sets names: what uname(2) returns both before and after must be what the page returns. */
static void *watch_names(void *unused)
{
	struct utsname before, ours, after;

	(void)unused;
	while (!names_stop)
		if (!syscall(SYS_uname, &before) && !uss_uname(&ours) && !syscall(SYS_uname, &after) &&
		    !memcmp(&before, &after, sizeof(after)) && memcmp(&ours, &after, sizeof(after)))
			differs("uname", "while names are set");
	return NULL;
}

static void step_name_race(void)
{
	sigset_t alarm;
	pthread_t thread;
	bool created;
	int i;

	/* The handler reads more than once and expects the same result, so it must not run in the thread that watches. */
	block_alarm(&alarm);
	names_stop = 0;
	created = pthread_create(&thread, NULL, watch_names, NULL) == 0;
	pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
	if (!created)
		return;
	for (i = 0; i < 20; i++)
		step_name();
	names_stop = 1;
	pthread_join(thread, NULL);
}

static void step_name_fails(void)
{
	if (random_below(2))
		syscall(SYS_sethostname, 1, 5);
	else
		syscall(SYS_setdomainname, "x", 1000);
}

static void step_title(void)
{
	if (random_below(8) == 0) {
		uss_set_title(NULL, 0);
		*my_title = '\0';
		return;
	}
	snprintf(my_title, sizeof(my_title), "title %llx %.*s", (unsigned long long)random_below(1u << 30), (int)random_below(150),
		 "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz "
		 "abcdefghijklmnopqrstuvwxyz abcdefghijklmnopqrstuvwxyz");
	uss_set_title(my_title, strlen(my_title));
}

static void step_madvise(void)
{
	static const int advice[] = { MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_COLD, MADV_PAGEOUT, MADV_WILLNEED, MADV_POPULATE_READ };

	if (my_page())
		madvise((char *)(uintptr_t)my_page() + 4096 * random_below(3), 4096, advice[random_below(7)]);
}

/* Operations that may leave the process without pages run in a child, which checks the page by its address. */
static void step_mappings(void)
{
	char *pages = (char *)(uintptr_t)my_page();
	size_t size;
	pid_t pid;

	if (!pages)
		return;
	size = size_of_pages(my_page());
	pid = fork();
	if (pid == 0) {
		const volatile struct uss_process_page *page = (void *)pages;
		char *moved;

		switch (random_below(6)) {
		case 0:
			if (mprotect(pages, 4096, PROT_READ | PROT_WRITE) == 0)
				differs("protection", "after mprotect");
			break;
		case 1:
			moved = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
			moved = mremap(pages, size, size, MREMAP_MAYMOVE | MREMAP_FIXED, moved);
			page = moved == MAP_FAILED ? page : (void *)moved;
			break;
		case 2:
			munmap(pages + 4096, 4096);
			break;
		case 3:
			munmap(pages + size, 4096 * random_below(8) + 4096);
			break;
		case 4:
			munmap(pages, 11 * 4096);
			_exit(0);
		default:
			mprotect(pages + 4096, 4096, PROT_NONE);
			break;
		}
		if (page->pid != (uint32_t)raw_getpid())
			differs("pid in the page", "after a change of its mappings");
		pid = fork();
		if (pid == 0) {
			if (page->pid != (uint32_t)raw_getpid())
				differs("pid in the page", "of a child after a change of the mappings");
			_exit(0);
		}
		reap_child(pid, "child with changed mappings");
		_exit(0);
	}
	if (pid > 0)
		reap_child(pid, "changed mappings");
}

/* Sets all fields at once. Only the command line differs from before. */
static bool set_map(const char *arguments)
{
	unsigned long long field[53] = { 0 };
	struct prctl_mm_map map = { .exe_fd = (__u32)-1 };
	char text[1024], *at;
	int i;

	if (read_small("/proc/self/stat", text, sizeof(text)) <= 0)
		return false;
	at = strrchr(text, ')') + 4;
	for (i = 4; i < 53; i++)
		field[i] = strtoull(at, &at, 10);
	map.start_code = field[26];
	map.end_code = field[27];
	map.start_stack = field[28];
	map.start_data = field[45];
	map.end_data = field[46];
	map.start_brk = field[47];
	map.brk = (__u64)(unsigned long)syscall(SYS_brk, 0);
	map.arg_start = (__u64)(uintptr_t)arguments;
	map.arg_end = map.arg_start + strlen(arguments) + 1;
	map.env_start = field[50];
	map.env_end = field[51];
	return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) == 0;
}

/* Start first: it must never be behind the end. */
static bool set_ends(const char *arguments)
{
	return prctl(PR_SET_MM, PR_SET_MM_ARG_START, (unsigned long)arguments, 0, 0) == 0 &&
	       prctl(PR_SET_MM, PR_SET_MM_ARG_END, (unsigned long)arguments + strlen(arguments) + 1, 0, 0) == 0;
}

static void step_set_arguments(void)
{
	bool at_once = random_below(2);
	pid_t pid = fork();

	if (pid == 0) {
		static char own[64] = "of its own choice";
		char text[64];

		uss_set_title("a title", 7);
		if (!(at_once ? set_map(own) : set_ends(own)))
			differs(strerror(errno), "at PR_SET_MM");
		if (read_small("/proc/self/cmdline", text, sizeof(text)) > 0 && strcmp(text, own))
			differs("command line", "after PR_SET_MM");
		_exit(0);
	}
	if (pid > 0)
		reap_child(pid, "PR_SET_MM");
}

static void step_trace(void)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		if (uss_getpid() != raw_getpid())
			differs("pid", "of a traced process");
		_exit(0);
	}
	if (pid < 0)
		return;
	if (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status) && my_page()) {
		errno = 0;
		if ((uint32_t)ptrace(PTRACE_PEEKDATA, pid, &my_page()->pid, 0) != (uint32_t)pid && !errno && my_page()->pid)
			differs("pid of a traced process", "seen by its tracer");
		if (ptrace(PTRACE_POKEDATA, pid, &my_page()->pid, 1) == 0)
			differs("protection", "under ptrace");
	}
	ptrace(PTRACE_CONT, pid, 0, 0);
	reap_child(pid, "traced process");
}

static void step_kill(void)
{
	pid_t pid = fork();
	int status, i;

	if (pid == 0) {
		/* Makes no random choices: how far it gets depends on the scheduler, and the walk must be repeatable. */
		for (i = 0;; i++) {
			uss_setproctitle("%d", i);
			if (vfork() == 0)
				_exit(0);
			waitpid(-1, &status, 0);
		}
	}
	if (pid < 0)
		return;
	usleep((useconds_t)random_below(2000));
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
}

static void step_limit(void)
{
	char *argv[] = { program, "--look", NULL };
	struct rlimit limit = { 1 << 28, 1 << 28 };
	pid_t pid = fork();

	if (pid == 0) {
		setrlimit(RLIMIT_AS, &limit);
		check_quick("under a limit");
		execve(program, argv, environ);
		_exit(0);
	}
	if (pid > 0)
		reap_child(pid, "limit");
}

static void step_personality(void)
{
	personality(random_below(3) ? PER_LINUX : random_below(2) ? PER_LINUX32 : 0x0020000);
}

static void step_none(void)
{
}

/* The weight of each kind. They sum to about a thousand. */
static const struct kind {
	const char *name;
	void (*step)(void);
	int weight;
} kinds[] = {
	{ "nothing", step_none, 100 },
	{ "fork", step_fork, 90 },
	{ "vfork", step_vfork, 60 },
	{ "clone", step_clone, 60 },
	{ "clone-thread", step_clone_thread, 30 },
	{ "clone3", step_clone3, 30 },
	{ "posix_spawn", step_spawn, 10 },
	{ "exec", step_exec, 10 },
	{ "failing-exec", step_exec_fails, 30 },
	{ "threads", step_thread, 40 },
	{ "signal", step_signal, 60 },
	{ "unshare", step_unshare, 30 },
	{ "unshare-pid", step_unshare_pid, 8 },
	{ "setns", step_setns, 40 },
	{ "name", step_name, 140 },
	{ "names", step_name_race, 15 },
	{ "failing-name", step_name_fails, 20 },
	{ "title", step_title, 130 },
	{ "madvise", step_madvise, 40 },
	{ "mappings", step_mappings, 20 },
	{ "PR_SET_MM", step_set_arguments, 12 },
	{ "ptrace", step_trace, 12 },
	{ "kill", step_kill, 6 },
	{ "limit", step_limit, 6 },
	{ "personality", step_personality, 6 },
};

#define KINDS (int)(sizeof(kinds) / sizeof(kinds[0]))

static const char *name_of(int kind)
{
	return kind >= 0 && kind < KINDS ? kinds[kind].name : "?";
}

static int choose(void)
{
	int all = 0, i, at;

	for (i = 0; i < KINDS; i++)
		all += kinds[i].weight;
	at = (int)random_below((uint64_t)all);
	for (i = 0; at >= kinds[i].weight; i++)
		at -= kinds[i].weight;
	return i;
}

/* Walks to the end of this generation. A program started by exec continues the walk of its predecessor. */
static void walk(void)
{
	int kind;

	while (shared->step < shared->until[shared->depth]) {
		kind = choose();
		shared->kinds[++shared->step % HISTORY] = kind;
		shared->done[kind]++;
		kinds[kind].step();
		check_all("after a step");
	}
}

static void map_shared(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, MEMORY_FD, 0);
	CHECK(shared != MAP_FAILED, "mmap: %s", strerror(errno));
}

static void report(void)
{
	int i;

	printf("seed %llu: %ld steps;", (unsigned long long)shared->seed, shared->step);
	for (i = 0; i < KINDS; i++)
		printf(" %s %ld", kinds[i].name, shared->done[i]);
	printf("; of %ld checks %ld had the pid and %ld the names from pages\n", shared->checks, shared->pids, shared->names);
	/* A process that has changed its namespace falls back for names until it execs. */
	CHECK(shared->steps < 1000 || (shared->pids > shared->checks / 10 * 9 && shared->names > shared->checks / 10),
	      "too few answers came from pages");
}

int main(int argc, char **argv)
{
	static char path[4096];
	sigset_t alarm;
	int fd;

	signal(SIGALRM, on_signal);
	sigemptyset(&alarm);
	sigaddset(&alarm, SIGALRM);
	CHECK(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0, "/proc/self/exe");
	program = path;
	if (argc > 1 && !strcmp(argv[1], "--look")) {
		map_shared();
		check_quick("in a program");
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "--on")) {
		map_shared();
		sigprocmask(SIG_UNBLOCK, &alarm, NULL);
		CHECK(uss_page_base(), "no pages after exec: seed %llu, step %ld", (unsigned long long)shared->seed, shared->step);
		check_all("after exec");
	} else {
		fd = memfd_create("stepper", 0);
		CHECK(fd >= 0 && !ftruncate(fd, sizeof(*shared)) && dup2(fd, MEMORY_FD) == MEMORY_FD, "memfd: %s", strerror(errno));
		close(fd);
		map_shared();
		shared->steps = argc > 1 ? atol(argv[1]) : 1500;
		shared->until[0] = shared->steps;
		shared->seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
		/* A generator state of zero would stay zero. */
		shared->random = shared->seed ^ 0x9e3779b97f4a7c15;
		CHECK(shared->random, "seed %s cannot be used", argv[2]);
		CHECK(uss_page_base(), "no pages: is the module loaded? (Run this in vm/run, because it sets the host name.)");
		CHECK((uss_served() & ~(USS_SERVED_CPUTIME | USS_SERVED_LOADAVG)) == 0xbf, "served %#x", uss_served());
	}
	walk();
	if (shared->depth)
		end_child();
	report();
	return 0;
}
