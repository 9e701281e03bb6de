/* SPDX-License-Identifier: MIT */
/*
 * A process is killed while its request for pages waits for another process's exec to finish. Its exit takes long, because
 * its core is being dumped. The exec then fails, and the other process must find no pid in the page.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "asking.h"

#define STACK (256 * 1024)
#define DIRECTORY "/tmp/ask_killed/"

/* Shared by all processes of the test. */
static struct {
	int in_exec;
	int failed;
} *state;

static const volatile struct uss_process_page *page;

static void write_file(const char *path, const char *text, int mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

/* Finds the pages in /proc/self/maps, because a request would not return before the exec has finished. */
static const volatile struct uss_process_page *find_page(void)
{
	static char text[65536];
	char *at;

	read_text("/proc/self/maps", text, sizeof(text));
	at = strstr(text, "[usrsysshm]");
	if (!at)
		return NULL;
	while (at > text && at[-1] != '\n')
		at--;
	return (const volatile struct uss_process_page *)(uintptr_t)strtoull(at, NULL, 16);
}

/* Executes a script whose interpreter another process holds a lease on: exec waits until the lease is given back. */
static int sharer(void *unused)
{
	int i;

	(void)unused;
	set_word(&state->in_exec, 1);
	execl(DIRECTORY "script", "script", NULL);
	for (i = 0; i < 500; i++) {
		page = find_page();
		if (page)
			check_page_pid(page, "sharer of a killed process");
		sleep_us(500);
	}
	CHECK(page, "no pages were mapped");
	set_word(&state->failed, 1);
	return 0;
}

static void *asking_thread(void *unused)
{
	ask();
	return unused;
}

static void ask_and_crash(void)
{
	char *stack = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);
	pthread_t id;

	CHECK(clone(sharer, stack + STACK, CLONE_VM, NULL) > 0, "clone: %s", strerror(errno));
	wait_word(&state->in_exec, 1);
	sleep_us(100000);
	CHECK(!pthread_create(&id, NULL, asking_thread, NULL), "thread");
	sleep_us(30000);
	raise(SIGSEGV);
}

int main(int argc, char **argv)
{
	char pattern[128], old[128];
	pid_t pid;
	int fd, i;

	/* The core dump handler that the kernel starts. It is slow on purpose. */
	if (argc == 2) {
		sleep(3);
		return 0;
	}
	state = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(state != MAP_FAILED, "mmap");
	mkdir(DIRECTORY, 0700);
	write_file(DIRECTORY "interpreter", "nothing\n", 0700);
	write_file(DIRECTORY "script", "#!" DIRECTORY "interpreter\n", 0700);
	read_text("/proc/sys/kernel/core_pattern", old, sizeof(old));
	CHECK(realpath(argv[0], pattern + 1), "realpath");
	pattern[0] = '|';
	strcat(pattern, " core");
	write_file("/proc/sys/kernel/core_pattern", pattern, 0);
	signal(SIGIO, SIG_IGN);
	fd = open(DIRECTORY "interpreter", O_WRONLY | O_CLOEXEC);
	CHECK(fd >= 0 && !fcntl(fd, F_SETLEASE, F_WRLCK), "lease: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		close(fd);
		ask_and_crash();
		_exit(1);
	}
	/* By now the asking process is being killed. */
	wait_word(&state->in_exec, 1);
	sleep_us(400000);
	CHECK(!fcntl(fd, F_SETLEASE, F_UNLCK), "lease: %s", strerror(errno));
	close(fd);
	for (i = 0; i < 200 && !get_word(&state->failed); i++)
		sleep_us(100000);
	write_file("/proc/sys/kernel/core_pattern", old, 0);
	waitpid(pid, NULL, 0);
	CHECK(get_word(&state->failed), "the sharer failed or did not finish");
	return 0;
}
