/* SPDX-License-Identifier: MIT */
/*
 * The module is unloaded while the kernel refuses to commit more memory (vm.overcommit_memory=2, at the limit). A program
 * with a title continues to run and can write where its title area was.
 */
#include <signal.h>

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

/* Gives the memory back if unloading waits for it. While there is none, the guest cannot even report a failure. */
static pid_t start_rescue(void)
{
	pid_t pid = fork();

	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid)
		return pid;
	sleep(30);
	write_text("/proc/sys/vm/overcommit_memory", "0");
	_exit(1);
}

int main(int argc, char **argv)
{
	pid_t program, rescue;
	int result, status;

	(void)argv;
	main_of_program(argc, hold_title);
	load_module();
	program = start_program();
	wait_for_other();
	rescue = start_rescue();
	write_text("/proc/sys/vm/overcommit_kbytes", "1");
	write_text("/proc/sys/vm/overcommit_memory", "2");
	CHECK(fork() < 0 && errno == ENOMEM, "fork succeeded: memory is not exhausted");
	result = (int)syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK);
	write_text("/proc/sys/vm/overcommit_memory", "0");
	CHECK(!result, "unloading fails");
	kill(rescue, SIGKILL);
	CHECK(waitpid(rescue, &status, 0) == rescue && WIFSIGNALED(status), "unloading waited for memory");
	tell_other();
	reap(program);
	return 0;
}
