/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_hidden.c - with security.bsd.see_other_uids=0 the title of another user's process is as hidden as its arguments
 */
#include <signal.h>

#include "test.h"

static int
set_visible(int visible)
{
	size_t size = sizeof(int);
	int before;

	CHECK(sysctlbyname("security.bsd.see_other_uids", &before, &size, &visible, sizeof(visible)) == 0, "see_other_uids: %s", strerror(errno));
	return (before);
}

static int
look(pid_t target)
{
	char text[4096] = "";
	pid_t child = fork();
	int status;

	if (child == 0) {
		CHECK(setuid(4711) == 0, "setuid: %s", strerror(errno));
		_exit(read_args(target, text, sizeof(text)) > 0 && strcmp(text, "secret") == 0 ? 7 : 8);
	}
	CHECK(waitpid(child, &status, 0) == child && WIFEXITED(status), "waitpid");
	return (WEXITSTATUS(status));
}

int
main(void)
{
	int before, seen;

	SKIP(geteuid() != 0, "only root sets see_other_uids");
	CHECK(uss_set_title("secret", 6) == 0, "uss_set_title: %s", strerror(errno));
	before = set_visible(1);
	CHECK(look(raw_getpid()) == 7, "another user does not see the title");
	set_visible(0);
	seen = look(raw_getpid());
	set_visible(before);
	CHECK(seen == 8, "another user sees the title");
	return (0);
}
