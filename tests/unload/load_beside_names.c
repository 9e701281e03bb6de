/* SPDX-License-Identifier: MIT */
/*
 * The module is loaded while an ordinary user sets host names without pause, from 64 threads in a namespace of its own. Some
 * of these changes began before the hooks were installed. Names are served soon afterwards all the same, and are right. This
 * is repeated ten times, or as often as fits into 15 seconds, because loading and unloading take long under this load.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/klog.h>
#include <sys/prctl.h>
#include <time.h>

#include "unload.h"

#define SETTERS 64
#define ORDINARY_USER 65534
#define SERVED_WITHIN_MS 5000
#define ROUNDS_MS 15000

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void *setter(void *unused)
{
	(void)unused;
	for (;;)
		CHECK(!sethostname("busy", 4), "sethostname: %s", strerror(errno));
	return NULL;
}

static pid_t start_setters(void)
{
	pthread_t thread;
	pid_t pid = fork();
	int i;

	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid)
		return pid;
	CHECK(!setgid(ORDINARY_USER) && !setuid(ORDINARY_USER), "setuid: %s", strerror(errno));
	CHECK(!unshare(CLONE_NEWUSER | CLONE_NEWUTS), "unshare: %s", strerror(errno));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* Low priority: there is always a change in progress, but the test itself must get processor time. */
	CHECK(nice(19) == 19, "nice: %s", strerror(errno));
	for (i = 1; i < SETTERS; i++)
		CHECK(!pthread_create(&thread, NULL, setter, NULL), "pthread_create");
	setter(NULL);
	_exit(1);
}

static void check_name(const char *expected)
{
	char real[65], answer[65];

	CHECK(!gethostname(real, sizeof(real)) && !uss_gethostname(answer, sizeof(answer)), "%s", strerror(errno));
	CHECK(!strcmp(real, expected) && !strcmp(answer, real), "uss_gethostname returns %s, gethostname %s", answer, real);
}

/* A program started after the module was loaded. */
static int check_program(void)
{
	char name[32], none[65];
	int i, ms;

	CHECK(my_page(), "no pages");
	for (ms = 0; ms < SERVED_WITHIN_MS; ms += 20) {
		CHECK(!uss_gethostname(none, sizeof(none)), "uss_gethostname: %s", strerror(errno));
		if (uss_served() & USS_SERVED_NAMES)
			break;
		usleep(20000);
	}
	CHECK(uss_served() & USS_SERVED_NAMES, "names are not served after %d ms", ms);
	for (i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "host-%d", i);
		CHECK(!sethostname(name, strlen(name)), "sethostname: %s", strerror(errno));
		check_name(name);
	}
	printf("served after %d ms\n", ms);
	return 0;
}

static void check_log(void)
{
	static char log[1 << 18];
	int length = klogctl(3, log, sizeof(log) - 1);

	CHECK(length >= 0, "klogctl: %s", strerror(errno));
	log[length] = '\0';
	CHECK(!strstr(log, "unknown way"), "the module has stopped serving names");
}

int main(int argc, char **argv)
{
	pid_t setters, pid;
	long start = now_ms(), begin, loaded, asked;
	int round;

	if (argc == 2)
		return check_program();
	setters = start_setters();
	for (round = 0; round < 10 && now_ms() - start < ROUNDS_MS; round++) {
		begin = now_ms();
		load_module();
		loaded = now_ms();
		pid = fork();
		if (pid == 0) {
			execl("/proc/self/exe", argv[0], "program", NULL);
			_exit(1);
		}
		reap(pid);
		check_log();
		asked = now_ms();
		unload_module();
		printf("loaded in %ld ms, unloaded in %ld ms\n", loaded - begin, now_ms() - asked);
		fflush(stdout);
	}
	CHECK(!kill(setters, SIGKILL) && waitpid(setters, NULL, 0) == setters, "kill");
	return 0;
}
