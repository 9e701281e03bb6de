/* SPDX-License-Identifier: MIT */
/*
 * A process of an ordinary user is really stuck: one thread holds the mmap_lock in a page fault that never ends, and another one waits to
 * write-lock it, so every reader queues behind that one. Its command line reads as it was last read and its environment as empty, each
 * within half a second. Stock ps, which was never run before, finishes. A read of the process's maps blocks, as without the module.
 */
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "stuck_fault.h"
#include "test.h"

static int told[2], go[2];

static void *lock_for_writing(void *unused)
{
	(void)unused;
	mmap(NULL, FILE_SIZE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(false, "mmap returned");
	return NULL;
}

static void stuck_user(void)
{
	int fuse = mount_fuse();
	pthread_t thread;
	pid_t pid;

	/* Set after setuid, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pid = fork();
	if (pid) {
		CHECK(pid > 0 && write(told[1], &pid, sizeof(pid)) == sizeof(pid), "fork: %s", strerror(errno));
		serve_for_ever(fuse);
	}
	/* Only the server may hold the connection: its end releases the stuck process. */
	close(fuse);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	map_file();
	/* The parent reads the command line now. */
	CHECK(read(go[0], &pid, sizeof(pid)) == sizeof(pid), "read");
	CHECK(!pthread_create(&thread, NULL, stuck_reader, NULL), "pthread_create");
	wait_until_stuck();
	CHECK(write(told[1], &pid, sizeof(pid)) == sizeof(pid), "write");
	CHECK(!pthread_create(&thread, NULL, lock_for_writing, NULL), "pthread_create");
	for (;;)
		pause();
}

static ssize_t read_file(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	length = fd < 0 ? -1 : read(fd, text, size);
	close(fd);
	return length;
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Returns whether @name can be read within two seconds. */
static bool can_read(pid_t target, const char *name)
{
	char text[4096];
	pid_t pid = fork();
	int i;

	if (pid == 0)
		_exit(read_file(target, name, text, sizeof(text)) < 0);
	for (i = 0; i < 200; i++) {
		if (waitpid(pid, NULL, WNOHANG) == pid)
			return true;
		usleep(10000);
	}
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return false;
}

int main(void)
{
	char expected[4096], text[4096];
	ssize_t length, got;
	pid_t user, pid;
	long start;

	if (!prepare_fuse()) {
		puts("no FUSE");
		return 77;
	}
	CHECK(!pipe(told) && !pipe(go), "pipe");
	user = fork();
	if (user == 0)
		stuck_user();
	CHECK(read(told[0], &pid, sizeof(pid)) == sizeof(pid), "read");
	length = read_file(pid, "cmdline", expected, sizeof(expected));
	CHECK(length > 0, "cmdline: %s", strerror(errno));
	CHECK(write(go[1], &pid, sizeof(pid)) == sizeof(pid), "write");
	CHECK(read(told[0], &pid, sizeof(pid)) == sizeof(pid), "read");
	/* Until the other thread waits for the lock. */
	sleep(1);
	/* 7.x reads maps without the lock. */
	CHECK(!can_read(pid, "smaps_rollup"), "the process is not stuck: its smaps_rollup can be read");
	start = now_ms();
	got = read_file(pid, "cmdline", text, sizeof(text));
	CHECK(got == length && !memcmp(text, expected, (size_t)length), "cmdline: %zd bytes, not %zd", got, length);
	CHECK(now_ms() - start < 500, "cmdline took %ld ms", now_ms() - start);
	start = now_ms();
	CHECK(read_file(pid, "environ", text, sizeof(text)) == 0, "environ was read");
	CHECK(now_ms() - start < 500, "environ took %ld ms", now_ms() - start);
	CHECK(!system("timeout 20 ps aux >/dev/null && timeout 20 top -b -n 1 >/dev/null && timeout 20 pidof -x cat >/dev/null || [ $? = 1 ]"),
	      "ps, top or pidof did not end");
	CHECK(!kill(user, SIGKILL) && waitpid(user, NULL, 0) == user, "kill");
	return 0;
}
