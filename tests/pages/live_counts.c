/* SPDX-License-Identifier: MIT */
/*
 * With 10,000 processes (or TEST_PROCESSES) alive at once, the live counts in sysfs grow by exactly that number. After they
 * have exited, the counts are what they were before.
 */
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
			/* If this test fails, its children must not fill the guest. */
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			/* Every second child touches its process page. Every tenth of these also touches two title pages. */
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
	CHECK(read_number(PROCESSES) == processes + many, "the count grew by %ld processes, %d were made",
	      read_number(PROCESSES) - processes, many);
	CHECK(read_number(PAGES) == pages + many / 2 + many / 20 * 2, "the count grew by %ld pages", read_number(PAGES) - pages);
	for (i = 0; i < many; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < many; i++)
		CHECK(waitpid(pids[i], NULL, 0) == pids[i], "waitpid");
	CHECK(read_number(PROCESSES) == processes, "%ld processes, before %ld", read_number(PROCESSES), processes);
	CHECK(read_number(PAGES) == pages, "%ld pages, before %ld", read_number(PAGES), pages);
	return 0;
}
