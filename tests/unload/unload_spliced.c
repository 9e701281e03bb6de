/* SPDX-License-Identifier: MIT */
/*
 * A program holds its pages in a pipe (vmsplice) and leaves its UTS namespace. It gets right answers all the same. After the
 * module is unloaded the pipe still has the old namespace's system page and the first title page, both unchanged. (Kernels that look for
 * the mapping, not only for the pages, do not lend the read-only ones, which are VM_IO.)
 * (debug/leaks.sh proves that the pages are freed with the pipe.)
 */
#include <sched.h>
#include <sys/uio.h>

#include "unload.h"

#define PAGE 4096

/* Contents of the pipe: process, system and machine page, or some of them or none; first page of the title area. */
static char before[4 * PAGE], after[4 * PAGE];

static void check_name(const char *expected)
{
	char answer[65], real[65];

	CHECK(!uss_gethostname(answer, sizeof(answer)) && !gethostname(real, sizeof(real)), "%s", strerror(errno));
	CHECK(!strcmp(answer, expected) && !strcmp(real, expected), "uss_gethostname returns %s, gethostname %s", answer, real);
}

/* The pipe is the last holder of the pages. */
static void hold_pages(void)
{
	struct iovec pages = { (void *)(uintptr_t)uss_page_base(), 3 * PAGE }, title = { NULL, PAGE };
	const struct uss_system_page *kept = (const void *)(after + PAGE);
	ssize_t length, lent, all = 0;
	int fds[2];

	check_name("old");
	CHECK(!uss_set_title("a title", 7) && !pipe2(fds, O_CLOEXEC), "title, pipe: %s", strerror(errno));
	title.iov_base = (void *)(uintptr_t)my_page()->title_area;
	lent = vmsplice(fds[1], &pages, 1, 0);
	CHECK(lent % PAGE == 0 || (lent < 0 && errno == EFAULT), "vmsplice of the read-only pages: %s", strerror(errno));
	lent = lent < 0 ? 0 : lent;
	CHECK(vmsplice(fds[1], &title, 1, 0) == PAGE, "vmsplice: %s", strerror(errno));
	memcpy(before, pages.iov_base, (size_t)lent);
	memcpy(before + lent, title.iov_base, PAGE);
	CHECK(!unshare(CLONE_NEWUTS) && !sethostname("new", 3), "unshare: %s", strerror(errno));
	check_name("new");
	check_served("in another namespace");
	unload_module();
	check_name("new");
	check_fallback("after unload");
	while ((length = read(fds[0], after + all, (size_t)(lent + PAGE - all))) > 0 && (all += length) < lent + PAGE)
		;
	CHECK(all == lent + PAGE, "read: %s", strerror(errno));
	CHECK(lent < 2 * PAGE || (kept->header.magic == USS_MAGIC_SYSTEM && !strcmp(kept->names.nodename, "old")),
	      "the system page in the pipe has host name %s", kept->names.nodename);
	CHECK(!memcmp(before + lent, after + lent, PAGE), "the title page in the pipe changed");
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
