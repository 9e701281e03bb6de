/* SPDX-License-Identifier: MIT */
/*
 * While a program is at vm.max_map_count, unloading the module blocks. It completes as soon as the program is below the
 * limit. The program gets right answers all that time and afterwards.
 */
#include <sys/mman.h>

#include "unload.h"

/* Adjacent mappings of different protection, which the kernel does not merge. */
static void *map_until_refused(void)
{
	void *last = NULL, *page;
	int i;

	for (i = 0; (page = mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED; i++)
		last = page;
	CHECK(last && errno == ENOMEM, "mmap: %s", strerror(errno));
	return last;
}

static void map_and_unmap(void)
{
	void *last = map_until_refused();

	tell_other();
	wait_for_other();
	check_pid("at the limit, after the hooks were removed");
	CHECK(!munmap(last, 4096), "munmap: %s", strerror(errno));
	tell_other();
	wait_for_other();
	check_fallback("after unload");
}

static void set_limit(const char *limit)
{
	int fd = open("/proc/sys/vm/max_map_count", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, limit, strlen(limit)) > 0, "max_map_count: %s", strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	pid_t program, unloader;

	(void)argv;
	main_of_program(argc, map_and_unmap);
	load_module();
	set_limit("500");
	program = start_program();
	wait_for_other();
	unloader = fork();
	if (unloader == 0) {
		unload_module();
		_exit(0);
	}
	sleep(5);
	CHECK(waitpid(unloader, NULL, WNOHANG) == 0, "unloading has ended already");
	tell_other();
	wait_for_other();
	reap(unloader);
	tell_other();
	reap(program);
	set_limit("65530");
	return 0;
}
