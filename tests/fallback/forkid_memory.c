/* SPDX-License-Identifier: MIT */
/*
 * Without the module, in a process that has no memory at the first uss_forkid: the number changes once, when there is memory; from then on
 * children draw random bits of their own.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include "../test.h"

/* The random part. */
static uint64_t seed(void)
{
	return uss_forkid() ^ (uint32_t)raw_getpid();
}

int main(void)
{
	struct rlimit limit, none;
	uint64_t before, after;
	int fds[2], i;
	pid_t pid;

	CHECK(access("/sys/kernel/usrsysshm", F_OK) < 0, "the module is loaded");
	CHECK(!getrlimit(RLIMIT_AS, &limit), "getrlimit");
	none = limit;
	none.rlim_cur = 0;
	CHECK(!setrlimit(RLIMIT_AS, &none), "setrlimit");
	CHECK(mmap(NULL, 1, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED, "there is memory");
	before = seed();
	CHECK(seed() == before, "the number changed without memory");
	CHECK(!setrlimit(RLIMIT_AS, &limit), "setrlimit");
	after = seed();
	CHECK(seed() == after, "the number changed twice");
	CHECK(!pipe(fds), "pipe");
	for (i = 0; i < 2; i++) {
		pid = fork();
		if (pid == 0) {
			before = seed();
			_exit(write(fds[1], &before, sizeof(before)) != sizeof(before));
		}
		reap(pid);
		CHECK(read(fds[0], &before, sizeof(before)) == sizeof(before), "read");
		CHECK(before != after, "a child has its parent's random bits");
		after = before;
	}
	return 0;
}
