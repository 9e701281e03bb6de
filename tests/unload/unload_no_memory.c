/* SPDX-License-Identifier: MIT */
/*
 * The module is unloaded while the kernel refuses to commit more memory (vm.overcommit_memory=2, at the limit). A program
 * with a title continues to run and can write where its title area was.
 */
#include "unload.h"

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) > 0, "%s: %s", path, strerror(errno));
	close(fd);
}

static void hold_title(void)
{
	volatile char *area = my_title_area();
	int i;

	CHECK(!uss_set_title("a title", 7), "uss_set_title");
	tell_other();
	wait_for_other();
	check_fallback("after unload");
	for (i = 0; i < 8; i++)
		area[4096 * i] = 1;
}

int main(int argc, char **argv)
{
	pid_t program;
	int result;

	(void)argv;
	main_of_program(argc, hold_title);
	load_module();
	program = start_program();
	wait_for_other();
	write_text("/proc/sys/vm/overcommit_kbytes", "1");
	write_text("/proc/sys/vm/overcommit_memory", "2");
	CHECK(fork() < 0 && errno == ENOMEM, "fork succeeded: memory is not exhausted");
	result = (int)syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK);
	/* First, so that the guest can go on if the test fails. */
	write_text("/proc/sys/vm/overcommit_memory", "0");
	CHECK(!result, "unloading fails");
	tell_other();
	reap(program);
	return 0;
}
