/* SPDX-License-Identifier: MIT */
/*
 * oracle [ROUNDS]: an ordinary program that compares libc's functions, by the names that the drop-in serves, with the raw
 * system calls: before and after main, in threads, in a signal handler, after fork in a threaded program, in a vfork child,
 * in a child of raw clone, and in another UTS namespace. Prints "all right", or exits with 1 at the first wrong answer.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

static void wrong(const char *what, const char *where)
{
	char text[200];
	int length = snprintf(text, sizeof(text), "oracle: wrong %s %s\n", what, where);

	if (write(2, text, (size_t)length) < 0)
		_exit(2);
	_exit(1);
}

static void check(const char *where)
{
	struct utsname names, real;
	struct sysinfo info, later;
	char host[65], domain[65];
	double loads[3];

	if (getpid() != syscall(SYS_getpid))
		wrong("getpid", where);
	memset(&names, 1, sizeof(names));
	memset(&real, 2, sizeof(real));
	if (uname(&names) || syscall(SYS_uname, &real) || memcmp(&names, &real, sizeof(names)))
		wrong("uname", where);
	if (gethostname(host, sizeof(host)) || strcmp(host, real.nodename))
		wrong("gethostname", where);
	if (getdomainname(domain, sizeof(domain)) || strcmp(domain, real.domainname))
		wrong("getdomainname", where);
	errno = 0;
	if (gethostname(host, 1) != -1 || errno != ENAMETOOLONG)
		wrong("errno of gethostname", where);
	if (sysconf(_SC_NPROCESSORS_ONLN) != 2 || get_nprocs() != 2 || sysconf(_SC_PAGESIZE) != 4096)
		wrong("sysconf", where);
	errno = 0;
	if (sysconf(-1) != -1 || errno != EINVAL)
		wrong("errno of sysconf", where);
	if (syscall(SYS_sysinfo, &info) || getloadavg(loads, 3) != 3 || syscall(SYS_sysinfo, &later))
		wrong("return value of getloadavg", where);
	if (loads[0] != (double)info.loads[0] / 65536 && loads[0] != (double)later.loads[0] / 65536)
		wrong("getloadavg", where);
}

__attribute__((constructor)) static void before_main(void)
{
	check("before main");
}

__attribute__((destructor)) static void after_main(void)
{
	check("after main");
}

static void on_signal(int number)
{
	(void)number;
	check("in a signal handler");
}

static volatile int stop;

static void *thread(void *unused)
{
	(void)unused;
	while (!stop) {
		check("in a thread");
		usleep(1000);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[2];
	int rounds = argc > 1 ? atoi(argv[1]) : 3, i, status;
	pid_t pid;

	check("in main");
	signal(SIGUSR1, on_signal);
	raise(SIGUSR1);
	for (i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, thread, NULL))
			return 2;
	for (i = 0; i < rounds; i++) {
		pid = fork();
		if (pid == 0) {
			check("in a child of a threaded program");
			raise(SIGUSR1);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return 1;
		pid = vfork();
		if (pid == 0) {
			check("in a vfork child");
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return 1;
		pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
		if (pid == 0) {
			check("in a child of raw clone");
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return 1;
	}
	stop = 1;
	for (i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	if (unshare(CLONE_NEWUTS) == 0) {
		check("after unshare");
		if (sethostname("elsewhere", 9))
			return 2;
		check("in another namespace");
	}
	puts("all right");
	return 0;
}
