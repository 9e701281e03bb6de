/* SPDX-License-Identifier: MIT */
/* A program that itself says where its command line is (prctl PR_SET_MM_MAP), after a title, wins; so it does in its children. */
#include <sys/mman.h>
#include <sys/prctl.h>

#include "test.h"

static void check_shown(const char *where, const char *text)
{
	char shown[4096] = "";
	int fd = open("/proc/self/cmdline", O_RDONLY);

	CHECK(fd >= 0 && read(fd, shown, sizeof(shown) - 1) > 0, "read: %s", strerror(errno));
	close(fd);
	CHECK(!strcmp(shown, text), "%s: %s is shown, not %s", where, shown, text);
}

int main(void)
{
	/* The kernel shows nothing that lies in a file's mapping. */
	char own[] = "the program's own";
	pid_t pid;

	CHECK(uss_served() & USS_SERVED_TITLE, "titles are not served");
	uss_setproctitle("-a title");
	check_shown("a title", "a title");
	/* One field at a time, as root may. */
	CHECK(!prctl(PR_SET_MM, PR_SET_MM_ARG_END, (unsigned long)own + sizeof(own), 0, 0), "PR_SET_MM_ARG_END: %s", strerror(errno));
	CHECK(!prctl(PR_SET_MM, PR_SET_MM_ARG_START, (unsigned long)own, 0, 0), "PR_SET_MM_ARG_START: %s", strerror(errno));
	check_shown("the program's own", own);
	uss_setproctitle("-another title");
	check_shown("a title afterwards", own);
	pid = fork();
	if (pid == 0) {
		check_shown("child", own);
		_exit(0);
	}
	reap(pid);
	/* Its pages gone, what it said still holds. */
	CHECK(!munmap(my_title_area(), TITLE_AREA_SIZE) && !munmap((void *)(uintptr_t)uss_page_base(), 3 * (size_t)sysconf(_SC_PAGESIZE)),
	      "munmap: %s", strerror(errno));
	check_shown("after munmap", own);
	return 0;
}
