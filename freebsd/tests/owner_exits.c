/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * owner_exits.c - once the owner of the pages has exited, a process that still shares the memory never finds a pid there
 */
#include <sys/mman.h>

#include <signal.h>

#include "sharer.h"

static struct sharer sharer;

/* The result lies in memory that all processes share; 0: not known yet. */
static volatile int *result;

static int
watch(void *arg)
{
	const volatile struct uss_process_page *page = arg;
	pid_t owner = getppid();
	int i;

	sharer.started = 1;
	for (i = 0; i < 5000 && kill(owner, 0) == 0; i++)
		usleep(1000);
	*result = page->pid == 0 && uss_getpid() == raw_getpid() && uss_forkid() != 0 ? 1 : 2;
	_exit(0);
}

int
main(void)
{
	const volatile struct uss_process_page *page;
	pid_t owner;
	int i;

	result = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(result != MAP_FAILED, "mmap: %s", strerror(errno));
	owner = fork();
	if (owner == 0) {
		page = ask_pages();
		CHECK(page != NULL && (pid_t)page->pid == raw_getpid(), "no pages");
		sharer.pid = rfork_thread(RFPROC | RFMEM, sharer.stack + sizeof(sharer.stack) - 16, watch, (void *)(uintptr_t)page);
		CHECK(sharer.pid > 0, "rfork_thread: %s", strerror(errno));
		while (!sharer.started)
			usleep(1000);
		_exit(0);
	}
	reap(owner);
	for (i = 0; i < 6000 && *result == 0; i++)
		usleep(1000);
	CHECK(*result == 1, "the sharer reports %d", *result);
	return (0);
}
