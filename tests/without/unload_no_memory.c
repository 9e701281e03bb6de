/* SPDX-License-Identifier: MIT */
/*
 * The module goes while the kernel gives no more memory out (vm.overcommit_memory=2, at the limit): a program with a title lives on, and can
 * write where its title area was.
 */
#include "../test.h"

static int to_parent[2], to_child[2];

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) > 0, "%s: %s", path, strerror(errno));
	close(fd);
}

static void signal_other(int pipe[2])
{
	CHECK(write(pipe[1], "x", 1) == 1, "write: %s", strerror(errno));
}

static void wait_for_other(int pipe[2])
{
	char byte;

	CHECK(read(pipe[0], &byte, 1) == 1, "read: %s", strerror(errno));
}

/* The program with a title; fds 50 and 51. */
static void live_on(void)
{
	volatile char *area = (volatile char *)(uintptr_t)uss_page_base() + my_page()->title_offset;
	int ends[2] = { 50, 51 };
	int i;

	CHECK(!uss_set_title("a title", 7), "title");
	check_served("before");
	signal_other(ends);
	wait_for_other(ends);
	check_asks("after the module has gone");
	for (i = 0; i < 8; i++)
		area[4096 * i] = 1;
	exit(0);
}

int main(int argc, char **argv)
{
	const char *module = getenv("USRSYSSHM_MODULE");
	int fd;

	(void)argv;
	if (argc > 1)
		live_on();
	fd = module ? open(module, O_RDONLY | O_CLOEXEC) : -1;
	CHECK(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0), "loading %s: %s", module, strerror(errno));
	CHECK(!pipe2(to_parent, O_CLOEXEC) && !pipe2(to_child, O_CLOEXEC), "pipe: %s", strerror(errno));
	if (fork() == 0) {
		CHECK(dup2(to_child[0], 50) == 50 && dup2(to_parent[1], 51) == 51, "dup2: %s", strerror(errno));
		execl("/proc/self/exe", "unload_no_memory", "live on", NULL);
		CHECK(false, "exec: %s", strerror(errno));
	}
	wait_for_other(to_parent);
	write_text("/proc/sys/vm/overcommit_kbytes", "1");
	write_text("/proc/sys/vm/overcommit_memory", "2");
	CHECK(fork() < 0 && errno == ENOMEM, "there is memory yet");
	CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading: %s", strerror(errno));
	write_text("/proc/sys/vm/overcommit_memory", "0");
	signal_other(to_child);
	reap(-1);
	return 0;
}
