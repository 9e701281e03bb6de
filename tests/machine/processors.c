/* SPDX-License-Identifier: MIT */
/*
 * A processor goes offline and comes back, twenty times. Every result of uss_nprocs_onln was true at some instant during the
 * call.
 */
#include <signal.h>
#include <sys/mman.h>

#include "test.h"

/* The number of changes so far. */
static volatile int *changes;

static void set_online(const char *text)
{
	int fd = open("/sys/devices/system/cpu/cpu1/online", O_WRONLY);

	CHECK(fd >= 0, "no second processor to take offline: %s", strerror(errno));
	CHECK(write(fd, text, 1) == 1, "cpu1/online: %s", strerror(errno));
	++*changes;
	close(fd);
}

/* What glibc counts, by reading sysfs. */
static long counted(void)
{
	return sysconf(_SC_NPROCESSORS_ONLN);
}

static void reader(void)
{
	long before, answer, after;
	int seen;

	for (;;) {
		seen = *changes;
		before = counted();
		answer = uss_nprocs_onln();
		after = counted();
		/*
		 * The exception is a reader that was preempted during two changes. A counter difference of one shows that,
		 * because the second change is counted only when it is complete.
		 */
		CHECK(answer == before || answer == after || *changes > seen, "%ld was not current, %ld before and %ld after", answer,
		      before, after);
	}
}

int main(void)
{
	pid_t pid;
	int i;

	changes = mmap(NULL, sizeof(*changes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(changes != MAP_FAILED, "mmap");
	CHECK(counted() >= 2, "the test needs two processors");
	CHECK(uss_served() & USS_SERVED_NPROCS, "not served");
	pid = fork();
	if (pid == 0)
		reader();
	for (i = 0; i < 20; i++) {
		set_online("0");
		CHECK(uss_nprocs_onln() == counted() && counted() == 1, "%ld processors after one went offline", uss_nprocs_onln());
		CHECK(uss_served() & USS_SERVED_NPROCS, "not served with one offline");
		set_online("1");
		CHECK(uss_nprocs_onln() == counted() && counted() == 2, "%ld processors after one came back", uss_nprocs_onln());
		CHECK(uss_served() & USS_SERVED_NPROCS, "not served with both");
	}
	CHECK(kill(pid, 0) == 0 && waitpid(pid, NULL, WNOHANG) == 0, "the reader has exited");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return 0;
}
