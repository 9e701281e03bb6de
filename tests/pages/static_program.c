/* SPDX-License-Identifier: MIT */
/* A static program, which a preloaded library cannot help, is served if it is linked with libusrsysshm. */
#include "test.h"

int main(int argc, char **argv)
{
	pid_t pid;

	main_after_exec(argc, argv);
	check_served("static program");
	CHECK((uss_served() & 7) == 7, "served %#x", uss_served());
	pid = fork();
	if (pid == 0) {
		check_served("child of a static program");
		execl("/proc/self/exe", argv[0], "checked", "static program after exec", NULL);
		_exit(1);
	}
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		check_fallback("vfork child of a static program");
		_exit(0);
	}
	reap(pid);
	return 0;
}
