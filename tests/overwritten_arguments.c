/* SPDX-License-Identifier: MIT */
/*
 * A program that has overwritten its command line, beyond its end into the environment, as perl and sendmail do: others see the same
 * as on a kernel without the module, byte for byte, after it asks for a title area and after it removes a title; and so in its child.
 */
#include <sys/prctl.h>

#include "test.h"

/* From /proc/self/stat: where the command line begins and ends, and the environment. */
static char *arg_start, *arg_end, *env_start, *env_end;

static void find_arguments(void)
{
	char stat[2048] = "", *at;
	unsigned long address[4];
	int fd = open("/proc/self/stat", O_RDONLY), field;

	CHECK(fd >= 0 && read(fd, stat, sizeof(stat) - 1) > 0, "stat: %s", strerror(errno));
	close(fd);
	for (at = strrchr(stat, ')'), field = 2; at && field < 48; field++)
		at = strchr(at + 1, ' ');
	CHECK(at && sscanf(at, "%lu %lu %lu %lu", &address[0], &address[1], &address[2], &address[3]) == 4, "stat: %s", stat);
	arg_start = (char *)address[0];
	arg_end = (char *)address[1];
	env_start = (char *)address[2];
	env_end = (char *)address[3];
}

struct shown {
	char text[3 * 4096];
	ssize_t length, at_offsets[5];
};

/* At once, and in pieces that begin anywhere. */
static struct shown read_shown(void)
{
	static const off_t offsets[5] = { 1, 40, 300, 4095, 4097 };
	struct shown shown;
	char piece[512];
	ssize_t got;
	int fd = open("/proc/self/cmdline", O_RDONLY), i;

	memset(&shown, 0, sizeof(shown));
	CHECK(fd >= 0, "open: %s", strerror(errno));
	while ((got = read(fd, shown.text + shown.length, 1000)) > 0 && shown.length < 2 * 4096)
		shown.length += got;
	for (i = 0; i < 5; i++) {
		shown.at_offsets[i] = pread(fd, piece, sizeof(piece), offsets[i]);
		if (shown.at_offsets[i] > 0)
			memcpy(shown.text + shown.length + i * 512, piece, (size_t)shown.at_offsets[i]);
	}
	close(fd);
	return shown;
}

static void check_same(const char *what, const char *when, const struct shown *stock)
{
	struct shown shown = read_shown();

	CHECK(!memcmp(&shown, stock, sizeof(shown)), "%s, %s: %zd bytes (%zd %zd %zd at offsets): %.60s; stock has %zd (%zd %zd %zd): %.60s", what,
	      when, shown.length, shown.at_offsets[0], shown.at_offsets[1], shown.at_offsets[2], shown.text, stock->length,
	      stock->at_offsets[0], stock->at_offsets[1], stock->at_offsets[2], stock->text);
}

/* In a process of its own, that has not asked for a title area yet. */
static void try(const char *what, size_t length, bool nul_at_end, bool move_environment)
{
	pid_t pid = fork();
	struct shown stock;

	if (pid == 0) {
		memset(arg_start, 'x', length);
		if ((size_t)(env_end - arg_start) > length)
			arg_start[length] = '\0';
		if (nul_at_end)
			arg_end[-1] = '\0';
		if (move_environment)
			CHECK(!prctl(PR_SET_MM, PR_SET_MM_ENV_START, (unsigned long)env_start + 8, 0, 0), "PR_SET_MM: %s", strerror(errno));
		stock = read_shown();
		CHECK(my_title_area(), "no title area");
		check_same(what, "title area asked for", &stock);
		uss_setproctitle("-a title");
		CHECK(!strcmp(read_shown().text, "a title"), "%s: the title is not shown", what);
		uss_setproctitle(NULL);
		check_same(what, "title removed", &stock);
		if (fork() == 0) {
			check_same(what, "child", &stock);
			_exit(0);
		}
		reap(-1);
		_exit(0);
	}
	reap(pid);
}

int main(int argc, char **argv)
{
	static char big[6000];
	char *environment[] = { big, NULL };
	size_t arguments, all;

	if (argc == 1) {
		memset(big, 'e', sizeof(big) - 1);
		big[1] = '=';
		execle("/proc/self/exe", argv[0], "some", "arguments", NULL, environment);
		CHECK(false, "exec: %s", strerror(errno));
	}
	find_arguments();
	arguments = (size_t)(arg_end - arg_start);
	all = (size_t)(env_end - arg_start);
	CHECK(arg_end == env_start && all > 6000, "environment elsewhere");
	try("untouched", 0, false, false);
	try("shorter", arguments / 2, false, false);
	try("to the end", arguments, true, false);
	try("beyond the end", arguments + 100, false, false);
	try("beyond the end, with a NUL there", arguments + 100, true, false);
	try("beyond a page", 5000, false, false);
	try("all of it", all, false, false);
	try("beyond the end, environment elsewhere", arguments + 100, false, true);
	return 0;
}
