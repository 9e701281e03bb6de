/* SPDX-License-Identifier: MIT */
/*
 * A program that was started before the module was loaded is served as soon as it asks, also if it has asked without success
 * before. A program whose pages were replaced by zeros when an earlier load of the module was removed may ask again and is
 * served.
 */
#include <sys/mman.h>

#include "asking_module.h"

static const volatile struct uss_process_page *page;
static int *step;			/* shared with the child */

static void ask_without_module(void)
{
	CHECK(access("/proc/sys/kernel/usrsysshm", F_OK) < 0 && errno == ENOENT, "the module is loaded");
}

/* Two such programs run through all loads and unloads. */
static pid_t start(bool asks_early)
{
	pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	if (asks_early)
		ask_without_module();
	for (i = 1; i <= 3; i++) {
		const volatile struct uss_process_page *old = page;

		__atomic_add_fetch(step, 1, __ATOMIC_ACQ_REL);
		while (get_word(step) < i * 100)
			sched_yield();
		if (old)
			CHECK(!old->header.magic && !old->pid && !old->speaks, "after unload the page still has pid %u", old->pid);
		page = ask();
		check_page_serves(page, "program older than the module");
		CHECK(count_mappings() == 1, "%d mappings", count_mappings());
		CHECK(ask() == page, "asking again returns another address");
		if (fork() == 0) {
			check_page_serves(page, "child of a program older than the module");
			_exit(0);
		}
		reap(-1);
		__atomic_add_fetch(step, 1, __ATOMIC_ACQ_REL);
		while (get_word(step) < i * 100 + 50)
			sched_yield();
		CHECK(!page->header.magic && !page->pid && !page->speaks, "after unload the page still has pid %u", page->pid);
	}
	_exit(0);
}

int main(void)
{
	pid_t pids[2];
	int i;

	step = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(step != MAP_FAILED, "mmap");
	for (i = 0; i < 2; i++)
		pids[i] = start(i);
	for (i = 1; i <= 3; i++) {
		wait_word(step, i == 1 ? 2 : (i - 1) * 100 + 52);
		load_module_with("");
		set_word(step, i * 100);
		/* Wait until both have asked. */
		while (get_word(step) != i * 100 + 2) {
			CHECK(waitpid(-1, NULL, WNOHANG) == 0, "a program has failed");
			sched_yield();
		}
		page = ask();
		check_page_serves(page, "the test itself");
		unload_module();
		CHECK(!page->pid, "after unload the page still has pid %u", page->pid);
		set_word(step, i * 100 + 50);
	}
	for (i = 0; i < 2; i++)
		reap(pids[i]);
	return 0;
}
