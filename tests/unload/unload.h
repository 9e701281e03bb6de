/* SPDX-License-Identifier: MIT */
/*
 * unload.h - for tests that load the module, start themselves as a program with pages, and unload the module while it runs
 *
 * The test and the program synchronize over two pipes: each tell_other() in one ends a wait_for_other() in the other.
 */
#ifndef UNLOAD_H
#define UNLOAD_H

#include "../test.h"

#define FROM_TEST 50	/* in the program */
#define TO_TEST 51

static int uss_from_other, uss_to_other;

static inline void tell_other(void)
{
	CHECK(write(uss_to_other, "x", 1) == 1, "write: %s", strerror(errno));
}

static inline void wait_for_other(void)
{
	char byte;

	CHECK(read(uss_from_other, &byte, 1) == 1, "read: %s", strerror(errno));
}

static inline void load_module(void)
{
	const char *module = getenv("USRSYSSHM_MODULE");
	int fd = module ? open(module, O_RDONLY | O_CLOEXEC) : -1;

	CHECK(fd >= 0 && !syscall(SYS_finit_module, fd, "", 0), "loading %s: %s", module, strerror(errno));
	close(fd);
}

static inline void unload_module(void)
{
	CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading: %s", strerror(errno));
}

/* To be called first in main(). In the program, runs @program and exits. */
static inline void main_of_program(int argc, void (*program)(void))
{
	if (argc < 2)
		return;
	uss_from_other = FROM_TEST;
	uss_to_other = TO_TEST;
	check_served("before");
	program();
	exit(0);
}

/* Starts the program. Returns its pid. */
static inline pid_t start_program(void)
{
	int to_program[2], to_test[2];
	pid_t pid;

	CHECK(!pipe2(to_program, O_CLOEXEC) && !pipe2(to_test, O_CLOEXEC), "pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		CHECK(dup2(to_program[0], FROM_TEST) >= 0 && dup2(to_test[1], TO_TEST) >= 0, "dup2: %s", strerror(errno));
		execl("/proc/self/exe", "program", "with pages", NULL);
		CHECK(false, "exec: %s", strerror(errno));
	}
	CHECK(pid > 0, "fork: %s", strerror(errno));
	close(to_program[0]);
	close(to_test[1]);
	uss_to_other = to_program[1];
	uss_from_other = to_test[0];
	return pid;
}

#endif /* UNLOAD_H */
