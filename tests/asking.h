/* SPDX-License-Identifier: MIT */
/*
 * asking.h - for tests of how a process asks for pages
 *
 * These are static programs that do not use the library, because its constructor would ask before main(). The functions are
 * safe in threads, signal handlers and vfork children.
 */
#ifndef ASKING_H
#define ASKING_H

#include <sched.h>
#include <time.h>

#include "test.h"

/* Reads the file @path into @text. Returns the number of bytes. */
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

/* Skips a test of what holds before a process asks: with at_exec=1 every program has pages from the start. */
static inline void require_pages_on_demand(void)
{
	char text[4];

	read_text("/sys/module/usrsysshm/parameters/at_exec", text, sizeof(text));
	if (text[0] != 'Y')
		return;
	puts("the module is loaded with at_exec=1");
	exit(77);
}

/* Asks for pages. Returns NULL if the process gets none. */
static inline const volatile struct uss_process_page *ask(void)
{
	char text[32];

	read_text("/proc/sys/kernel/usrsysshm", text, sizeof(text));
	return (const volatile struct uss_process_page *)(uintptr_t)strtoull(text, NULL, 10);
}

/* Counts the mappings of read-only pages. The buffer is not on the stack, because some test stacks are small. */
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

/* The pid in the page must be that of the caller, or 0. Returns it. */
static inline pid_t check_page_pid(const volatile struct uss_process_page *page, const char *where)
{
	pid_t in_page = page ? (pid_t)page->pid : 0, real = raw_getpid();

	CHECK(in_page == 0 || in_page == real, "%s: the page has pid %d, getpid(2) returns %d", where, in_page, real);
	return in_page;
}

static inline void check_page_serves(const volatile struct uss_process_page *page, const char *where)
{
	CHECK(page, "%s: no page", where);
	CHECK(page->header.magic == USS_MAGIC_PROCESS, "%s: magic %#x", where, page->header.magic);
	CHECK(check_page_pid(page, where), "%s: the page has pid 0, getpid(2) returns %d", where, raw_getpid());
}

static inline void check_page_zero(const volatile struct uss_process_page *page, const char *where)
{
	CHECK(page, "%s: no page", where);
	CHECK(!check_page_pid(page, where), "%s: the page has pid %u, expected 0", where, page->pid);
}

static inline void check_no_pages(const char *where)
{
	CHECK(count_mappings() == 0, "%s: the process has pages", where);
}

/* Runs @function in a forked process whose parent has never asked for pages. */
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

/* A word that one thread or process sets and others wait for. */
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
