/* SPDX-License-Identifier: MIT */
/*
 * life.c - what the life of a process costs: nanoseconds of fork, exec, a thread, a context switch, a page fault, system calls
 *
 *	life never|once|reading [--processes N]
 *
 * never	it knows nothing of the module
 * once		it has read /proc/sys/kernel/usrsysshm when it began, as the library does, and that was all
 * reading	it, its forked children and its threads also load the pid from the process page; the system page has been touched
 *
 * --processes N: beside N sleeping children, which have done what the mode says, too.
 *
 * Under `vm/run --icount` a nanosecond is an instruction; bench/life_table does that and divides what it finds with the module by what
 * it finds without. Prints a line for each row: nanoseconds of one operation, the best of five batches, and its name.
 *
 * Static and without the library, so that nothing but the mode touches the module. What it execs is this program again, told to end.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm/abi.h>

#define BATCHES 5

static const char *program;
static const struct uss_process_page *page;	/* only when this run reads it */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* 0: there is no module, or it has no pages for us. */
static unsigned long ask(void)
{
	char text[32];
	int file = open("/proc/sys/kernel/usrsysshm", O_RDONLY);
	ssize_t length;

	if (file < 0)
		return 0;
	length = read(file, text, sizeof(text) - 1);
	close(file);
	if (length < 0)
		return 0;
	text[length] = 0;
	return strtoul(text, NULL, 10);
}

static void read_pid(void)
{
	if (page)
		(void)*(const volatile __u32 *)&page->pid;
}

static void touch_system_page(void)
{
	(void)*(const volatile char *)((const char *)page + page->system_offset);
}

static void reap(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("child");
}

/*
 * The rows. Each does its operation @n times and returns how long that took.
 */

static double fork_exit_wait(long n)
{
	double start = now();
	pid_t pid;

	while (n--) {
		pid = fork();
		if (pid == 0) {
			read_pid();
			_exit(0);
		}
		reap(pid);
	}
	return now() - start;
}

static double vfork_exec_wait(long n)
{
	double start = now();
	pid_t pid;

	while (n--) {
		pid = vfork();
		if (pid == 0) {
			execl(program, program, "end", NULL);
			_exit(1);
		}
		reap(pid);
	}
	return now() - start;
}

static double fork_exec_wait(long n)
{
	double start = now();
	pid_t pid;

	while (n--) {
		pid = fork();
		if (pid == 0) {
			read_pid();
			execl(program, program, "end", NULL);
			_exit(1);
		}
		reap(pid);
	}
	return now() - start;
}

static void *thread(void *nothing)
{
	read_pid();
	return nothing;
}

static double create_join(long n)
{
	double start = now();
	pthread_t id;

	while (n--)
		if (pthread_create(&id, NULL, thread, NULL) || pthread_join(id, NULL))
			die("thread");
	return now() - start;
}

/* A byte to another process and back: two switches. There is one processor under --icount. */
static double context_switches(long n)
{
	int there[2], back[2];
	double start, took;
	char byte = 0;
	pid_t pid;

	if (pipe(there) || pipe(back))
		die("pipe");
	pid = fork();
	if (pid == 0) {
		close(there[1]);
		while (read(there[0], &byte, 1) == 1 && write(back[1], &byte, 1) == 1)
			read_pid();
		_exit(0);
	}
	start = now();
	while (n--) {
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			die("ping-pong");
		read_pid();
	}
	took = now() - start;
	close(there[0]);
	close(there[1]);
	close(back[0]);
	close(back[1]);
	reap(pid);
	return took;
}

static double page_faults(long n)
{
	const long size = sysconf(_SC_PAGESIZE);
	volatile char *memory = mmap(NULL, (size_t)(n * size), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	double start, took;
	long i;

	if (memory == MAP_FAILED || madvise((void *)memory, (size_t)(n * size), MADV_NOHUGEPAGE))
		die("memory");
	start = now();
	for (i = 0; i < n; i++)
		memory[i * size] = 1;
	took = now() - start;
	munmap((void *)memory, (size_t)(n * size));
	return took;
}

static double raw_getpid(long n)
{
	double start = now();

	while (n--) {
		syscall(SYS_getpid);
		read_pid();
	}
	return now() - start;
}

static double set_host_name(long n)
{
	char name[65];
	double start;

	if (gethostname(name, sizeof(name)))
		die("gethostname");
	start = now();
	while (n--)
		if (sethostname(name, strlen(name)))
			die("sethostname");
	return now() - start;
}

static const struct row {
	const char *name;
	double (*run)(long n);
	long n;
} rows[] = {
	{ "fork+_exit+wait", fork_exit_wait, 300 },
	{ "vfork+exec+wait", vfork_exec_wait, 100 },
	{ "fork+exec+wait", fork_exec_wait, 100 },
	{ "pthread_create+join", create_join, 2000 },
	{ "two context switches", context_switches, 2000 },
	{ "page fault", page_faults, 2000 },
	{ "raw getpid", raw_getpid, 50000 },
	{ "sethostname", set_host_name, 2000 },
};

static void measure(const struct row *row)
{
	double best = 0, took;
	int i;

	/* Caches of memory, of names and of files fill first. */
	row->run(row->n);
	for (i = 0; i < BATCHES; i++) {
		took = row->run(row->n) / (double)row->n;
		if (i == 0 || took < best)
			best = took;
	}
	printf("%10.1f  %s\n", best, row->name);
	fflush(stdout);
}

static void sleepers(long n, pid_t *pids)
{
	while (n--) {
		pids[n] = fork();
		if (pids[n] < 0)
			die("fork");
		if (pids[n] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			read_pid();
			for (;;)
				pause();
		}
	}
}

/*
 * Begins anew, at the same addresses every time and without an environment: how many pages a process touches, and of how many tables,
 * would differ from run to run by more than what is to be measured.
 */
static void settle(char **argv)
{
	char *nothing[] = { NULL };
	int now_is = personality(0xffffffff);

	if (now_is & ADDR_NO_RANDOMIZE)
		return;
	if (personality((unsigned long)now_is | ADDR_NO_RANDOMIZE) < 0)
		die("personality");
	execve(argv[0], argv, nothing);
	die(argv[0]);
}

int main(int argc, char **argv)
{
	unsigned long base;
	pid_t *pids = NULL;
	long processes = 0;
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "end"))
		return 0;
	if (argc == 4 && !strcmp(argv[2], "--processes"))
		processes = atol(argv[3]);
	else if (argc != 2)
		return 2;
	settle(argv);
	program = argv[0];
	if (strcmp(argv[1], "never")) {
		base = ask();
		/* Without a module this reads nothing, and is what the other is compared with. */
		if (!strcmp(argv[1], "reading") && base)
			page = (const struct uss_process_page *)base;
	}
	if (page) {
		read_pid();
		touch_system_page();
	}
	if (processes > 0) {
		pids = calloc((size_t)processes, sizeof(*pids));
		if (!pids)
			die("memory");
		sleepers(processes, pids);
	}
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&rows[i]);
	while (processes-- > 0)
		kill(pids[processes], SIGKILL);
	return 0;
}
