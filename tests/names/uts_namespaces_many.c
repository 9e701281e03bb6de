/* SPDX-License-Identifier: MIT */
/*
 * 1,000 UTS namespaces are created and destroyed, up to 50 at once, and each is served with its own names. Afterwards the
 * counts of processes and pages are what they were before.
 */
#include <sched.h>

#include "test.h"

#define NAMESPACES 1000
#define AT_ONCE 50

static void check_name(const char *expected)
{
	char answer[65];

	CHECK(!uss_gethostname(answer, sizeof(answer)) && !strcmp(answer, expected), "host name %s, expected %s", answer, expected);
}

/* A new namespace whose child checks the name before and after setting it. */
static void in_namespace(int number, const char *outside)
{
	char name[65];
	int tries;

	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	if (fork() == 0) {
		check_name(outside);
		/* While another namespace with the same hash sets a name, this page says nothing. */
		for (tries = 0; tries < 300 && !(uss_served() & USS_SERVED_NAMES); tries++)
			usleep(10000);
		CHECK(uss_served() & USS_SERVED_NAMES, "not served in a new namespace");
		sprintf(name, "namespace-%d", number);
		CHECK(!sethostname(name, strlen(name)), "sethostname");
		check_name(name);
		usleep(20000);
		check_name(name);
		_exit(0);
	}
	reap(-1);
}

int main(void)
{
	long processes, pages, tries;
	int number, running = 0;
	char outside[65];

	CHECK(!gethostname(outside, sizeof(outside)), "gethostname");
	check_name(outside);
	uss_nprocs_onln();
	processes = read_number(PROCESSES);
	pages = read_number(PAGES);
	for (number = 0; number < NAMESPACES; number++) {
		if (running == AT_ONCE) {
			reap(-1);
			running--;
		}
		if (fork() == 0) {
			in_namespace(number, outside);
			_exit(0);
		}
		running++;
	}
	while (running--)
		reap(-1);
	check_name(outside);
	/* A process releases its last resources a moment after its exit. */
	for (tries = 0; tries < 100 && (read_number(PAGES) != pages || read_number(PROCESSES) != processes); tries++)
		usleep(50000);
	CHECK(read_number(PAGES) == pages, "%ld pages before, %ld after", pages, read_number(PAGES));
	CHECK(read_number(PROCESSES) == processes, "%ld processes before, %ld after", processes, read_number(PROCESSES));
	return 0;
}
