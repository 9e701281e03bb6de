/* SPDX-License-Identifier: MIT */
/*
 * 200 processes of an ordinary user hold their mmap_lock for ever, without any privilege: each reads, through /proc/self/mem,
 * a mapping of a file on a FUSE server that never answers a read. Each has touched its system page and leaves its UTS
 * namespace, so 200 system pages cannot be unmapped. Meanwhile another user's process leaves its namespace, and its system
 * page is unmapped within a second.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include "stuck_fault.h"
#include "test.h"

#define STUCK 200

static int ready[2], go[2];

static const volatile struct uss_system_page *my_system_page(void)
{
	return (const volatile void *)((const volatile char *)my_page() + my_page()->system_offset);
}

static void touch_system_page(void)
{
	char name[65];

	CHECK(!uss_gethostname(name, sizeof(name)), "uss_gethostname: %s", strerror(errno));
	CHECK(uss_served() & USS_SERVED_NAMES && my_system_page()->names_sequence, "names are not served");
}

static void get_stuck(void)
{
	pthread_t thread;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	touch_system_page();
	map_file();
	CHECK(!pthread_create(&thread, NULL, stuck_reader, NULL), "pthread_create");
	wait_until_stuck();
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	CHECK(write(ready[1], "x", 1) == 1, "write");
	/* After the others have been unmapped, this process still has the page, which proves that it is stuck. */
	CHECK(read(go[0], &byte, 1) == 1, "read");
	CHECK(my_system_page()->names_sequence, "the system page of a stuck process was unmapped");
	CHECK(write(ready[1], "y", 1) == 1, "write");
	pause();
}

/* The server and its clients, as an ordinary user. Never exits by itself. */
static void stuck_user(void)
{
	int fuse = mount_fuse(), i;

	/* Set after setuid, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < STUCK; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0, "fork: %s", strerror(errno));
		if (pid == 0) {
			/*
			 * Only the server may hold the connection: its death closes the connection and releases the stuck
			 * processes.
			 */
			close(fuse);
			get_stuck();
		}
	}
	serve_for_ever(fuse);
}

static void wait_for_stuck(const char *what)
{
	char byte;
	int i;

	for (i = 0; i < STUCK; i++)
		CHECK(read(ready[0], &byte, 1) == 1 && byte == *what, "only %d are stuck", i);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Another user's process leaves its namespace. */
static void check_other_process(int number)
{
	pid_t pid = fork();
	long start, took;

	if (pid == 0) {
		touch_system_page();
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
		for (start = now_ms(); my_system_page()->names_sequence && now_ms() - start < 5000;)
			usleep(1000);
		took = now_ms() - start;
		CHECK(took < 1000, "unmapping system page %d took %ld ms", number, took);
		CHECK(!my_system_page()->names.nodename[0], "the old name can still be read");
		printf("unmapped after %ld ms\n", took);
		fflush(stdout);
		_exit(0);
	}
	reap(pid);
}

int main(void)
{
	long processes = read_number(PROCESSES), pages = read_number(PAGES);
	pid_t user;
	int i;

	if (!prepare_fuse()) {
		puts("no FUSE");
		return 77;
	}
	touch_system_page();
	CHECK(!pipe(ready) && !pipe(go), "pipe");
	user = fork();
	if (user == 0)
		stuck_user();
	/* Of the processes that wait here, only the stuck ones hold the write end. */
	close(ready[1]);
	wait_for_stuck("x");
	for (i = 0; i < 5; i++)
		check_other_process(i);
	for (i = 0; i < STUCK; i++)
		CHECK(write(go[1], "x", 1) == 1, "write");
	wait_for_stuck("y");
	/* The stuck processes exit with the server. */
	CHECK(!kill(user, SIGKILL) && waitpid(user, NULL, 0) == user, "kill");
	for (i = 0; i < 500 && (read_number(PROCESSES) > processes || read_number(PAGES) > pages + 3); i++)
		usleep(20000);
	CHECK(read_number(PROCESSES) == processes, "%ld processes, before %ld", read_number(PROCESSES), processes);
	CHECK(read_number(PAGES) <= pages + 3, "%ld pages, before %ld", read_number(PAGES), pages);
	return 0;
}
