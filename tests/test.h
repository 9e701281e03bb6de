/* SPDX-License-Identifier: MIT */
/*
 * test.h - for the tests: one behaviour a program, exit status 0 when it holds
 *
 * A check that fails says where and what, and ends the calling process with status 1, by means that are safe in signal
 * handlers and in vfork children. Parents pass a child's failure on with reap().
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

static inline __attribute__((noreturn, format(printf, 4, 5))) void test_failed(const char *file, int line,
									       const char *condition, const char *format, ...)
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

/* The oracle: the system call, whatever stands in libc. */
static inline pid_t raw_getpid(void)
{
	return (pid_t)syscall(SYS_getpid);
}

static inline const volatile struct uss_process_page *my_page(void)
{
	return uss_page_base();
}

/* A number from a small file such as /sys/kernel/usrsysshm/pages; -1 without it. */
static inline long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = read(fd, text, sizeof(text) - 1);
	close(fd);
	return length > 0 ? strtol(text, NULL, 10) : -1;
}

/* The title area, asked for. */
static inline char *my_title_area(void)
{
	return (char *)(intptr_t)read_number("/proc/sys/kernel/usrsysshm_title");
}

/* Its size. */
#define TITLE_AREA_SIZE (8 * 4096)

/* The library's answer is the kernel's, and the page says the same or nothing. */
static inline void check_pid(const char *where)
{
	pid_t real = raw_getpid(), answer = uss_getpid();
	uint32_t in_page = my_page() ? my_page()->pid : 0;

	CHECK(answer == real, "%s: uss_getpid() says %d, the kernel %d", where, answer, real);
	CHECK(in_page == 0 || in_page == (uint32_t)real, "%s: the page says %u, the kernel %d", where, in_page, real);
}

/* The page itself answers. */
static inline void check_served(const char *where)
{
	check_pid(where);
	CHECK(my_page(), "%s: no page", where);
	CHECK(my_page()->pid == (uint32_t)raw_getpid(), "%s: the page says %u, the kernel %d", where, my_page()->pid, raw_getpid());
}

/* The page is silent, the answer right all the same. */
static inline void check_asks(const char *where)
{
	check_pid(where);
	CHECK(my_page(), "%s: no page", where);
	CHECK(my_page()->pid == 0, "%s: the page says %u and should say 0", where, my_page()->pid);
}

/* Waits for @pid, or any child with -1, which must have exited with 0. */
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

/* How often a test does what it does often; @setting in the environment makes it less often, for a slow kernel. Even twentieths. */
static inline int test_often(const char *setting, int most)
{
	const char *text = getenv(setting);
	int wanted = text ? atoi(text) : most;

	CHECK(wanted >= 20 && wanted <= most, "%s: 20 to %d", setting, most);
	return wanted / 20 * 20;
}

/* A program that checks itself after exec: this same one, called as "PROGRAM checked WHERE". */
static inline void main_after_exec(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "checked")) {
		check_served(argv[2]);
		exit(0);
	}
}

#endif /* TEST_H */
