/* SPDX-License-Identifier: MIT */
/*
 * buffers: calls each function that the drop-in serves with all kinds of valid and invalid buffers and prints the outcome:
 * return value, errno, whether it faulted, and which bytes of the buffer were written. The output must be the same with and
 * without the drop-in.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __GLIBC__
#include <bsd/unistd.h>
#else
#define setproctitle_init(argc, argv, envp) ((void)(argc), (void)(argv))
#define setproctitle(format, argument) ((void)(argument))
#endif

/* A writable page followed by an unmapped one. */
static char *pages;

static const struct buffer {
	const char *name;
	int before_edge;		/* writable bytes before the unmapped page; -1: use address */
	uintptr_t address;
	int protection;
} buffers[] = {
	{ "NULL", -1, 0, 0 },
	{ "8", -1, 8, 0 },
	{ "last byte", -1, UINTPTR_MAX, 0 },
	{ "kernel", -1, UINTPTR_MAX / 2 + 4097, 0 },
	{ "beyond user", -1, (uintptr_t)1 << 47, 0 },
	{ "aligned", 2048, 0, PROT_READ | PROT_WRITE },
	{ "unaligned", 2047, 0, PROT_READ | PROT_WRITE },
	{ "read-only", 2048, 0, PROT_READ },
	{ "read-only, unaligned", 2047, 0, PROT_READ },
	{ "unmapped", 0, 0, PROT_READ | PROT_WRITE },
	{ "1 byte", 1, 0, PROT_READ | PROT_WRITE },
	{ "3 bytes", 3, 0, PROT_READ | PROT_WRITE },
	{ "8 bytes", 8, 0, PROT_READ | PROT_WRITE },
	{ "65 bytes", 65, 0, PROT_READ | PROT_WRITE },
	{ "100 bytes", 100, 0, PROT_READ | PROT_WRITE },
	{ "389 bytes", 389, 0, PROT_READ | PROT_WRITE },
	{ "390 bytes", 390, 0, PROT_READ | PROT_WRITE },
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The outcome of the call in the child, in shared memory. */
static volatile struct {
	int result, error;
} * outcome;

static void call(const char *what, void *buffer, size_t size)
{
	errno = 0;
	if (!strcmp(what, "gethostname"))
		outcome->result = gethostname(buffer, size);
	else if (!strcmp(what, "getdomainname"))
		outcome->result = getdomainname(buffer, size);
	else if (!strcmp(what, "uname"))
		outcome->result = uname(buffer);
	else if (!strcmp(what, "setproctitle"))
		setproctitle(size ? "%s" : buffer, (char *)buffer);
	else
		outcome->result = getloadavg(buffer, (int)size);
	outcome->error = errno;
}

#define FAULTED 99

/* Caught, so that the kernel does not log the fault. */
static void on_fault(int number)
{
	(void)number;
	_exit(FAULTED);
}

/* Makes the call in a child, after filling the page with @fill. Returns the wait status and leaves the page as the call left it. */
static int run(const char *what, const struct buffer *buffer, size_t size, int fill)
{
	void *address = buffer->before_edge < 0 ? (void *)buffer->address : pages + 4096 - buffer->before_edge;
	int status;
	pid_t pid;

	outcome->result = outcome->error = 0;
	memset(pages, fill, 4096);
	pid = fork();
	if (pid == 0) {
		signal(SIGSEGV, on_fault);
		signal(SIGBUS, on_fault);
		mprotect(pages, 4096, buffer->protection);
		call(what, address, size);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		exit(2);
	return status;
}

static void print(const char *what, const struct buffer *buffer, const char *size_name, size_t size)
{
	static char first[4096];
	int status, i, from = -1, to = -1;

	/* Twice, because a written byte may equal the byte that was there. */
	run(what, buffer, size, 0x55);
	memcpy(first, pages, sizeof(first));
	status = run(what, buffer, size, 0xaa);
	for (i = 0; i < 4096; i++) {
		if (first[i] == 0x55 && pages[i] == (char)0xaa)
			continue;
		from = from < 0 ? i : from;
		to = i;
	}
	printf("%s, %s, size %s: ", what, buffer->name, size_name);
	/* Whether it is SIGSEGV or SIGBUS, and after how many bytes, depends on the code that the compiler generated for libc. */
	if (status) {
		puts(WEXITSTATUS(status) == FAULTED ? "a fault" : "something else");
		return;
	}
	printf("%d, errno %d", outcome->result, outcome->error);
	if (from < 0)
		puts(", nothing written");
	else
		printf(", wrote %d to %d\n", from - (4096 - buffer->before_edge), to - (4096 - buffer->before_edge));
}

static void print_names(void)
{
	/* clang-format off */
	static const struct {
		const char *name;
		size_t size;
	} sizes[] = { { "0", 0 }, { "1", 1 }, { "7", 7 }, { "64", 64 }, { "65", 65 }, { "66", 66 }, { "4096", 4096 },
		      { "INT_MAX", INT_MAX }, { "INT_MAX + 1", (size_t)INT_MAX + 1 }, { "SSIZE_MAX", SIZE_MAX / 2 },
		      { "SSIZE_MAX + 1", SIZE_MAX / 2 + 1 }, { "SIZE_MAX", SIZE_MAX } };
	/* clang-format on */
	size_t i, j;

	for (i = 0; i < COUNT(buffers); i++) {
		for (j = 0; j < COUNT(sizes); j++) {
			print("gethostname", &buffers[i], sizes[j].name, sizes[j].size);
			print("getdomainname", &buffers[i], sizes[j].name, sizes[j].size);
		}
		print("uname", &buffers[i], "-", 0);
	}
}

static void print_loads(void)
{
	static const struct {
		const char *name;
		int count;
	} counts[] = { { "INT_MIN", INT_MIN }, { "-1", -1 }, { "0", 0 }, { "1", 1 }, { "2", 2 }, { "3", 3 }, { "4", 4 },
		       { "INT_MAX", INT_MAX } };
	size_t i, j;

	for (i = 0; i < COUNT(buffers); i++)
		for (j = 0; j < COUNT(counts); j++)
			print("getloadavg", &buffers[i], counts[j].name, (size_t)counts[j].count);
}

/* The invalid pointer is the format, or its argument. */
static void print_titles(void)
{
	size_t i;

	for (i = 0; i < COUNT(buffers); i++) {
		print("setproctitle", &buffers[i], "of format", 0);
		print("setproctitle", &buffers[i], "of argument", 1);
	}
}

/* On the stack, where the drop-in answers uname from the page. */
static void print_stack(void)
{
	struct {
		char before;
		struct utsname names;
		char after;
	} stack;
	int i, written = 0, result;

	memset(&stack, 0x55, sizeof(stack));
	errno = 0;
	result = uname(&stack.names);
	for (i = 0; i < (int)sizeof(stack); i++)
		written += ((char *)&stack)[i] != 0x55;
	printf("uname, stack: %d, errno %d, wrote %d of %d, %s %s %s\n", result, errno, written, (int)sizeof(stack), stack.names.sysname,
	       stack.names.nodename, stack.names.machine);
}

/* All values of sysconf except free memory, which changes. */
static void print_sysconf(void)
{
	long result;
	int name;

	for (name = -2; name < 260; name++) {
		if (name == _SC_AVPHYS_PAGES)
			continue;
		errno = 0;
		result = sysconf(name);
		printf("sysconf, %d: %ld, errno %d\n", name, result, errno);
	}
	printf("get_nprocs: %d\n", get_nprocs());
}

int main(int argc, char **argv)
{
	setproctitle_init(argc, argv, environ);
	outcome = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pages = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (outcome == MAP_FAILED || pages == MAP_FAILED || munmap(pages + 4096, 4096))
		return 2;
	setvbuf(stdout, NULL, _IONBF, 0);
	print_names();
	print_loads();
	print_titles();
	print_stack();
	print_sysconf();
	return 0;
}
