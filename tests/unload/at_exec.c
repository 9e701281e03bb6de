/* SPDX-License-Identifier: MIT */
/*
 * With the module parameter at_exec=1 every program has valid pages when it starts, whether its process was made by fork or
 * by vfork. A program with a finite RLIMIT_AS has none but may ask. The module can be unloaded.
 */
#include <sys/resource.h>

#include "asking_module.h"

static void check_after_exec(const char *how)
{
	if (!strcmp(how, "limited")) {
		check_no_pages("program with RLIMIT_AS");
		check_page_serves(ask(), "program with RLIMIT_AS, after it has asked");
		exit(0);
	}
	CHECK(count_mappings() == 1, "%s: %d mappings at exec", how, count_mappings());
	check_page_serves(ask(), how);
	CHECK(count_mappings() == 1, "%s: %d mappings", how, count_mappings());
	if (!strcmp(how, "fork")) {
		pid_t pid = vfork();

		if (pid == 0) {
			execl("/proc/self/exe", "at_exec", "vfork", NULL);
			_exit(1);
		}
		reap(pid);
	}
	exit(0);
}

static void run_program(const char *how)
{
	pid_t pid = fork();

	if (pid == 0) {
		struct rlimit limit = { (rlim_t)1 << 30, RLIM_INFINITY };

		if (!strcmp(how, "limited"))
			setrlimit(RLIMIT_AS, &limit);
		execl("/proc/self/exe", "at_exec", how, NULL);
		_exit(1);
	}
	reap(pid);
}

int main(int argc, char **argv)
{
	int i;

	if (argc == 2)
		check_after_exec(argv[1]);
	for (i = 0; i < 2; i++) {
		load_module_with("at_exec=1");
		check_no_pages("program older than the module");
		run_program("fork");
		run_program("limited");
		CHECK(read_number(PROCESSES) == 0, "%ld processes have pages", read_number(PROCESSES));
		unload_module();
	}
	/* Without the parameter no program has pages at its start. */
	load_module_with("");
	run_program("limited");
	unload_module();
	return 0;
}
