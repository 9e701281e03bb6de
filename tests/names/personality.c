/* SPDX-License-Identifier: MIT */
/*
 * With the personality UNAME26 or PER_LINUX32, uname(2) returns another release or machine, and uss_uname returns the same.
 * The personality is set by the process, by one of its threads or by a 32-bit system call, is inherited across fork and exec,
 * and is reset.
 */
#include <pthread.h>
#include <sys/personality.h>
#include <sys/utsname.h>

#include "test.h"

static void check_uname(bool served, const char *where)
{
	struct utsname ours, real;

	CHECK(!uss_uname(&ours) && !syscall(SYS_uname, &real), "uname");
	CHECK(!memcmp(&ours, &real, sizeof(real)), "%s: %s %s, uname(2) returns %s %s", where, ours.release, ours.machine, real.release,
	      real.machine);
	CHECK(((uss_served() & USS_SERVED_UNAME) != 0) == served, "%s: %s", where, served ? "not served" : "served");
	CHECK(uss_served() & USS_SERVED_NAMES, "%s: names are not served", where);
}

static void *thread(void *unused)
{
	(void)unused;
	CHECK(personality(PER_LINUX32) >= 0, "personality");
	check_uname(false, "thread with PER_LINUX32");
	if (fork() == 0) {
		check_uname(false, "child of a thread with PER_LINUX32");
		_exit(0);
	}
	reap(-1);
	return NULL;
}

#ifdef __x86_64__
/* As a 32-bit program does it. The kernel allows int 0x80 in a 64-bit program, too. */
static long personality_of_32bit(unsigned int persona)
{
	long result = 136;	/* personality in the 32-bit table */

	__asm__ volatile("int $0x80" : "+a"(result) : "b"(persona) : "memory", "r8", "r9", "r10", "r11");
	return result;
}
#endif

static void run(const char *program, const char *served, const char *where)
{
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, served, where, NULL);
		_exit(1);
	}
	reap(pid);
}

int main(int argc, char **argv)
{
	pthread_t other;

	if (argc == 3) {
		check_uname(!strcmp(argv[1], "served"), argv[2]);
		return 0;
	}
	check_uname(true, "program");
	/* A query changes nothing. */
	CHECK(personality(0xffffffff) >= 0, "personality");
	check_uname(true, "after a query");
	if (fork() == 0) {
		CHECK(!pthread_create(&other, NULL, thread, NULL) && !pthread_join(other, NULL), "thread");
		check_uname(false, "after a thread had PER_LINUX32");
		if (fork() == 0) {
			check_uname(true, "child of a thread with the default personality");
			_exit(0);
		}
		reap(-1);
		_exit(0);
	}
	reap(-1);
#ifdef __x86_64__
	if (fork() == 0) {
		CHECK(personality_of_32bit(PER_LINUX32) >= 0, "personality by int 0x80");
		check_uname(false, "PER_LINUX32 by a 32-bit system call");
		_exit(0);
	}
	reap(-1);
#endif
	CHECK(personality(UNAME26) >= 0, "personality");
	check_uname(false, "UNAME26");
	run(argv[0], "fallback", "UNAME26 after exec");
	CHECK(personality(PER_LINUX32) >= 0, "personality");
	check_uname(false, "PER_LINUX32");
	run(argv[0], "fallback", "PER_LINUX32 after exec");
	CHECK(personality(PER_LINUX) >= 0, "personality");
	check_uname(false, "PER_LINUX again");
	run(argv[0], "served", "PER_LINUX after exec");
	return 0;
}
