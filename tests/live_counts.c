/* SPDX-License-Identifier: MIT */
/* 10,000 processes (or TEST_PROCESSES) alive at once: the live counts say exactly so many more, and afterwards what they said at the start. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "test.h"

#define MOST 10000

int main(void)
{
	const int many = test_repetitions("TEST_PROCESSES", MOST);
	const struct rlimit enough = { 2 * MOST, 2 * MOST };
	static pid_t pids[MOST];
	long processes, pages;
	int i, *ready;

	ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	setrlimit(RLIMIT_NPROC, &enough);
	check_served("before");
	processes = read_number(PROCESSES);
	pages = read_number(PAGES);
	for (i = 0; i < many; i++) {
		pids[i] = fork();
		CHECK(pids[i] >= 0, "fork %d: %s", i, strerror(errno));
		if (pids[i] == 0) {
			/* When this test fails its thousands are not to fill the guest. */
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			/* Every other one touches its process page; every tenth of these two title pages besides. */
			if (i % 2 == 0)
				check_served("one of many");
			if (i % 20 == 0) {
				char *title = my_title_area();

				title[0] = title[4096] = 1;
			}
			__atomic_add_fetch(ready, 1, __ATOMIC_RELEASE);
			pause();
			_exit(0);
		}
	}
	while (__atomic_load_n(ready, __ATOMIC_ACQUIRE) < many)
		usleep(10000);
	CHECK(read_number(PROCESSES) == processes + many, "%ld processes more, and %d were made", read_number(PROCESSES) - processes,
	      many);
	CHECK(read_number(PAGES) == pages + many / 2 + many / 20 * 2, "%ld pages more", read_number(PAGES) - pages);
	for (i = 0; i < many; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < many; i++)
		CHECK(waitpid(pids[i], NULL, 0) == pids[i], "waitpid");
	CHECK(read_number(PROCESSES) == processes, "%ld processes, at first %ld", read_number(PROCESSES), processes);
	CHECK(read_number(PAGES) == pages, "%ld pages, at first %ld", read_number(PAGES), pages);
	return 0;
}
