/* SPDX-License-Identifier: MIT */
/*
 * facts.c - what it costs to read each fact: from the page, by the system call, by libc, and by what programs use instead today
 *
 *	facts [SCALE [ROUNDS]]		SCALE multiplies the number of calls of a round (default 1); ROUNDS is 15 by default
 *
 * Prints CSV: fact, method, nanoseconds for one call: median, lower and upper quartile of the rounds. Under `vm/run --icount` a nanosecond
 * is an instruction. "limit" is a call through the PLT of a function that returns a global variable: a library cannot be faster.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"
#include "limit/limit.h"

#define METHOD(function, expression) \
	static void function(long count) \
	{ \
		while (count--) { \
			expression; \
		} \
	}

/* What programs write today to detect a fork without a system call: a pid that the kernel or a handler forgets in the child. */
static pid_t *wiped;
static pid_t forgotten;

static pid_t wiped_getpid(void)
{
	pid_t pid = *(volatile pid_t *)wiped;

	return pid ? pid : (*wiped = getpid());
}

static void forget(void)
{
	forgotten = 0;
}

static pid_t forgotten_getpid(void)
{
	pid_t pid = *(volatile pid_t *)&forgotten;

	return pid ? pid : (forgotten = getpid());
}

static char name[256];
static struct utsname names;
static struct sysinfo info;
static double loads[3];
static struct timespec used;

/* As procps and others read it. */
static uint64_t start_time_from_stat(void)
{
	int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC), field;
	char text[1024], *at;
	ssize_t length = read(file, text, sizeof(text) - 1);

	close(file);
	text[length > 0 ? length : 0] = '\0';
	at = strrchr(text, ')');
	for (field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

METHOD(pid_page, USE(uss_getpid()))
METHOD(pid_call, USE(syscall(SYS_getpid)))
METHOD(pid_libc, USE(getpid()))
METHOD(pid_limit, USE(limit()))
METHOD(pid_wiped, USE(wiped_getpid()))
METHOD(pid_forgotten, USE(forgotten_getpid()))
METHOD(forkid_page, USE(uss_forkid()))
METHOD(start_page, USE(uss_start_time()))
METHOD(start_proc, USE(start_time_from_stat()))
METHOD(host_page, USE(uss_gethostname(name, sizeof(name))))
METHOD(host_libc, USE(gethostname(name, sizeof(name))))
METHOD(uname_page, USE(uss_uname(&names)))
METHOD(uname_call, USE(syscall(SYS_uname, &names)))
METHOD(loads_page, USE(uss_getloadavg(loads, 3)))
METHOD(loads_call, USE(syscall(SYS_sysinfo, &info)))
METHOD(loads_libc, USE(getloadavg(loads, 3)))
METHOD(nprocs_page, USE(uss_nprocs_onln()))
METHOD(nprocs_libc, USE(sysconf(_SC_NPROCESSORS_ONLN)))
METHOD(cputime_page, USE(uss_thread_cputime(&used)))
METHOD(cputime_call, USE(syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, &used)))
METHOD(cputime_libc, USE(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used)))

static const struct method methods[] = {
	{ "pid", "page", pid_page, 100000 },
	{ "pid", "system call", pid_call, 10000 },
	{ "pid", "libc", pid_libc, 10000 },
	{ "pid", "limit", pid_limit, 100000 },
	{ "pid", "MADV_WIPEONFORK", pid_wiped, 100000 },
	{ "pid", "pthread_atfork", pid_forgotten, 100000 },
	{ "fork id", "page", forkid_page, 100000 },
	{ "start time", "page", start_page, 100000 },
	{ "start time", "/proc/self/stat", start_proc, 500 },
	{ "host name", "page", host_page, 100000 },
	{ "host name", "libc", host_libc, 10000 },
	{ "uname", "page", uname_page, 100000 },
	{ "uname", "system call", uname_call, 10000 },
	{ "load averages", "page", loads_page, 100000 },
	{ "load averages", "system call", loads_call, 10000 },
	{ "load averages", "libc", loads_libc, 500 },
	{ "processors", "page", nprocs_page, 100000 },
	{ "processors", "libc", nprocs_libc, 500 },
	{ "thread CPU time", "page", cputime_page, 20000 },
	{ "thread CPU time", "system call", cputime_call, 5000 },
	{ "thread CPU time", "libc", cputime_libc, 5000 },
};

int main(int argc, char **argv)
{
	const unsigned int wanted = USS_SERVED_PID | USS_SERVED_FORKID | USS_SERVED_START_TIME | USS_SERVED_NAMES | USS_SERVED_UNAME |
				    USS_SERVED_LOADAVG | USS_SERVED_NPROCS | USS_SERVED_CPUTIME;
	int i;

	wiped = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (wiped == MAP_FAILED || madvise(wiped, 4096, MADV_WIPEONFORK) < 0 || pthread_atfork(NULL, NULL, forget)) {
		perror(argv[0]);
		return 1;
	}
	/* The CPU time page is valid from the switch after the first read. The load averages become known within five seconds. */
	for (i = 0; i < 1000 && (uss_served() & wanted) != wanted; i++) {
		uss_thread_cputime(&used);
		uss_getloadavg(loads, 3);
		uss_uname(&names);
		usleep(10000);
	}
	if ((uss_served() & wanted) != wanted) {
		fprintf(stderr, "%s: not every fact is served from a page (uss_served: %#x of %#x)\n", argv[0], uss_served(), wanted);
		return 1;
	}
	measure_methods(methods, sizeof(methods) / sizeof(*methods), argc > 1 ? atof(argv[1]) : 1, argc > 2 ? atoi(argv[2]) : ROUNDS);
	return 0;
}
