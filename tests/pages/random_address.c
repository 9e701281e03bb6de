/* SPDX-License-Identifier: MIT */
/*
 * The pages have a new address after each of 400 execs, and each bit of the address is as random as in the kernel's other
 * mappings. With randomisation turned off the address stays the same.
 */
#include <sys/mman.h>
#include <sys/personality.h>

#include "test.h"

#define EXECS 400
#define MEMORY_FD 50

static struct shared {
	int number, wanted;
	uintptr_t addresses[EXECS];
} *shared;

static void map_shared(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED, MEMORY_FD, 0);
	CHECK(shared != MAP_FAILED, "mmap: %s", strerror(errno));
}

static void exec_again(void)
{
	execl("/proc/self/exe", "random_address", "again", NULL);
	CHECK(false, "exec: %s", strerror(errno));
}

/* Each program of the chain records its address in the shared memory. */
static void collect(int wanted, unsigned long persona)
{
	shared->number = 0;
	shared->wanted = wanted;
	if (fork() == 0) {
		CHECK(personality(persona) >= 0, "personality: %s", strerror(errno));
		exec_again();
	}
	reap(-1);
	CHECK(shared->number == wanted, "%d programs ran", shared->number);
}

static int compare(const void *a, const void *b)
{
	uintptr_t x = *(const uintptr_t *)a, y = *(const uintptr_t *)b;

	return (x > y) - (x < y);
}

static void check_distribution(int bits)
{
	/* How many are expected to be equal by chance: with the 18 bits of arm64 one or two. */
	int bit, i, set, same = 0, expected = (EXECS * EXECS / 2) >> bits;

	for (bit = 12; bit < 12 + bits; bit++) {
		for (i = set = 0; i < EXECS; i++)
			set += shared->addresses[i] >> bit & 1;
		/* Six standard deviations from the mean. */
		CHECK(set > EXECS / 2 - 60 && set < EXECS / 2 + 60, "bit %d was set in %d of %d addresses", bit, set, EXECS);
	}
	qsort(shared->addresses, EXECS, sizeof(shared->addresses[0]), compare);
	for (i = 1; i < EXECS; i++)
		same += shared->addresses[i] == shared->addresses[i - 1];
	CHECK(same < 3 + 5 * expected, "%d of %d addresses occurred before", same, EXECS);
}

int main(int argc, char **argv)
{
	long bits = read_number("/proc/sys/vm/mmap_rnd_bits");
	int fd, i;

	(void)argv;
	if (argc > 1) {
		map_shared();
		CHECK(uss_page_base(), "no pages");
		shared->addresses[shared->number++] = (uintptr_t)uss_page_base();
		if (shared->number < shared->wanted)
			exec_again();
		return 0;
	}
	fd = memfd_create("addresses", 0);
	CHECK(fd >= 0 && !ftruncate(fd, sizeof(*shared)) && dup2(fd, MEMORY_FD) == MEMORY_FD, "memfd: %s", strerror(errno));
	map_shared();
	CHECK(bits >= 18, "vm.mmap_rnd_bits is %ld", bits);
	collect(EXECS, PER_LINUX);
	check_distribution((int)bits);
	collect(5, PER_LINUX | ADDR_NO_RANDOMIZE);
	for (i = 1; i < 5; i++)
		CHECK(shared->addresses[i] == shared->addresses[0], "without randomisation: %#lx and %#lx", (long)shared->addresses[0],
		      (long)shared->addresses[i]);
	return 0;
}
