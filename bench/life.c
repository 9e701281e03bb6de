/* SPDX-License-Identifier: MIT */
/*
 * life.c - the cost of the operations in the life of a process: fork, exec, a thread, a context switch, a page fault, system calls
 *
 *	life never|once|reading|cputime
 *
 * never	the program does not use the module
 * once		the program has read /proc/sys/kernel/usrsysshm at its start, as the library does, and does nothing more
 * reading	the program, its forked children and its threads also load the pid from the process page; it has touched the system page
 * cputime	as once; another process reads its CPU time meanwhile, so that the module watches the switches between all threads
 *
 * Prints CSV: operation, nanoseconds: median, lower and upper quartile of seven batches. Under `vm/run --icount` a nanosecond is an
 * instruction. bench/run runs it that way, with and without the module.
 *
 * The program is static and does not use the library, so that only the mode determines its use of the module. For exec it executes itself
 * with an argument that makes it exit at once.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <usrsysshm/abi.h>

#include "bench.h"
#include "settle.h"

#define BATCHES 7

static const char *program;
static const struct uss_process_page *page; /* NULL unless this run reads it */

static void die(const char *what)
{
	perror(what);
	exit(1);
}

/* Requests pages. Returns the address of the process page; 0 without the module or without pages. */
static unsigned long request_pages(void)
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

static void touch(const char *at)
{
	(void)*(const volatile char *)at;
}

static void reap(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, 0) != pid || status)
		die("child");
}

/*
 * The operations. Each function repeats its operation @n times and returns the nanoseconds that it took.
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

/* Sends a byte to another process and back: two switches, because there is one processor under --icount. */
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
	{ "fork+_exit+wait", fork_exit_wait, 60 },
	{ "vfork+exec+wait", vfork_exec_wait, 30 },
	{ "fork+exec+wait", fork_exec_wait, 30 },
	{ "pthread_create+join", create_join, 300 },
	{ "two context switches", context_switches, 1000 },
	{ "page fault", page_faults, 1000 },
	{ "raw getpid", raw_getpid, 10000 },
	{ "sethostname", set_host_name, 1000 },
};

static void measure(const struct row *row)
{
	double took[BATCHES];
	int i;

	/* The first batch fills the caches and is not counted. */
	row->run(row->n);
	for (i = 0; i < BATCHES; i++)
		took[i] = row->run(row->n) / (double)row->n;
	qsort(took, BATCHES, sizeof(*took), compare_doubles);
	printf("%s,%.1f,%.1f,%.1f\n", row->name, took[BATCHES / 2], took[BATCHES / 4], took[BATCHES * 3 / 4]);
	fflush(stdout);
}

/* A process that has touched its CPU time page. */
static pid_t begin_reader(const struct uss_process_page *base)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready))
		die("pipe");
	pid = fork();
	if (pid == 0) {
		touch((const char *)base + base->cputime_offset);
		close(ready[0]);
		close(ready[1]);
		for (;;)
			pause();
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 0)
		die("pipe");
	close(ready[0]);
	return pid;
}

int main(int argc, char **argv)
{
	const struct uss_process_page *base = NULL;
	pid_t reader = 0;
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "end"))
		return 0;
	if (argc != 2)
		return 2;
	settle(argv);
	program = argv[0];
	if (strcmp(argv[1], "never")) {
		base = (const void *)request_pages();
		/* Without the module this reads nothing; that is the base of the comparison. */
		if (!strcmp(argv[1], "reading") && base)
			page = base;
	}
	if (page) {
		read_pid();
		touch((const char *)page + page->system_offset);
	}
	if (base && !strcmp(argv[1], "cputime"))
		reader = begin_reader(base);
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&rows[i]);
	if (reader)
		kill(reader, SIGKILL);
	return 0;
}
