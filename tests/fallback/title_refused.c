/* SPDX-License-Identifier: MIT */
/*
 * Without the module: a title that the kernel refuses leaves the old one, for the process and for others, however often it is tried. (The
 * kernel refuses PR_SET_MM_MAP when the data exceed RLIMIT_DATA.)
 */
#include <sys/resource.h>

#include "test.h"

static const char first[] = "the first title", second[] = "another, much longer title that the kernel refuses";

static void check_title(const char *title, const char *when)
{
	char text[256] = "";
	int fd = open("/proc/self/cmdline", O_RDONLY);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && !strcmp(text, title), "%s the command line is %s", when, text);
	close(fd);
	CHECK(uss_getproctitle(text, sizeof(text)) == (ssize_t)strlen(title) && !strcmp(text, title), "%s uss_getproctitle: %s", when,
	      text);
}

int main(void)
{
	struct rlimit limit, none = { 0, RLIM_INFINITY };
	int i;

	CHECK(!uss_set_title(first, strlen(first)), "uss_set_title: %s", strerror(errno));
	check_title(first, "at first");
	CHECK(!getrlimit(RLIMIT_DATA, &limit) && !setrlimit(RLIMIT_DATA, &none), "RLIMIT_DATA: %s", strerror(errno));
	for (i = 0; i < 40; i++) {
		CHECK(uss_set_title(second, strlen(second)) < 0 && errno == EINVAL, "the title was not refused: %s", strerror(errno));
		check_title(first, "after a refusal");
	}
	CHECK(!setrlimit(RLIMIT_DATA, &limit), "RLIMIT_DATA: %s", strerror(errno));
	CHECK(!uss_set_title(second, strlen(second)), "uss_set_title: %s", strerror(errno));
	check_title(second, "at last");
	return 0;
}
