/* SPDX-License-Identifier: MIT */
/*
 * A program may do anything to its own pages: madvise, lock, move, unmap parts, unmap all. The live counts follow, and a
 * forked child finds the pages as its parent left them.
 */
#include <sys/mman.h>

#include "test.h"

static size_t page_size;

static void in_child(void (*act)(char *pages, size_t size), char *pages, size_t size)
{
	pid_t pid = fork();

	if (pid == 0) {
		act(pages, size);
		_exit(0);
	}
	reap(pid);
	check_served("parent");
}

static void advise(char *pages, size_t size)
{
	static const int advice[] = { MADV_DONTNEED, MADV_FREE, MADV_REMOVE, MADV_WILLNEED, MADV_MERGEABLE, MADV_HUGEPAGE,
				      MADV_WIPEONFORK, MADV_COLD, MADV_PAGEOUT, MADV_POPULATE_READ, MADV_POPULATE_WRITE };
	uint64_t forkid = uss_forkid();
	size_t i;

	for (i = 0; i < sizeof(advice) / sizeof(advice[0]); i++) {
		madvise(pages, size, advice[i]);
		check_served("after madvise");
		CHECK(uss_forkid() == forkid, "madvise(%d) changed the fork id", advice[i]);
	}
	mlock(pages, size);
	munlock(pages, size);
	mlockall(MCL_CURRENT | MCL_FUTURE);
	check_served("after mlockall");
}

static void move(char *pages, size_t size)
{
	const volatile struct uss_process_page *page;
	char *elsewhere = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pid_t pid;

	page = mremap(pages, 3 * page_size, 3 * page_size, MREMAP_MAYMOVE | MREMAP_FIXED, elsewhere);
	CHECK(page == (void *)elsewhere, "mremap: %s", strerror(errno));
	CHECK(page->pid == (uint32_t)raw_getpid(), "moved page: pid %u", page->pid);
	CHECK((uint64_t)read_number("/proc/sys/kernel/usrsysshm") == (uint64_t)(uintptr_t)elsewhere,
	      "the sysctl does not return the new address");
	pid = fork();
	if (pid == 0) {
		CHECK(page->pid == (uint32_t)raw_getpid(), "moved page in the child: pid %u, expected %d", page->pid, raw_getpid());
		_exit(0);
	}
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		CHECK(page->pid == 0, "moved page in a vfork child: pid %u, expected 0", page->pid);
		_exit(0);
	}
	reap(pid);
	CHECK(page->pid == (uint32_t)raw_getpid(), "moved page after vfork: pid %u", page->pid);
}

static void unmap_parts(char *pages, size_t size)
{
	char *title = my_title_area();

	/* Unmap the system page, then a title page, then the rest in pieces. */
	CHECK(!munmap(pages + page_size, page_size), "munmap");
	check_served("without the system page");
	CHECK(!munmap(title + page_size, page_size), "munmap");
	check_served("without one title page");
	title[0] = 1;
	title[2 * page_size] = 1;
	/* The process gets no other pages: there is one set or none. */
	CHECK(read_number("/proc/sys/kernel/usrsysshm") == 0, "the sysctl returns the address of incomplete pages");
	CHECK(!munmap(title, TITLE_AREA_SIZE), "munmap");
	CHECK(my_page()->title_area == 0, "the page has the address of an unmapped title area");
	CHECK(!munmap(pages, size), "munmap");
}

static void unmap(char *pages, size_t size)
{
	long processes = read_number(PROCESSES), held;
	const volatile struct uss_process_page *page;
	pid_t pid;

	check_served("before munmap");
	held = read_number(PAGES);
	CHECK(!munmap(pages, size), "munmap");
	CHECK(read_number(PROCESSES) == processes - 1, "%ld processes, before munmap %ld", read_number(PROCESSES), processes);
	CHECK(read_number(PAGES) == held - 1, "%ld pages, before munmap %ld", read_number(PAGES), held);
	pid = fork();
	if (pid == 0) {
		CHECK(read_number(PROCESSES) == processes - 1, "the child has pages although its parent has none");
		_exit(0);
	}
	reap(pid);
	pid = vfork();
	if (pid == 0)
		_exit(0);
	reap(pid);
	/* The process may ask again, and so may its children. */
	page = (const volatile void *)read_number("/proc/sys/kernel/usrsysshm");
	CHECK(page && page->pid == (uint32_t)raw_getpid(), "asked again: page %p", (const void *)(uintptr_t)page);
	pid = fork();
	if (pid == 0) {
		CHECK(page->pid == (uint32_t)raw_getpid(), "child of a process that has asked again: pid %u", page->pid);
		_exit(0);
	}
	reap(pid);
}

int main(void)
{
	char *pages = (char *)(uintptr_t)uss_page_base();
	long processes = read_number(PROCESSES), held;
	size_t size;

	page_size = (size_t)sysconf(_SC_PAGESIZE);
	CHECK(pages, "no pages");
	check_served("before");
	held = read_number(PAGES);
	size = 3 * page_size;
	in_child(advise, pages, size);
	in_child(move, pages, size);
	in_child(unmap_parts, pages, size);
	in_child(unmap, pages, size);
	CHECK(read_number(PROCESSES) == processes && read_number(PAGES) == held, "%ld processes, %ld pages; before %ld, %ld",
	      read_number(PROCESSES), read_number(PAGES), processes, held);
	return 0;
}
