/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * test.h - common code of the test programs: one behaviour per program; exit status 0 if it holds, 77 if it cannot be tested here
 *
 * A failed check prints its location and ends the calling process with status 1.  It is safe in signal handlers and in vfork children.  A
 * parent passes on the failure of a child with reap().
 */
#ifndef TEST_H
#define	TEST_H

#include <sys/types.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <usrsysshm.h>
#include <usrsysshm/abi.h>

#define	CHECK(condition, ...) do {							\
	if (!(condition))								\
		test_end(1, __FILE__, __LINE__, #condition, __VA_ARGS__);		\
} while (0)

#define	SKIP(condition, ...) do {							\
	if (condition)									\
		test_end(77, __FILE__, __LINE__, #condition, __VA_ARGS__);		\
} while (0)

static inline __attribute__((noreturn, format(printf, 5, 6))) void
test_end(int status, const char *file, int line, const char *condition, const char *format, ...)
{
	char text[512];
	va_list arguments;
	int length = snprintf(text, sizeof(text), "%s:%d: %s: %s: ", file, line, status == 77 ? "skipped" : "not true", condition);

	va_start(arguments, format);
	length += vsnprintf(text + length, sizeof(text) - (size_t)length - 1, format, arguments);
	va_end(arguments);
	if (length > (int)sizeof(text) - 2)
		length = (int)sizeof(text) - 2;
	text[length++] = '\n';
	if (write(STDERR_FILENO, text, (size_t)length) < 0)
		_exit(2);
	_exit(status);
}

/* The reference: the system call itself, whatever libc does. */
static inline pid_t
raw_getpid(void)
{
	return ((pid_t)syscall(SYS_getpid));
}

/* Reads kern.usrsysshm or kern.usrsysshm_title, which maps the pages.  Returns NULL if they were refused. */
static inline void *
ask(const char *name)
{
	uint64_t address = 0;
	size_t size = sizeof(address);

	CHECK(sysctlbyname(name, &address, &size, NULL, 0) == 0, "%s: %s", name, strerror(errno));
	CHECK(size == sizeof(address), "%s has %zu bytes", name, size);
	return ((void *)(uintptr_t)address);
}

static inline const volatile struct uss_process_page *
ask_pages(void)
{
	return (ask("kern.usrsysshm"));
}

static inline void
reap(pid_t pid)
{
	int status;

	CHECK(pid > 0, "no child: %s", strerror(errno));
	while (waitpid(pid, &status, 0) < 0)
		CHECK(errno == EINTR, "waitpid: %s", strerror(errno));
	CHECK(WIFEXITED(status), "process %d was killed by signal %d", pid, WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		_exit(WEXITSTATUS(status));
}

/* What ps(1) reads: the arguments of @pid, with a NUL after each.  Returns the length, or -1 with errno. */
static inline ssize_t
read_args(pid_t pid, char *text, size_t size)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, pid };

	return (sysctl(name, 4, text, &size, NULL, 0) == 0 ? (ssize_t)size : -1);
}

static inline void
check_title(pid_t pid, const char *title)
{
	char text[4096] = "";
	ssize_t length = read_args(pid, text, sizeof(text));

	CHECK(length == (ssize_t)strlen(title) + 1 && strcmp(text, title) == 0, "kern.proc.args.%d is %zd bytes, \"%.60s\", not \"%.60s\"",
	    pid, length, text, title);
}

static inline const char *
environment(const char *name, const char *otherwise)
{
	return (getenv(name) != NULL ? getenv(name) : otherwise);
}

#endif /* !TEST_H */
