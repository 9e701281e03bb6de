/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * jail_rename.c - after jail_set(2) has returned, no process in the jail reads the old name
 */
#include <sys/mman.h>

#include "jail.h"
#include "names.h"

static volatile int *shared;	/* [0]: the name that is set, [1]: stop, [2]: how often the page answered */

static void
inside(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	char name[USS_NAME_SIZE];
	int before;

	CHECK(page != NULL, "no pages");
	while (!shared[1]) {
		before = shared[0];
		if (!names_host(page, name))
			continue;
		shared[2]++;
		CHECK(atoi(name + 1) >= before, "name %d was set, the page has %.64s", before, name);
	}
	_exit(0);
}

int
main(void)
{
	char text[USS_NAME_SIZE];
	pid_t child, grandchild;
	int i, id;

	SKIP(geteuid() != 0, "only root makes jails");
	shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(shared != MAP_FAILED, "mmap: %s", strerror(errno));
	id = jail_create("n0", false);
	child = fork();
	if (child == 0) {
		CHECK(jail_attach(id) == 0, "jail_attach: %s", strerror(errno));
		grandchild = fork();
		if (grandchild == 0)
			inside();
		reap(grandchild);
		_exit(0);
	}
	for (i = 1; i < 300; i++) {
		snprintf(text, sizeof(text), "n%d", i);
		jail_rename(id, text);
		shared[0] = i;
		usleep(i % 10 * 1000);
	}
	usleep(100000);
	shared[1] = 1;
	reap(child);
	jail_remove(id);
	CHECK(shared[2] != 0, "the page never answered");
	return (0);
}
