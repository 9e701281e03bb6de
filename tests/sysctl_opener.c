/* SPDX-License-Identifier: MIT */
/*
 * The sysctls answer only the process that opened them. A program with more rights that reads a descriptor which another one has handed to
 * it (setuid, its standard input) tells nothing about its own memory, and is given no pages.
 */
#include <pthread.h>

#include "test.h"

static const char *const files[] = { "/proc/sys/kernel/usrsysshm", "/proc/sys/kernel/usrsysshm_title", "/proc/sys/kernel/usrsysshm_self" };

static unsigned long long read_descriptor(int fd)
{
	char text[64] = "";

	CHECK(pread(fd, text, sizeof(text) - 1, 0) > 0, "read: %s", strerror(errno));
	return strtoull(text, NULL, 10);
}

static void *thread(void *fd)
{
	CHECK(read_descriptor(*(int *)fd) != 0, "a thread of the opener reads 0");
	return NULL;
}

static void check(const char *path)
{
	unsigned long long own;
	pthread_t other;
	pid_t pid;
	int fd = open(path, O_RDONLY);

	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	own = read_descriptor(fd);
	CHECK(own, "%s reads 0", path);
	CHECK(!pthread_create(&other, NULL, thread, &fd) && !pthread_join(other, NULL), "thread");
	pid = fork();
	if (pid == 0) {
		CHECK(read_descriptor(fd) == 0, "%s: a child reads its parent's descriptor", path);
		CHECK(!setuid(65534), "setuid");
		CHECK(read_descriptor(fd) == 0, "%s: after setuid", path);
		_exit(0);
	}
	reap(pid);
	/* What stands for a setuid program: it copies its standard input, and must not tell its address. */
	pid = fork();
	if (pid == 0) {
		fd = open(path, O_RDONLY);
		CHECK(dup2(fd, STDIN_FILENO) == 0, "dup2");
		execl("/bin/sh", "sh", "-c", "read -r address rest; [ \"$address\" = 0 ] && ! grep -q usrsysshm /proc/$$/maps", NULL);
		_exit(1);
	}
	reap(pid);
	close(fd);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		check(files[i]);
	return 0;
}
