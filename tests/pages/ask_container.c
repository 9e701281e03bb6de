/* SPDX-License-Identifier: MIT */
/* A process that asks in new user, pid and UTS namespaces gets its pid as it is seen there, and so does its child. */
#include <grp.h>
#include <signal.h>

#include "asking.h"

static const volatile struct uss_process_page *page;

static void child(void)
{
	CHECK(raw_getpid() > 1, "pid %d", raw_getpid());
	check_page_serves(page, "child in the container");
}

static void never_asked_child(void)
{
	check_has_not_asked("child in the container");
	page = ask();
	check_page_serves(page, "child in the container that asks itself");
}

static void inside(void)
{
	CHECK(raw_getpid() == 1, "pid %d", raw_getpid());
	in_fresh_process(never_asked_child);
	page = ask();
	check_page_serves(page, "in a container");
	CHECK(page->speaks == (USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME), "speaks %#x", page->speaks);
	in_fresh_process(child);
	/* From now on the parts of the name are another namespace's. */
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	CHECK(!(page->speaks & USS_SPEAKS_SYSTEM), "after unshare: speaks %#x", page->speaks);
	check_page_serves(page, "after unshare");
}

static void container(void)
{
	pid_t pid;

	CHECK(!setgroups(0, NULL) && !setgid(65534) && !setuid(65534), "to nobody: %s", strerror(errno));
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

	for (i = 0; i < 10; i++)
		in_fresh_process(container);
	return 0;
}
