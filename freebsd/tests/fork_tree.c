/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * fork_tree.c - in a tree of forks each process finds its own pid and a fork id that no other has, from its first instruction
 */
#include <sys/mman.h>

#include "test.h"

#define	DEPTH	4
#define	WIDTH	3
#define	MOST	(WIDTH * WIDTH * WIDTH * WIDTH * WIDTH)

static struct {
	u_int	count;
	uint64_t forkid[MOST];
} *all;

static void
note(uint64_t forkid)
{
	u_int i = __atomic_fetch_add(&all->count, 1, __ATOMIC_SEQ_CST);

	CHECK(i < MOST, "too many processes");
	all->forkid[i] = forkid;
}

static void
tree(const volatile struct uss_process_page *page, int depth)
{
	pid_t children[WIDTH];
	int i;

	note(page->forkid);
	if (depth == 0)
		return;
	for (i = 0; i < WIDTH; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			pid_t pid = (pid_t)page->pid;

			CHECK(pid == raw_getpid(), "the page has %d, the system call %d", pid, raw_getpid());
			tree(page, depth - 1);
			_exit(0);
		}
		CHECK((pid_t)page->pid == raw_getpid(), "after fork the page has %u", page->pid);
	}
	for (i = 0; i < WIDTH; i++)
		reap(children[i]);
}

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	u_int i, j;

	CHECK(page != NULL, "no pages");
	all = mmap(NULL, sizeof(*all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(all != MAP_FAILED, "mmap: %s", strerror(errno));
	tree(page, DEPTH);
	CHECK(all->count == 1 + 3 + 9 + 27 + 81, "%u processes", all->count);
	for (i = 0; i < all->count; i++)
		for (j = 0; j < i; j++)
			CHECK(all->forkid[i] != 0 && all->forkid[i] != all->forkid[j], "fork id %ju twice", (uintmax_t)all->forkid[i]);
	return (0);
}
