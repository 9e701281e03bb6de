/* SPDX-License-Identifier: MIT */
/* selftest_titles.c - trials of selftest: titles, as another process reads them in /proc/PID/cmdline */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

#define TEXT_SIZE 8192

/* Reads the command line of @pid up to its first NUL. Returns false on failure, which is recorded. */
static bool read_cmdline(pid_t pid, char text[TEXT_SIZE])
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	if (uss_self_read(path, text, TEXT_SIZE) >= 0)
		return true;
	uss_self_not_allowed(path);
	return false;
}

static void compare_title(pid_t pid, const char *title, const char *where)
{
	char text[TEXT_SIZE];

	if (!read_cmdline(pid, text))
		return;
	uss_self_count(USS_SERVED_TITLE);
	if (strcmp(text, title))
		uss_self_differs("%s: the title is '%.40s', /proc/PID/cmdline says '%.40s'", where, title, text);
}

/* Sets a title in this process and has a child read it. */
static void set_title(const char *title, const char *where)
{
	pid_t me = (pid_t)syscall(SYS_getpid), pid;

	if (uss_set_title(title, strlen(title)) < 0)
		return uss_self_not_allowed("uss_set_title()");
	compare_title(me, title, where);
	pid = uss_self_fork();
	if (pid < 0)
		return;
	if (pid == 0) {
		compare_title(me, title, "read by a child");
		compare_title((pid_t)syscall(SYS_getpid), title, "title that a child inherited");
		if (uss_set_title("child", 5) == 0)
			compare_title((pid_t)syscall(SYS_getpid), "child", "title of a child");
		compare_title(me, title, "after the child has set its own title");
		_exit(0);
	}
	uss_self_reap(pid);
}

static void try_titles(void)
{
	static const size_t lengths[] = { 1, 20, 200, 1000, 2000, USS_TITLE_LIMIT };
	char title[USS_TITLE_LIMIT + 1];
	size_t i;

	uss_self_expect(USS_SERVED_TITLE, "this process");
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		memset(title, 'a' + (int)i, lengths[i]);
		title[lengths[i]] = '\0';
		set_title(title, "title");
	}
}

static void try_remove(void)
{
	char before[TEXT_SIZE];
	pid_t me = (pid_t)syscall(SYS_getpid);

	if (!read_cmdline(me, before))
		return;
	uss_set_title("selftest", 8);
	compare_title(me, "selftest", "title");
	uss_set_title(NULL, 0);
	compare_title(me, before, "after the title was removed");
	uss_setproctitle("-again %d", 2);
	compare_title(me, "again 2", "title set again");
}

/* A reader beside the writer finds a whole title of one letter, of the right length, every time. */
static void read_titles(pid_t writer)
{
	char text[TEXT_SIZE];
	size_t length;
	int i;

	for (i = 0; i < 500; i++) {
		if (!read_cmdline(writer, text))
			return;
		length = strlen(text);
		uss_self_count(USS_SERVED_TITLE);
		if (length != (*text == 'a' ? 1000 : 30) || strspn(text, *text == 'a' ? "a" : "b") != length)
			uss_self_differs("a reader beside the writer found '%.20s...', %zu bytes", text, length);
	}
}

static void try_torn(void)
{
	char titles[2][1001] = { "", "" };
	pid_t pid, me = (pid_t)syscall(SYS_getpid);
	unsigned int i;

	/* The classic method does not promise that. */
	if (!(uss_served() & USS_SERVED_TITLE)) {
		uss_self_compare("titles by the classic method");
		return;
	}
	memset(titles[0], 'a', 1000);
	memset(titles[1], 'b', 30);
	uss_set_title(titles[0], 1000);
	pid = uss_self_fork();
	if (pid < 0)
		return;
	if (pid == 0) {
		read_titles(me);
		_exit(0);
	}
	for (i = 1; waitpid(pid, NULL, WNOHANG) == 0; i++)
		uss_set_title(titles[i & 1], strlen(titles[i & 1]));
}

/* The program after exec shows its own command line. */
static void try_exec(void)
{
	char *argv[] = { "selftest-title-exec", "selftest", "--pause", NULL }, text[TEXT_SIZE] = "";
	pid_t pid = uss_self_fork();
	int tries;

	if (pid < 0)
		return;
	if (pid == 0) {
		uss_set_title("selftest", 8);
		execv("/proc/self/exe", argv);
		_exit(1);
	}
	for (tries = 0; tries < 5000 && strcmp(text, argv[0]); tries++) {
		if (!read_cmdline(pid, text))
			break;
		usleep(1000);
	}
	uss_self_count(USS_SERVED_TITLE);
	if (strcmp(text, argv[0]))
		uss_self_differs("after exec /proc/PID/cmdline says '%.40s'", text);
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* clang-format off */
const struct uss_trial uss_trials_titles[] = {
	{ "titles of all lengths, inherited by fork", try_titles },
	{ "title removed, and set again", try_remove },
	{ "titles read while they are set", try_torn },
	{ "title ended by exec", try_exec },
	{ NULL, NULL },
};
/* clang-format on */
