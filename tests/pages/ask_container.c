/* SPDX-License-Identifier: MIT */
/*
 * A process that asks for pages inside new user, pid and UTS namespaces is served with its pid in that pid namespace, and so
 * is its child.
 */
#include <grp.h>
#include <signal.h>

#include "asking.h"

static const volatile struct uss_process_page *page;

static void child(void)
{
	CHECK(raw_getpid() > 1, "pid %d", raw_getpid());
	check_page_serves(page, "child in the container");
}

static void asking_child(void)
{
	check_no_pages("child in the container");
	page = ask();
	check_page_serves(page, "child in the container, after it has asked");
}

static void inside(void)
{
	CHECK(raw_getpid() == 1, "pid %d", raw_getpid());
	in_fresh_process(asking_child);
	page = ask();
	check_page_serves(page, "in a container");
	CHECK(page->speaks == (USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME), "speaks %#x", page->speaks);
	in_fresh_process(child);
	/* The system page is no longer valid for this process. */
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	CHECK(!(page->speaks & USS_SPEAKS_SYSTEM), "after unshare: speaks %#x", page->speaks);
	check_page_serves(page, "after unshare");
}

static void container(void)
{
	pid_t pid;

	CHECK(!setgroups(0, NULL) && !setgid(65534) && !setuid(65534), "becoming an ordinary user: %s", strerror(errno));
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, 0);
	CHECK(pid >= 0, "clone: %s", strerror(errno));
	if (pid == 0) {
		inside();
		_exit(0);
	}
	reap(pid);
}

int main(void)
{
	int i;

	require_pages_on_demand();
	for (i = 0; i < 10; i++)
		in_fresh_process(container);
	return 0;
}
