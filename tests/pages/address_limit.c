/* SPDX-License-Identifier: MIT */
/*
 * A program whose address space is limited (RLIMIT_AS) starts under every limit that its own size allows. It gets pages if
 * they fit under the limit. Otherwise it runs without pages and every call falls back to the system call.
 */
#include <sys/resource.h>

#include "test.h"

/* The program's peak size in KiB. Without stdio, which would enlarge the program. */
static long peak_size(void)
{
	static char text[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	const char *at;

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "/proc/self/status");
	close(fd);
	at = strstr(text, "VmPeak:");
	CHECK(at, "no VmPeak");
	return strtol(at + 7, NULL, 10);
}

static void check_limited(const char *kib)
{
	check_pid("program with a small address space");
	if (uss_page_base()) {
		check_served("program with room for its pages");
		exit(12);
	}
	/* The limit grows in steps of one page: one page less and the program did not start. */
	CHECK(strtol(kib, NULL, 10) <= peak_size() + 16, "started only at a limit of %s KiB, its size is %ld KiB", kib, peak_size());
}

int main(int argc, char **argv)
{
	char text[16];
	struct rlimit limit;
	int status, most, unserved = 0, served = 0;
	long kib;
	pid_t pid;

	if (argc == 2) {
		check_limited(argv[1]);
		return 11;
	}
	check_served("program without a limit");
	most = (int)(size_of_pages(my_page()) / 4096);
	for (kib = 300; kib < 20000 && !served; kib += 4) {
		pid = fork();
		if (pid == 0) {
			snprintf(text, sizeof(text), "%ld", kib);
			limit.rlim_cur = limit.rlim_max = (rlim_t)kib * 1024;
			setrlimit(RLIMIT_AS, &limit);
			execl("/proc/self/exe", argv[0], text, NULL);
			_exit(127);
		}
		CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
		CHECK(!WIFEXITED(status) || WEXITSTATUS(status) != 1, "%ld KiB", kib);
		unserved += WIFEXITED(status) && WEXITSTATUS(status) == 11;
		served = WIFEXITED(status) && WEXITSTATUS(status) == 12;
	}
	CHECK(unserved, "no limit let the program run without pages");
	CHECK(served, "no limit let the program have pages");
	/* The program is served as soon as the pages fit. */
	CHECK(unserved <= most, "the program ran without pages under %d limits, at most %d expected", unserved, most);
	return 0;
}
