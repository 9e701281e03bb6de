/* SPDX-License-Identifier: MIT */
/*
 * A program holds its pages in a pipe (vmsplice) and leaves its UTS namespace. It gets right answers all the same. After the
 * module is unloaded the pipe still has the old namespace's system page and the first title page, both unchanged.
 * (debug/leaks.sh proves that the pages are freed with the pipe.)
 */
#include <sched.h>
#include <sys/uio.h>

#include "unload.h"

#define PAGE 4096
#define HELD 4		/* process, system and machine page, first page of the title area */

static char before[HELD * PAGE], after[HELD * PAGE];	/* contents of the pipe */

static void check_name(const char *expected)
{
	char answer[65], real[65];

	CHECK(!uss_gethostname(answer, sizeof(answer)) && !gethostname(real, sizeof(real)), "%s", strerror(errno));
	CHECK(!strcmp(answer, expected) && !strcmp(real, expected), "uss_gethostname returns %s, gethostname %s", answer, real);
}

/* The pipe is the last holder of the pages. */
static void hold_pages(void)
{
	struct iovec pages = { (void *)(uintptr_t)uss_page_base(), sizeof(before) };
	const struct uss_system_page *kept = (const void *)(after + PAGE);
	ssize_t length, all = 0;
	int fds[2];

	check_name("old");
	CHECK(!uss_set_title("a title", 7) && !pipe2(fds, O_CLOEXEC), "title, pipe: %s", strerror(errno));
	CHECK(vmsplice(fds[1], &pages, 1, 0) == (ssize_t)sizeof(before), "vmsplice: %s", strerror(errno));
	memcpy(before, pages.iov_base, sizeof(before));
	CHECK(!unshare(CLONE_NEWUTS) && !sethostname("new", 3), "unshare: %s", strerror(errno));
	check_name("new");
	check_served("in another namespace");
	unload_module();
	check_name("new");
	check_fallback("after unload");
	while ((length = read(fds[0], after + all, sizeof(after) - (size_t)all)) > 0 && (all += length) < (ssize_t)sizeof(after))
		;
	CHECK(all == (ssize_t)sizeof(after), "read: %s", strerror(errno));
	CHECK(kept->header.magic == USS_MAGIC_SYSTEM && !strcmp(kept->names.nodename, "old"),
	      "the system page in the pipe has host name %s", kept->names.nodename);
	CHECK(!memcmp(before + 3 * PAGE, after + 3 * PAGE, PAGE), "the title page in the pipe changed");
}

int main(int argc, char **argv)
{
	(void)argv;
	main_of_program(argc, hold_pages);
	CHECK(!unshare(CLONE_NEWUTS) && !sethostname("old", 3), "unshare: %s", strerror(errno));
	load_module();
	reap(start_program());
	return 0;
}
