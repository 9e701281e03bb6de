/* SPDX-License-Identifier: MIT */
/*
 * Eight threads of a process map and unmap memory all the time: its mmap_lock is never free, but it is not stuck. Reads return its command
 * line, as without the module, because a reader gets the lock in turn. (In a busy emulator some reads time out; if readers only tried the
 * lock, nearly all would fail.)
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>

#include "test.h"

#define THREADS 8
#define READS 5

static void *contend(void *unused)
{
	(void)unused;
	for (;;) {
		char *memory = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		CHECK(memory != MAP_FAILED, "mmap: %s", strerror(errno));
		memory[0] = 1;
		munmap(memory, 1 << 16);
	}
	return NULL;
}

static ssize_t read_cmdline(pid_t pid, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY);
	length = fd < 0 ? -1 : read(fd, text, size);
	close(fd);
	return length;
}

/* Processes that read, because one that has waited in vain for long only tries. Returns how many reads returned @expected. */
static int read_in_children(pid_t pid, const char *expected, ssize_t length, time_t end, int *reads)
{
	int *right = mmap(NULL, sizeof(*right), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), i;
	char text[4096];
	ssize_t got;

	CHECK(right != MAP_FAILED, "mmap");
	for (*reads = 0; time(NULL) < end && *reads < 1000; *reads += READS) {
		pid_t child = fork();

		if (child == 0) {
			for (i = 0; i < READS; i++) {
				got = read_cmdline(pid, text, sizeof(text));
				CHECK(got == 0 || (got == length && !memcmp(text, expected, (size_t)length)), "%zd bytes, not %zd", got,
				      length);
				*right += got > 0;
			}
			_exit(0);
		}
		reap(child);
	}
	return *right;
}

int main(void)
{
	char expected[4096];
	ssize_t length = read_cmdline(getpid(), expected, sizeof(expected));
	int i, reads, right;
	pid_t pid = fork();

	if (pid == 0) {
		pthread_t thread;

		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (i = 0; i < THREADS - 1; i++)
			CHECK(!pthread_create(&thread, NULL, contend, NULL), "pthread_create");
		contend(NULL);
	}
	CHECK(length > 0, "cmdline: %s", strerror(errno));
	usleep(500000);
	right = read_in_children(pid, expected, length, time(NULL) + 8, &reads);
	CHECK(waitpid(pid, NULL, WNOHANG) == 0, "the process has ended");
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid, "waitpid");
	CHECK(right >= reads / 2, "%d of %d reads gave up", reads - right, reads);
	printf("%d of %d reads\n", right, reads);
	return 0;
}
