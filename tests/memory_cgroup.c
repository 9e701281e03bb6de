/* SPDX-License-Identifier: MIT */
/* The pages are charged to the memory cgroup of the process they belong to, also when a debugger elsewhere touches them first. */
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "test.h"

#define GROUP "/sys/fs/cgroup/usrsysshm-test"
#define MANY 500

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

int main(void)
{
	struct iovec local, remote;
	uint32_t word;
	static pid_t pids[MANY];
	long before, more;
	int i, *ready = mmap(NULL, sizeof(*ready), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check_served("before");
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	CHECK(!mkdir(GROUP, 0755) || errno == EEXIST, "mkdir: %s", strerror(errno));
	for (i = 0; i < MANY; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			write_file(GROUP "/cgroup.procs", "0");
			__atomic_add_fetch(ready, 1, __ATOMIC_RELEASE);
			pause();
			_exit(0);
		}
	}
	while (__atomic_load_n(ready, __ATOMIC_ACQUIRE) < MANY)
		usleep(10000);
	/* A child that forked here but moved there without touching its page. The parent, elsewhere, touches it for them. */
	before = read_number(GROUP "/memory.current");
	for (i = 0; i < MANY; i++) {
		local = (struct iovec){ &word, sizeof(word) };
		remote = (struct iovec){ (void *)&my_page()->pid, sizeof(word) };
		CHECK(process_vm_readv(pids[i], &local, 1, &remote, 1, 0) == (ssize_t)sizeof(word), "process_vm_readv");
		CHECK(word == (uint32_t)pids[i], "page of %d says %u", pids[i], word);
	}
	more = read_number(GROUP "/memory.current") - before;
	/* Charges come in batches per processor: a little less may show. */
	CHECK(more >= (MANY - 140) * 4096, "%d pages, and the cgroup grew by %ld bytes only", MANY, more);
	for (i = 0; i < MANY; i++)
		kill(pids[i], SIGKILL);
	for (i = 0; i < MANY; i++)
		waitpid(pids[i], NULL, 0);
	return 0;
}
