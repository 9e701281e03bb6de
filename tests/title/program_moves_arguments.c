/* SPDX-License-Identifier: MIT */
/*
 * A program that has a title and then sets the address of its command line itself (prctl PR_SET_MM) overrides the title, also
 * in its children.
 */
#include <sys/mman.h>
#include <sys/prctl.h>

#include "test.h"

static void check_shown(const char *where, const char *text)
{
	char shown[4096] = "";
	int fd = open("/proc/self/cmdline", O_RDONLY);

	CHECK(fd >= 0 && read(fd, shown, sizeof(shown) - 1) > 0, "read: %s", strerror(errno));
	close(fd);
	CHECK(!strcmp(shown, text), "%s: the command line is %s, expected %s", where, shown, text);
}

int main(void)
{
	/* The text must be in anonymous memory: the kernel does not show a file mapping. */
	char own[] = "the program's own";
	pid_t pid;

	CHECK(uss_served() & USS_SERVED_TITLE, "titles are not served");
	uss_setproctitle("-a title");
	check_shown("with a title", "a title");
	/* One field at a time, which requires root. */
	CHECK(!prctl(PR_SET_MM, PR_SET_MM_ARG_END, (unsigned long)own + sizeof(own), 0, 0), "PR_SET_MM_ARG_END: %s", strerror(errno));
	CHECK(!prctl(PR_SET_MM, PR_SET_MM_ARG_START, (unsigned long)own, 0, 0), "PR_SET_MM_ARG_START: %s", strerror(errno));
	check_shown("after prctl", own);
	uss_setproctitle("-another title");
	check_shown("after another title", own);
	pid = fork();
	if (pid == 0) {
		check_shown("child", own);
		_exit(0);
	}
	reap(pid);
	/* After the pages are unmapped, the program's choice still holds. */
	CHECK(!munmap(my_title_area(), TITLE_AREA_SIZE) && !munmap((void *)(uintptr_t)uss_page_base(), 3 * (size_t)sysconf(_SC_PAGESIZE)),
	      "munmap: %s", strerror(errno));
	check_shown("after munmap", own);
	return 0;
}
