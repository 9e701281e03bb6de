/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * counts.c - kern.usrsysshm_processes counts the processes that have pages, and their memory is free again once they have exited
 */
#include "test.h"

#define	CHILDREN	300
#define	PAGES		(3 + 8)

static u_int
number(const char *name)
{
	size_t size = sizeof(u_int);
	u_int value;

	CHECK(sysctlbyname(name, &value, &size, NULL, 0) == 0, "%s: %s", name, strerror(errno));
	return (value);
}

static void
ask_in_child(void)
{
	u_int before = number("kern.usrsysshm_processes");
	pid_t child = fork();

	if (child == 0) {
		CHECK(ask_pages() != NULL && ask("kern.usrsysshm_title") != NULL, "no pages");
		CHECK(number("kern.usrsysshm_processes") == before + 1, "%u processes", number("kern.usrsysshm_processes"));
		_exit(0);
	}
	reap(child);
	CHECK(number("kern.usrsysshm_processes") == before, "%u processes, %u before", number("kern.usrsysshm_processes"), before);
}

int
main(void)
{
	u_int before, after;
	int i;

	/* What the first ones allocate for good. */
	for (i = 0; i < 20; i++)
		ask_in_child();
	before = number("vm.stats.vm.v_free_count");
	for (i = 0; i < CHILDREN; i++)
		ask_in_child();
	after = number("vm.stats.vm.v_free_count");
	CHECK(after + CHILDREN * PAGES / 4 > before, "%u pages are free, %u before", after, before);
	return (0);
}
