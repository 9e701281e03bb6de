/* SPDX-License-Identifier: MIT */
/*
 * ask_for_ever FILE [storm]: forks, vforks and compares its pid, names and other values until FILE exists, while the module
 * may be loaded and unloaded. With storm it also sets titles and execs itself. Exits with 0 if no answer was wrong.
 */
#include <sys/utsname.h>

#include "../test.h"

static long processors;

/* Retries until uname(2) returns the same before and after, because another process sets names. */
static void check_names(const char *where)
{
	struct utsname before, ours, after;
	char host[65];
	double loads[3];

	do
		CHECK(!syscall(SYS_uname, &before) && !uss_uname(&ours) && !uss_gethostname(host, sizeof(host)) &&
			      !syscall(SYS_uname, &after),
		      "%s: %s", where, strerror(errno));
	while (memcmp(&before, &after, sizeof(after)));
	CHECK(!memcmp(&ours, &after, sizeof(after)) && !strcmp(host, after.nodename), "%s: %s and %s, expected %s", where, ours.nodename,
	      host, after.nodename);
	CHECK(uss_getloadavg(loads, 3) == 3 && loads[0] >= 0 && loads[0] < 10000, "%s: load average %f", where, loads[0]);
	CHECK(uss_nprocs_onln() == processors, "%s: %ld processors", where, uss_nprocs_onln());
}

static void check_child(uint64_t parent_forkid, const char *where)
{
	check_pid(where);
	check_names(where);
	CHECK(uss_forkid() != parent_forkid, "%s: it has its parent's fork id", where);
}

/* The command line is a complete title or the original one, which returns when the module is unloaded. */
static void check_title(const char *program, const char *title)
{
	char text[4096] = "";
	int fd = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) >= 0, "cmdline: %s", strerror(errno));
	close(fd);
	CHECK(!*text || !strcmp(text, program) || !strcmp(text, title), "command line: %s", text);
}

static void storm(char **argv, int round)
{
	char title[300];

	snprintf(title, sizeof(title), "title %d %0*d", round, round % 250 + 1, 0);
	uss_set_title(title, strlen(title));
	check_title(argv[0], title);
	uss_set_title(NULL, 0);
	if (round % 16 == 15) {
		execv("/proc/self/exe", argv);
		CHECK(false, "exec: %s", strerror(errno));
	}
}

int main(int argc, char **argv)
{
	static int round;
	const intptr_t area = (intptr_t)my_title_area();	/* 0 or -1: no title area */
	uint64_t before;
	int i;
	pid_t pid;

	CHECK(argc >= 2, "usage: %s FILE [storm]", argv[0]);
	processors = sysconf(_SC_NPROCESSORS_ONLN);
	while (access(argv[1], F_OK) < 0) {
		for (i = 0; i < 1000; i++)
			check_pid("program");
		check_names("program");
		before = uss_forkid();
		pid = fork();
		if (pid == 0) {
			check_child(before, "fork child");
			_exit(0);
		}
		reap(pid);
		before = uss_forkid();
		pid = vfork();
		if (pid == 0) {
			check_child(before, "vfork child");
			_exit(0);
		}
		reap(pid);
		/* The title area stays writable, with or without the module. Write to its last page. */
		if (area > 0)
			((volatile char *)area)[TITLE_AREA_SIZE - 1] = 1;
		if (argc > 2)
			storm(argv, round++);
	}
	return 0;
}
