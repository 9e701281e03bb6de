/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * show.c - kern.usrsysshm_pages.PID is a copy of the pages of that process, as they are now: also of one that is stopped, and of one whose
 * memory is shared
 */
#include <signal.h>

#include "names.h"
#include "show.h"

static struct uss_pages shown;

static void
check_own(const volatile struct uss_process_page *page)
{
	CHECK(show_pages(raw_getpid(), &shown) == 0, "kern.usrsysshm_pages: %s", strerror(errno));
	CHECK(shown.address == (uintptr_t)page, "the address is %jx, not %p", (uintmax_t)shown.address, (const volatile void *)page);
	CHECK(memcmp(&shown.process, (const void *)(uintptr_t)page, sizeof(shown.process)) == 0, "the process page differs");
	CHECK(memcmp(&shown.system, (const char *)(uintptr_t)page + page->system_offset, sizeof(shown.system)) == 0,
	    "the system page differs");
	CHECK(memcmp(&shown.machine, (const char *)(uintptr_t)page + page->machine_offset, sizeof(shown.machine)) == 0,
	    "the machine page differs");
}

static void
check_vfork(pid_t owner)
{
	static int result;
	pid_t child = vfork();

	if (child == 0) {
		result = show_pages(owner, &shown) == 0 && shown.process.pid == 0 && show_pages(raw_getpid(), &shown) == 0 ? 0 : 1;
		_exit(result);
	}
	reap(child);
	CHECK(shown.process.pid == 0, "a vfork child is shown with the pid %u", shown.process.pid);
}

int
main(void)
{
	const volatile struct uss_process_page *page = names_pages();
	uint64_t forkid = page->forkid;
	pid_t child;
	int status;

	check_own(page);
	child = fork();
	if (child == 0) {
		raise(SIGSTOP);
		_exit(0);
	}
	CHECK(waitpid(child, &status, WUNTRACED) == child && WIFSTOPPED(status), "the child did not stop");
	status = show_pages(child, &shown);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	CHECK(status == 0, "kern.usrsysshm_pages of a stopped process");
	CHECK((pid_t)shown.process.pid == child, "the pid is %u, not %d", shown.process.pid, child);
	CHECK(shown.process.forkid > forkid, "the fork id is %ju, the parent's %ju", (uintmax_t)shown.process.forkid, (uintmax_t)forkid);
	CHECK(shown.system.header.magic == USS_MAGIC_SYSTEM && shown.machine.header.magic == USS_MAGIC_MACHINE, "no other pages");
	check_vfork(raw_getpid());
	check_own(page);
	return (0);
}
