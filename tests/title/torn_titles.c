/* SPDX-License-Identifier: MIT */
/*
 * A million reads (or four times TEST_READS) of /proc/PID/cmdline while the title alternates between two of 2,000 bytes: no
 * read returns a mixture or nothing. The title is written by one thread, by two threads, by a thread and a signal handler
 * that interrupts it, and by a process that shares the memory and is stopped and killed at random instants.
 */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "test.h"

#define LENGTH 2000
#define MOST 250000		/* for each of the four kinds of writer */
#define READERS 2

static char titles[4][LENGTH];
static int *done, reads;

static void set(int which)
{
	CHECK(!uss_set_title(titles[which], LENGTH), "uss_set_title: %s", strerror(errno));
}

static void write_forever(int one, int other)
{
	for (;;) {
		set(one);
		set(other);
	}
}

static void *writer_thread(void *unused)
{
	(void)unused;
	write_forever(2, 3);
	return NULL;
}

static void handler(int signal)
{
	(void)signal;
	set(2);
}

static void one_thread(void)
{
	write_forever(0, 1);
}

static void two_threads(void)
{
	pthread_t thread;

	CHECK(!pthread_create(&thread, NULL, writer_thread, NULL), "pthread_create");
	write_forever(0, 1);
}

static void signal_handler(void)
{
	const struct itimerval often = { { 0, 300 }, { 0, 300 } };

	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &often, NULL);
	write_forever(0, 1);
}

static int shared_writer(void *unused)
{
	(void)unused;
	write_forever(0, 1);
	return 0;
}

static void stopped_and_killed(void)
{
	static char stack[65536] __attribute__((aligned(16)));
	unsigned int seed = 1;
	pid_t pid;

	for (;;) {
		pid = clone(shared_writer, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
		CHECK(pid > 0, "clone: %s", strerror(errno));
		usleep((unsigned int)(rand_r(&seed) % 3000));
		kill(pid, SIGSTOP);
		usleep((unsigned int)(rand_r(&seed) % 1000));
		if (rand_r(&seed) % 2) {
			kill(pid, SIGCONT);
			usleep((unsigned int)(rand_r(&seed) % 1000));
		}
		kill(pid, SIGKILL);
		CHECK(waitpid(pid, NULL, 0) == pid, "waitpid");
	}
}

static void read_titles(pid_t pid)
{
	char path[64], shown[4096];
	ssize_t length;
	int fd, i;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	while (__atomic_add_fetch(done, 1, __ATOMIC_RELAXED) <= reads) {
		length = pread(fd, shown, sizeof(shown), 0);
		CHECK(length == LENGTH + 1 && !shown[LENGTH], "%zd bytes, at read %d or earlier", length, *done);
		for (i = 0; i < 4; i++)
			if (shown[0] == titles[i][0])
				break;
		CHECK(i < 4 && !memcmp(shown, titles[i], LENGTH), "a torn title: %.20s ... %.20s", shown, shown + LENGTH - 20);
	}
	_exit(0);
}

static void try(const char *name, void (*write_titles)(void))
{
	pid_t writer, reader[READERS];
	int i;

	*done = -1;
	writer = fork();
	if (writer == 0) {
		setpgid(0, 0);
		set(0);
		__atomic_store_n(done, 0, __ATOMIC_RELEASE);
		write_titles();
	}
	setpgid(writer, writer);
	while (__atomic_load_n(done, __ATOMIC_ACQUIRE) < 0) {
		usleep(1000);
		CHECK(waitpid(writer, NULL, WNOHANG) == 0, "the writer has exited");
	}
	for (i = 0; i < READERS; i++)
		if ((reader[i] = fork()) == 0)
			read_titles(writer);
	for (i = 0; i < READERS; i++)
		reap(reader[i]);
	kill(-writer, SIGKILL);
	CHECK(waitpid(writer, NULL, 0) == writer, "waitpid");
	fprintf(stderr, "%s: %d reads\n", name, reads);
}

int main(void)
{
	int i;

	reads = test_repetitions("TEST_READS", MOST);
	done = mmap(NULL, sizeof(*done), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (i = 0; i < 4; i++)
		memset(titles[i], 'A' + i, LENGTH);
	try("one thread", one_thread);
	try("two threads", two_threads);
	try("a thread and its signal handler", signal_handler);
	try("stopped and killed", stopped_and_killed);
	return 0;
}
