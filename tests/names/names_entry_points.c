/* SPDX-License-Identifier: MIT */
/*
 * Names are set through every entry point while four readers compare the library with the system call, each 250,000 times (TEST_READS in the
 * environment sets another number). Each answer was current at some instant during the call, none was half-written, and the process that
 * sets a name reads the new name at once.
 *
 * A name is a number followed by a count of letters that depends on the number. The numbers only grow, so an answer from the
 * page must lie between what the system call returns before and after it.
 */
#include <sched.h>
#include <sys/mman.h>
#include <sys/utsname.h>

#include "test.h"

#define READERS 4

static long reads = 250000;
static char *low;			/* memory that a 32-bit system call can address */
static struct {
	int readers_done;
	long served[READERS];
} *shared;

static int make_name(char *name, unsigned int number)
{
	int digits = sprintf(name, "%u-", number), letters = (int)(number * 7919 % (unsigned int)(64 - digits));

	memset(name + digits, 'a' + (int)(number % 26), (size_t)letters);
	name[digits + letters] = '\0';
	return digits + letters;
}

/* Returns the number in @name, which must be a complete name. */
static unsigned int number_of(const char *name, const char *where)
{
	unsigned int number = (unsigned int)strtoul(name, NULL, 10);
	char whole[65];

	make_name(whole, number);
	CHECK(!strcmp(name, whole), "%s: a half-written name: %s", where, name);
	return number;
}

/* The last entry point is for 32-bit programs. On arm64 they share the functions of the others, and a 64-bit program cannot call as they do. */
#ifdef __x86_64__
#define ENTRY_POINTS 3
#else
#define ENTRY_POINTS 2
#define MAP_32BIT 0
#endif

#ifdef __x86_64__
static long system_call_32(long number, const char *text, long length)
{
	long result;

	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"((long)text), "c"(length) : "memory", "r8", "r9", "r10", "r11");
	return result;
}
#endif

static void write_file(const char *path, const char *name)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, name, strlen(name)) == (ssize_t)strlen(name), "%s: %s", path, strerror(errno));
	close(fd);
}

/* Sets both names through one of the entry points and reads them back. */
static void set_names(unsigned int number)
{
	int length = make_name(low, number);
	char name[65];

	switch (number % ENTRY_POINTS) {
	case 0:
		CHECK(!sethostname(low, (size_t)length) && !setdomainname(low, (size_t)length), "%s", strerror(errno));
		break;
	case 1:
		write_file("/proc/sys/kernel/hostname", low);
		write_file("/proc/sys/kernel/domainname", low);
		break;
#ifdef __x86_64__
	case 2:
		CHECK(!system_call_32(74, low, length) && !system_call_32(121, low, length), "32-bit system calls");
		break;
#endif
	}
	CHECK(!uss_gethostname(name, sizeof(name)) && !strcmp(name, low), "after entry point %u: %s, set %s", number % ENTRY_POINTS, name,
	      low);
	CHECK(!uss_getdomainname(name, sizeof(name)) && !strcmp(name, low), "after entry point %u: domain %s, set %s",
	      number % ENTRY_POINTS, name, low);
}

static void check_between(unsigned int before, const char *name, unsigned int after, const char *what)
{
	unsigned int number = number_of(name, what);

	CHECK(before <= number && number <= after, "%s: %u was not current, %u before and %u after", what, number, before, after);
}

static void read_names(int reader)
{
	struct utsname before, answer, after;
	char name[65];
	long i;

	for (i = 0; i < reads; i++) {
		CHECK(!syscall(SYS_uname, &before), "uname");
		shared->served[reader] += (uss_served() & USS_SERVED_UNAME) != 0;
		switch (i % 3) {
		case 0:
			CHECK(!uss_gethostname(name, sizeof(name)), "uss_gethostname");
			CHECK(!syscall(SYS_uname, &after), "uname");
			check_between(number_of(before.nodename, "uname"), name, number_of(after.nodename, "uname"), "uss_gethostname");
			break;
		case 1:
			CHECK(!uss_getdomainname(name, sizeof(name)), "uss_getdomainname");
			CHECK(!syscall(SYS_uname, &after), "uname");
			check_between(number_of(before.domainname, "uname"), name, number_of(after.domainname, "uname"),
				      "uss_getdomainname");
			break;
		case 2:
			CHECK(!uss_uname(&answer), "uss_uname");
			CHECK(!syscall(SYS_uname, &after), "uname");
			check_between(number_of(before.nodename, "uname"), answer.nodename, number_of(after.nodename, "uname"),
				      "uss_uname's nodename");
			check_between(number_of(before.domainname, "uname"), answer.domainname, number_of(after.domainname, "uname"),
				      "uss_uname's domainname");
			CHECK(!memcmp(answer.release, after.release, sizeof(after.release)), "release %s", answer.release);
			break;
		}
	}
	__atomic_fetch_add(&shared->readers_done, 1, __ATOMIC_SEQ_CST);
}

int main(void)
{
	unsigned int number = 1;
	pid_t readers[READERS];
	int i;

	if (getenv("TEST_READS"))
		reads = atol(getenv("TEST_READS"));
	low = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(low != MAP_FAILED && shared != MAP_FAILED, "mmap");
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	set_names(number);
	for (i = 0; i < READERS; i++) {
		readers[i] = fork();
		if (readers[i] == 0) {
			read_names(i);
			_exit(0);
		}
	}
	/* The setting process left its system page behind at unshare. A child of it has the page of the new namespace. */
	if (fork() == 0) {
		CHECK(uss_served() & USS_SERVED_NAMES, "the process that sets names is not served");
		while (__atomic_load_n(&shared->readers_done, __ATOMIC_SEQ_CST) < READERS && getppid() != 1) {
			set_names(++number);
			/* As fast as possible, with a pause now and then. */
			if (number % 64 == 0)
				usleep(2000);
		}
		CHECK(number > reads / 250, "only %u names were set", number);
		_exit(0);
	}
	for (i = 0; i < READERS; i++)
		reap(readers[i]);
	reap(-1);
	for (i = 0; i < READERS; i++)
		CHECK(shared->served[i] > reads / 100, "reader %d was served in %ld of %ld calls", i, shared->served[i], reads);
	return 0;
}
