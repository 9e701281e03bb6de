/* SPDX-License-Identifier: MIT */
/*
 * An ordinary user's process in new user, pid, UTS and mount namespaces, as in a container, is served with its own pid and
 * names, also after fork and exec. Names set inside are not visible outside, and the other way round.
 */
#include <grp.h>
#include <sched.h>
#include <signal.h>

#include "test.h"

static void check_name(const char *expected, const char *where)
{
	char answer[65];

	CHECK(!uss_gethostname(answer, sizeof(answer)) && !strcmp(answer, expected), "%s: %s, expected %s", where, answer, expected);
	CHECK((uss_served() & (USS_SERVED_NAMES | USS_SERVED_PID)) == (USS_SERVED_NAMES | USS_SERVED_PID), "%s: not served", where);
}

static void inside(char *program)
{
	CHECK(uss_getpid() == 1 && raw_getpid() == 1, "pid %d in a new pid namespace", uss_getpid());
	check_name("outside", "container, at first");
	CHECK(!sethostname("inside", 6), "sethostname: %s", strerror(errno));
	check_name("inside", "container");
	if (fork() == 0) {
		check_served("container's child");
		check_name("inside", "container's child");
		execl(program, program, "inside", NULL);
		_exit(1);
	}
	reap(-1);
}

int main(int argc, char **argv)
{
	/* The path as it was called: an ordinary user may not search the directories above a checkout in /root. */
	char *program = argv[0];
	pid_t pid;

	if (argc == 2) {
		check_served("container after exec");
		check_name(argv[1], "container after exec");
		return 0;
	}
	CHECK(!sethostname("outside", 7), "sethostname: %s", strerror(errno));
	check_name("outside", "outside");
	pid = fork();
	if (pid == 0) {
		CHECK(!setgroups(0, NULL) && !setgid(65534) && !setuid(65534), "becoming an ordinary user: %s", strerror(errno));
		pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, 0);
		CHECK(pid >= 0, "clone: %s", strerror(errno));
		if (pid == 0)
			inside(program);
		else
			reap(pid);
		_exit(0);
	}
	reap(pid);
	check_name("outside", "outside, afterwards");
	return 0;
}
