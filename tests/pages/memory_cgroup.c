/* SPDX-License-Identifier: MIT */
/*
 * Pages are charged to the memory cgroup of the process they belong to. (foreign_read proves that no other process allocates
 * them.)
 */
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "test.h"

#define GROUP "/sys/fs/cgroup/usrsysshm-test"
#define MANY 500

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

static int *ready;

static void touch(int signal)
{
	(void)signal;
	check_served("child in the other cgroup");
	__atomic_add_fetch(ready, 1, __ATOMIC_RELEASE);
}

int main(void)
{
	static pid_t pids[MANY];
	long before, more;
	int i;

	ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	check_served("before");
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	CHECK(!mkdir(GROUP, 0755) || errno == EEXIST, "mkdir: %s", strerror(errno));
	for (i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			write_file(GROUP "/cgroup.procs", "0");
			signal(SIGUSR1, touch);
			__atomic_add_fetch(ready, 1, __ATOMIC_RELEASE);
			for (;;)
				pause();
			_exit(0);
		}
	}
	while (__atomic_load_n(ready, __ATOMIC_ACQUIRE) < MANY)
		usleep(10000);
	/* Each child was forked in its parent's cgroup and moved before it touched its page. It touches the page now. */
	before = read_number(GROUP "/memory.current");
	for (i = 0; i < MANY; i++)
		kill(pids[i], SIGUSR1);
	while (__atomic_load_n(ready, __ATOMIC_ACQUIRE) < 2 * MANY)
		usleep(10000);
	more = read_number(GROUP "/memory.current") - before;
	/* Charges are batched per processor, so a few pages may be missing. */
	CHECK(more >= (MANY - 140) * 4096, "%d pages were allocated, but the cgroup grew by %ld bytes only", MANY, more);
	for (i = 0; i < MANY; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < MANY; i++)
		waitpid(pids[i], NULL, 0);
	return 0;
}
