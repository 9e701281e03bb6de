/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * second_owner.c - the owner of the pages exits and leaves its memory to two processes: if one of them asks, the other does not find its
 * pid
 */
#include <sys/mman.h>

#include <signal.h>

#include "sharer.h"

static struct sharer other;
static char stack[64 * 1024] __attribute__((aligned(16)));
static volatile int started;
static pid_t owner;

/* The result lies in memory that all processes share; 0: not known yet. */
static volatile int *result;

static int
ask_later(void *arg)
{
	const volatile struct uss_process_page *page;
	int i;

	started = 1;
	for (i = 0; i < 5000 && kill(owner, 0) == 0; i++)
		usleep(1000);
	page = ask_pages();
	/* The other one would find what this one finds. */
	*result = page != NULL && page != arg && page->pid == 0 ? 1 : 2;
	other.stop = 1;
	_exit(0);
}

static int
wait_for_stop(void *arg)
{
	struct sharer *sharer = arg;
	int i;

	sharer->started = 1;
	for (i = 0; i < 10000 && !sharer->stop; i++)
		usleep(1000);
	_exit(0);
}

static pid_t
share(char *top, int (*function)(void *), void *arg, volatile int *flag)
{
	pid_t pid = rfork_thread(RFPROC | RFMEM, top - 16, function, arg);

	CHECK(pid > 0, "rfork_thread: %s", strerror(errno));
	while (!*flag)
		usleep(1000);
	return (pid);
}

int
main(void)
{
	const volatile struct uss_process_page *page;
	int i;

	result = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(result != MAP_FAILED, "mmap: %s", strerror(errno));
	owner = fork();
	if (owner == 0) {
		owner = raw_getpid();
		page = ask_pages();
		CHECK(page != NULL && (pid_t)page->pid == owner, "no pages");
		share(other.stack + sizeof(other.stack), wait_for_stop, &other, &other.started);
		share(stack + sizeof(stack), ask_later, (void *)(uintptr_t)page, &started);
		_exit(0);
	}
	reap(owner);
	for (i = 0; i < 6000 && *result == 0; i++)
		usleep(1000);
	CHECK(*result == 1, "the process that asks reports %d", *result);
	return (0);
}
