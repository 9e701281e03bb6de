/* SPDX-License-Identifier: MIT */
/*
 * 10,000 processes (or TEST_PROCESSES) in random trees: each is served from a page of its own, with its own pid and fork id.
 */
#include <sys/mman.h>

#include "test.h"

#define MOST 10000

static struct {
	int left;			/* processes not made yet */
	int made;
	uint64_t forkids[MOST + 1];
} *shared;

static void check_me(void)
{
	int at = __atomic_fetch_add(&shared->made, 1, __ATOMIC_RELAXED);

	check_served("process of the tree");
	shared->forkids[at] = uss_forkid();
}

/* Makes up to three children, to a random depth. */
static void grow(unsigned int seed, int depth)
{
	int children = 1 + rand_r(&seed) % 3, i;
	pid_t pid;

	for (i = 0; i < children; i++) {
		if (__atomic_fetch_sub(&shared->left, 1, __ATOMIC_RELAXED) <= 0)
			return;
		pid = fork();
		CHECK(pid >= 0, "fork: %s", strerror(errno));
		if (pid == 0) {
			check_me();
			if (depth < 12 && rand_r(&seed) % 4)
				grow(seed * 31 + (unsigned int)i, depth + 1);
			_exit(0);
		}
		if (rand_r(&seed) % 2)
			check_served("parent after fork");
		reap(pid);
	}
}

static int compare(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(void)
{
	const int many = test_repetitions("TEST_PROCESSES", MOST);
	unsigned int round;
	int i;

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED, "mmap");
	shared->left = many;
	check_me();
	for (round = 1; shared->left > 0; round++)
		grow(round, 0);
	CHECK(shared->made == many + 1, "%d processes were made", shared->made);
	qsort(shared->forkids, (size_t)shared->made, sizeof(uint64_t), compare);
	CHECK(shared->forkids[0] != 0, "a process has fork id 0");
	for (i = 1; i < shared->made; i++)
		CHECK(shared->forkids[i] != shared->forkids[i - 1], "fork id %llu was used twice", (unsigned long long)shared->forkids[i]);
	return 0;
}
