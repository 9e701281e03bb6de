/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * sharer.h - a child that runs in its parent's memory beside it, made with rfork_thread(3)
 */
#ifndef SHARER_H
#define	SHARER_H

#include <unistd.h>

#include "test.h"

/* Declared by <unistd.h> up to FreeBSD 13. */
pid_t rfork_thread(int, void *, int (*)(void *), void *);

struct sharer {
	pid_t	pid, parent;
	volatile int started, stop;
	volatile pid_t page, library, call;
	const volatile struct uss_process_page *pages;
	char	stack[64 * 1024] __attribute__((aligned(16)));
};

static int
sharer_main(void *arg)
{
	struct sharer *sharer = arg;

	if (sharer->pages != NULL)
		sharer->page = (pid_t)sharer->pages->pid;
	sharer->call = raw_getpid();
	sharer->library = uss_getpid();
	/* The dynamic linker finds the functions now. Later the parent may stop sharing the memory, and find its lock held for ever. */
	getppid();
	usleep(1);
	sharer->started = 1;
	/* Also if the parent's test has failed. */
	while (!sharer->stop && getppid() == sharer->parent)
		usleep(1000);
	_exit(0);
}

static inline void
sharer_start(struct sharer *sharer, const volatile struct uss_process_page *pages)
{
	memset(sharer, 0, offsetof(struct sharer, stack));
	sharer->pages = pages;
	sharer->parent = raw_getpid();
	sharer->pid = rfork_thread(RFPROC | RFMEM, sharer->stack + sizeof(sharer->stack) - 16, sharer_main, sharer);
	CHECK(sharer->pid > 0, "rfork_thread: %s", strerror(errno));
	while (!sharer->started)
		usleep(1000);
}

static inline void
sharer_stop(struct sharer *sharer)
{
	sharer->stop = 1;
	reap(sharer->pid);
}

#endif /* !SHARER_H */
