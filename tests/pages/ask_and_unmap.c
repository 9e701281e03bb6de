/* SPDX-License-Identifier: MIT */
/*
 * Four times, a process asks for pages, makes a hundred CLONE_VM processes, and unmaps the pages while those run. This leaves nothing behind:
 * with its next pages, it is served again after such a process has exited.
 */
#include <signal.h>
#include <sys/mman.h>

#include "asking.h"

#define ROUNDS 4
#define MANY 100
#define STACK 16384

static int release;

static int child(void *unused)
{
	(void)unused;
	while (!get_word(&release))
		sleep_us(10000);
	return 0;
}

static void unmap(const volatile struct uss_process_page *page)
{
	size_t size = size_of_pages(page);

	CHECK(!munmap((void *)(uintptr_t)page, size), "munmap: %s", strerror(errno));
}

static void run_many(const volatile struct uss_process_page *page, char *stacks, int many)
{
	pid_t pids[MANY];
	int i;

	set_word(&release, 0);
	for (i = 0; i < many; i++) {
		pids[i] = clone(child, stacks + (i + 1) * STACK, CLONE_VM | SIGCHLD, NULL);
		CHECK(pids[i] > 0, "clone: %s", strerror(errno));
	}
	check_page_zero(page, "while others run");
	if (many == MANY)
		unmap(page);
	set_word(&release, 1);
	for (i = 0; i < many; i++)
		reap(pids[i]);
}

static void ask_and_unmap(void)
{
	char *stacks = mmap(NULL, MANY * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	const volatile struct uss_process_page *page;
	int i;

	CHECK(stacks != MAP_FAILED, "mmap");
	for (i = 0; i < ROUNDS; i++) {
		page = ask();
		check_page_serves(page, "pages of their own");
		run_many(page, stacks, MANY);
	}
	page = ask();
	run_many(page, stacks, 1);
	check_page_serves(page, "after all");
}

int main(void)
{
	require_pages_on_demand();
	in_fresh_process(ask_and_unmap);
	return 0;
}
