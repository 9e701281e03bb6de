/* SPDX-License-Identifier: MIT */
/*
 * A program whose address space is limited (RLIMIT_AS) starts with every limit that its own size allows. It gets pages when it asks, if
 * there is room for them under the limit; if not it runs without, with right answers by system call.
 */
#include <sys/resource.h>

#include "test.h"

/* The program's size so far in KiB, without stdio, which would make it grow. */
static long peak(void)
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

static void limited(const char *kib)
{
	check_pid("program with little address space");
	if (uss_page_base()) {
		check_served("program with room for its pages");
		exit(12);
	}
	/* Found by going up in steps of a page: with one page less it did not start. */
	CHECK(strtol(kib, NULL, 10) <= peak() + 12, "limit %s KiB, and it takes only %ld", kib, peak());
}

int main(int argc, char **argv)
{
	char text[16];
	struct rlimit limit;
	int status, ran = 0, served = 0;
	long kib;
	pid_t pid;

	if (argc == 2) {
		limited(argv[1]);
		return 11;
	}
	check_served("program without a limit");
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
		ran += WIFEXITED(status) && WEXITSTATUS(status) == 11;
		served = WIFEXITED(status) && WEXITSTATUS(status) == 12;
	}
	CHECK(ran, "it did not start without pages with any limit");
	CHECK(served, "it was not served with any limit");
	/* The pages are three: it is served as soon as it has room for them. */
	CHECK(ran <= 3, "it ran without pages with %d limits", ran);
	return 0;
}
