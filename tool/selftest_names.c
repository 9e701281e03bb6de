/* SPDX-License-Identifier: MIT */
/*
 * selftest_names.c - trials of selftest: all ways to set the names, in a UTS namespace of their own
 *
 * A second process reads the names all the time. It had its page before the names were set.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

#define CHANGES 40

/* Sets the name by one of the ways; -1 with errno. */
typedef int set_name_t(const char *name);

static int set_host(const char *name)
{
	return sethostname(name, strlen(name));
}

static int set_domain(const char *name)
{
	return setdomainname(name, strlen(name));
}

static int write_file(const char *path, const char *name)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t length;

	if (fd < 0)
		return -1;
	length = write(fd, name, strlen(name));
	close(fd);
	return length < 0 ? -1 : 0;
}

static int write_host(const char *name)
{
	return write_file("/proc/sys/kernel/hostname", name);
}

static int write_domain(const char *name)
{
	return write_file("/proc/sys/kernel/domainname", name);
}

#ifdef __x86_64__
/* The text at an address that 32 bits can hold. */
static char *low_text(const char *text)
{
	char *low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	if (low == MAP_FAILED)
		return NULL;
	return strcpy(low, text);
}

static int call32_text(int number, const char *text)
{
	char *low = low_text(text);
	int result;

	if (!low)
		return -1;
	result = (int)uss_self_call32(number, (uint32_t)(uintptr_t)low, (uint32_t)strlen(text));
	munmap(low, 4096);
	if (result >= 0)
		return 0;
	errno = -result;
	return -1;
}

static int set_host32(const char *name)
{
	return call32_text(74, name);
}

static int set_domain32(const char *name)
{
	return call32_text(121, name);
}
#endif

static void read_beside(pid_t setter, int ready)
{
	/* Fills the page in. */
	uss_self_compare_often("reader beside the setter", 1);
	uss_self_expect(USS_SERVED_ALL, "reader beside the setter");
	if (write(ready, "", 1) != 1)
		_exit(1);
	while (getppid() == setter)
		uss_self_compare_often("reader beside the setter", 1);
	_exit(0);
}

static set_name_t *way;
static const char *what;

static void set_often(void)
{
	char name[40];
	int i;

	uss_self_compare("setter");
	for (i = 0; i < CHANGES; i++) {
		/* Lengths differ: a mixture of two names would show. */
		snprintf(name, sizeof(name), "selftest-%.*s%d", i % 20, "xxxxxxxxxxxxxxxxxxxx", i);
		if (way(name) < 0)
			return uss_self_not_allowed(what);
		uss_self_compare_often("right after setting", 1);
	}
	/* Not served while a name is being set; when that is over, it is. */
	uss_self_compare_often("after setting", 20);
	uss_self_expect(USS_SERVED_ALL, "after setting");
}

static void set_beside_reader(set_name_t *function, const char *text)
{
	int pipes[2];
	char byte;
	pid_t reader, me = getpid();

	way = function;
	what = text;
	if (!uss_self_unshare(CLONE_NEWUTS))
		return;
	if (pipe(pipes) < 0)
		return uss_self_not_allowed("pipe(2)");
	reader = uss_self_fork();
	if (reader < 0)
		return;
	if (reader == 0)
		read_beside(me, pipes[1]);
	close(pipes[1]);
	if (read(pipes[0], &byte, 1) != 1)
		uss_self_differs("the reader ended");
	/* A child, because this process has entered the namespace and is not served its names. */
	uss_self_in_child(set_often);
	/* Let the other process read some more. */
	usleep(2000);
	kill(reader, SIGKILL);
	while (waitpid(reader, NULL, 0) < 0 && errno == EINTR)
		;
}

static void try_set_host(void)
{
	set_beside_reader(set_host, "sethostname(2)");
}

static void try_set_domain(void)
{
	set_beside_reader(set_domain, "setdomainname(2)");
}

static void try_write_host(void)
{
	set_beside_reader(write_host, "a write to /proc/sys/kernel/hostname");
}

static void try_write_domain(void)
{
	set_beside_reader(write_domain, "a write to /proc/sys/kernel/domainname");
}

static void refused_names(void)
{
	uss_self_compare("process without privilege");
	if (unshare(CLONE_NEWUSER) < 0)
		return uss_self_not_allowed("unshare(2) of CLONE_NEWUSER");
	/* In this user namespace there is no privilege over the UTS namespace. */
	if (sethostname("selftest", 8) == 0)
		uss_self_differs("sethostname(2) is allowed without privilege");
	uss_self_compare_often("after sethostname(2) was refused", 5);
	uss_self_expect(USS_SERVED_ALL, "after sethostname(2) was refused");
}

static void try_refused(void)
{
	if (uss_self_unshare(CLONE_NEWUTS))
		uss_self_in_child(refused_names);
}

#ifdef __x86_64__
static void try_set_host32(void)
{
	if (uss_self_can_call32())
		set_beside_reader(set_host32, "sethostname(2) by int $0x80");
}

static void try_set_domain32(void)
{
	if (uss_self_can_call32())
		set_beside_reader(set_domain32, "setdomainname(2) by int $0x80");
}
#endif

/* clang-format off */
const struct uss_trial uss_trials_names[] = {
	{ "host name set by sethostname(2)", try_set_host },
	{ "host name set in /proc/sys/kernel", try_write_host },
	{ "domain name set by setdomainname(2)", try_set_domain },
	{ "domain name set in /proc/sys/kernel", try_write_domain },
#ifdef __x86_64__
	{ "host name set by 32-bit system call", try_set_host32 },
	{ "domain name set by 32-bit system call", try_set_domain32 },
#endif
	{ "name not set, for want of privilege", try_refused },
	{ NULL, NULL },
};
/* clang-format on */
