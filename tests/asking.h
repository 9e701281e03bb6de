/* SPDX-License-Identifier: MIT */
/*
 * asking.h - for tests of when and how a process asks: static programs that call no function of the library, whose constructor would have
 * asked before main(). Fit for threads, signal handlers and vfork children.
 */
#ifndef ASKING_H
#define ASKING_H

#include <sched.h>
#include <time.h>

#include "test.h"

/* The number of bytes of /proc/self/maps, or of whatever else @path is, in @text. */
static inline size_t read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;
	ssize_t got;

	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	while (length < size - 1 && (got = read(fd, text + length, size - 1 - length)) > 0)
		length += (size_t)got;
	close(fd);
	text[length] = '\0';
	return length;
}

/* The question. NULL: no pages. */
static inline const volatile struct uss_process_page *ask(void)
{
	char text[32];

	read_text("/proc/sys/kernel/usrsysshm", text, sizeof(text));
	return (const volatile struct uss_process_page *)(uintptr_t)strtoull(text, NULL, 10);
}

/* How many mappings of read-only pages the process has. Its maps are short, but a buffer is too large for some stacks. */
static inline int count_mappings(void)
{
	static __thread char text[65536];
	const char *at = text;
	int count = 0;

	read_text("/proc/self/maps", text, sizeof(text));
	while ((at = strstr(at, "[usrsysshm]")))
		count++, at++;
	return count;
}

/* Nothing in the page is wrong: the pid is the caller's, or 0. Returns it. */
static inline pid_t check_in_page(const volatile struct uss_process_page *page, const char *where)
{
	pid_t in_page = page ? (pid_t)page->pid : 0, real = raw_getpid();

	CHECK(in_page == 0 || in_page == real, "%s: the page says %d, the kernel %d", where, in_page, real);
	return in_page;
}

static inline void check_page_serves(const volatile struct uss_process_page *page, const char *where)
{
	CHECK(page, "%s: no page", where);
	CHECK(page->header.magic == USS_MAGIC_PROCESS, "%s: magic %#x", where, page->header.magic);
	CHECK(check_in_page(page, where), "%s: the page says 0, the kernel %d", where, raw_getpid());
}

static inline void check_page_asks(const volatile struct uss_process_page *page, const char *where)
{
	CHECK(page, "%s: no page", where);
	CHECK(!check_in_page(page, where), "%s: the page says %u and should say 0", where, page->pid);
}

static inline void check_has_not_asked(const char *where)
{
	CHECK(count_mappings() == 0, "%s: it has pages", where);
}

/* Runs @function in a process of its own, forked from one that has never asked. */
static inline void in_fresh_process(void (*function)(void))
{
	pid_t pid = fork();

	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0) {
		function();
		_exit(0);
	}
	reap(pid);
}

static inline void sleep_us(long us)
{
	struct timespec t = { us / 1000000, us % 1000000 * 1000 };

	nanosleep(&t, NULL);
}

/* A word that one sets and others wait for. */
static inline void set_word(int *word, int value)
{
	__atomic_store_n(word, value, __ATOMIC_RELEASE);
}

static inline int get_word(const int *word)
{
	return __atomic_load_n(word, __ATOMIC_ACQUIRE);
}

static inline void wait_word(const int *word, int value)
{
	while (get_word(word) != value)
		sched_yield();
}

#endif /* ASKING_H */
