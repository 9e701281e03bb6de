/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * show_refused.c - kern.usrsysshm_pages.PID: EPERM for one that may not debug the process, ESRCH without the process, ENXIO if it has no
 * pages
 */
#include <signal.h>

#include "show.h"

static struct uss_pages shown;

static void
check_refused(pid_t pid, int error)
{
	int result = show_pages(pid, &shown), err = errno;

	CHECK(result != 0 && err == error, "process %d: %s, not %s", pid, result == 0 ? "shown" : strerror(err), strerror(error));
}

int
main(void)
{
	pid_t parent = raw_getpid(), child;

	SKIP(geteuid() != 0, "only root becomes another user");
	child = fork();
	if (child == 0) {
		check_refused(raw_getpid(), ENXIO);
		pause();
	}
	usleep(100000);
	/* It has not asked, nor has its parent when it was forked. */
	check_refused(child, ENXIO);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	check_refused(child, ESRCH);
	check_refused(-2, ESRCH);
	check_refused(0, ENXIO);

	CHECK(ask_pages() != NULL, "no pages");
	CHECK(show_pages(parent, &shown) == 0, "kern.usrsysshm_pages: %s", strerror(errno));
	child = fork();
	if (child == 0) {
		CHECK(setuid(65534) == 0, "setuid: %s", strerror(errno));
		check_refused(parent, EPERM);
		check_refused(1, EPERM);
		CHECK(show_pages(raw_getpid(), &shown) == 0, "a process may not see its own pages: %s", strerror(errno));
		_exit(0);
	}
	reap(child);
	return (0);
}
