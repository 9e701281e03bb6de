/* SPDX-License-Identifier: MIT */
/*
 * test.h - common code of the test programs: one behaviour per program, exit status 0 if it holds
 *
 * A failed check prints its location and a message and ends the calling process with status 1. It is safe in signal handlers
 * and in vfork children. A parent passes on the failure of a child with reap().
 */
#ifndef TEST_H
#define TEST_H

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <usrsysshm.h>
#include <usrsysshm/abi.h>

#define CHECK(condition, ...) \
	do { \
		if (!(condition)) \
			test_failed(__FILE__, __LINE__, #condition, __VA_ARGS__); \
	} while (0)

static inline __attribute__((noreturn, format(printf, 4, 5))) void test_failed(const char *file, int line, const char *condition,
									       const char *format, ...)
{
	char text[512];
	va_list arguments;
	int length = snprintf(text, sizeof(text), "%s:%d: not true: %s: ", file, line, condition);

	va_start(arguments, format);
	length += vsnprintf(text + length, sizeof(text) - (size_t)length - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(text) - 2)
		length = (int)sizeof(text) - 2;
	text[length++] = '\n';
	if (write(STDERR_FILENO, text, (size_t)length) < 0)
		_exit(2);
	_exit(1);
}

/* The reference: the system call itself, whatever libc does. */
static inline pid_t raw_getpid(void)
{
	return (pid_t)syscall(SYS_getpid);
}

/* The size of the mapping that @page, a process page, begins. One CPU time page is enough for the processors of a guest. */
static inline size_t size_of_pages(const volatile struct uss_process_page *page)
{
	return (page->cputime_offset ? 4 : 3) * 4096;
}

static inline const volatile struct uss_process_page *my_page(void)
{
	return uss_page_base();
}

/* Reads a number from a small file such as /sys/kernel/usrsysshm/pages. Returns -1 if the file cannot be read. */
static inline long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	/* In a 32-bit program an address may need all bits of a long. */
	return length > 0 ? (long)strtoul(text, NULL, 10) : -1;
}

/* The address of the title area. The first call maps it. */
static inline char *my_title_area(void)
{
	return (char *)(intptr_t)read_number("/proc/sys/kernel/usrsysshm_title");
}

#define TITLE_AREA_SIZE (8 * 4096)

/* The library must return the real pid. The page must contain the real pid or 0. */
static inline void check_pid(const char *where)
{
	pid_t real = raw_getpid(), answer = uss_getpid();
	uint32_t in_page = my_page() ? my_page()->pid : 0;

	CHECK(answer == real, "%s: uss_getpid() returns %d, getpid(2) %d", where, answer, real);
	CHECK(in_page == 0 || in_page == (uint32_t)real, "%s: the page has pid %u, getpid(2) returns %d", where, in_page, real);
}

/* The pid is served from the page. */
static inline void check_served(const char *where)
{
	check_pid(where);
	CHECK(my_page(), "%s: no page", where);
	CHECK(my_page()->pid == (uint32_t)raw_getpid(), "%s: the page has pid %u, getpid(2) returns %d", where, my_page()->pid,
	      raw_getpid());
}

/* The pid in the page is 0, and the library falls back to the system call. */
static inline void check_fallback(const char *where)
{
	check_pid(where);
	CHECK(my_page(), "%s: no page", where);
	CHECK(my_page()->pid == 0, "%s: the page has pid %u, expected 0", where, my_page()->pid);
}

/* Waits for @pid, or for any child if it is -1. The child must have exited with status 0. */
static inline void reap(pid_t pid)
{
	int status;
	pid_t got;

	do
		got = waitpid(pid, &status, __WALL);
	while (got < 0 && errno == EINTR);
	CHECK(got > 0, "waitpid: %s", strerror(errno));
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "child %d ended with status %#x", got, status);
}

#define PROCESSES "/sys/kernel/usrsysshm/processes"
#define PAGES "/sys/kernel/usrsysshm/pages"

/* How many repetitions a test makes, a multiple of 20. The environment variable @setting lowers it, for slow kernels. */
static inline int test_repetitions(const char *setting, int most)
{
	const char *text = getenv(setting);
	int wanted = text ? atoi(text) : most;

	CHECK(wanted >= 20 && wanted <= most, "%s must be between 20 and %d", setting, most);
	return wanted / 20 * 20;
}

/* To be called first in main(). Handles "PROGRAM checked WHERE": the program, started by exec, checks itself and exits. */
static inline void main_after_exec(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "checked")) {
		check_served(argv[2]);
		exit(0);
	}
}

#endif /* TEST_H */
