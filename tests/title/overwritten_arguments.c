/* SPDX-License-Identifier: MIT */
/*
 * A program overwrites its command line, beyond its end into the environment, as perl and sendmail do. Others read the same
 * bytes as without the module, after it has asked for a title area and after it has removed a title. The same holds for its
 * child.
 */
#include <sys/prctl.h>

#include "test.h"

/* From /proc/self/stat: the start and end of the command line and of the environment. */
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
	char text[4 * 4096], in_pieces[3 * 4096];
	ssize_t length, length_in_pieces, at_offsets[5];
};

/* Reads the command line at once and in pieces from several offsets. */
static struct shown read_shown(void)
{
	static const off_t offsets[5] = { 1, 40, 300, 4095, 4097 };
	static struct shown shown;
	char piece[512];
	ssize_t got;
	int fd = open("/proc/self/cmdline", O_RDONLY), i;

	memset(&shown, 0, sizeof(shown));
	CHECK(fd >= 0, "open: %s", strerror(errno));
	while ((got = read(fd, shown.text + shown.length, 1000)) > 0 && shown.length < 2 * 4096)
		shown.length += got;
	while ((got = pread(fd, shown.in_pieces + shown.length_in_pieces, 61, shown.length_in_pieces)) > 0 &&
	       shown.length_in_pieces < 2 * 4096)
		shown.length_in_pieces += got;
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

	CHECK(!memcmp(&shown, stock, sizeof(shown)),
	      "%s, %s: %zd bytes, %zd in pieces (%zd %zd %zd at offsets): %.60s; without the module %zd, %zd (%zd %zd %zd): %.60s", what,
	      when, shown.length, shown.length_in_pieces, shown.at_offsets[0], shown.at_offsets[1], shown.at_offsets[2], shown.text,
	      stock->length, stock->length_in_pieces, stock->at_offsets[0], stock->at_offsets[1], stock->at_offsets[2], stock->text);
}

static void check_child(const char *what, const char *when, const struct shown *stock)
{
	pid_t pid = fork();

	if (pid == 0) {
		check_same(what, when, stock);
		_exit(0);
	}
	reap(pid);
}

/* A child of a process with a title removes the inherited title. */
static void check_child_removes(const char *what, const struct shown *stock)
{
	pid_t pid = fork();

	if (pid == 0) {
		CHECK(!strcmp(read_shown().text, "a title"), "%s: the title is not shown in a child", what);
		CHECK(!uss_set_title(NULL, 0), "%s: uss_set_title: %s", what, strerror(errno));
		check_same(what, "title removed in a child", stock);
		_exit(0);
	}
	reap(pid);
}

/* What the program does to its arguments. */
enum {
	NUL_AT_END = 1,			/* and the text continues behind it */
	NUL_INSIDE = 2,
	ENVIRONMENT_ELSEWHERE = 4,
};

/* In a process of its own that has not asked for a title area yet. */
static void try(const char *what, size_t length, int how)
{
	size_t all = (size_t)(env_end - arg_start);
	struct shown stock;
	pid_t pid = fork();

	if (pid) {
		reap(pid);
		return;
	}
	memset(arg_start, 'x', length < all ? length : all);
	if (length < all)
		arg_start[length] = '\0';
	if (how & NUL_AT_END)
		arg_end[-1] = '\0';
	if (how & NUL_INSIDE)
		arg_start[length / 3] = arg_start[length / 3 + 5] = '\0';
	if (how & ENVIRONMENT_ELSEWHERE)
		CHECK(!prctl(PR_SET_MM, PR_SET_MM_ENV_START, (unsigned long)env_start + 8, 0, 0), "PR_SET_MM: %s", strerror(errno));
	stock = read_shown();
	CHECK(stock.length, "%s: the command line is empty", what);
	CHECK(my_title_area(), "no title area");
	check_same(what, "after asking for the title area", &stock);
	check_child(what, "child without a title", &stock);
	uss_setproctitle("-a title");
	CHECK(!strcmp(read_shown().text, "a title"), "%s: the title is not shown", what);
	check_child_removes(what, &stock);
	CHECK(!uss_set_title(NULL, 0), "%s: uss_set_title: %s", what, strerror(errno));
	check_same(what, "title removed", &stock);
	check_child(what, "child, title removed", &stock);
	_exit(0);
}

static void try_all(void)
{
	size_t arguments, all;

	find_arguments();
	arguments = (size_t)(arg_end - arg_start);
	all = (size_t)(env_end - arg_start);
	CHECK(arg_end == env_start, "the environment does not follow the arguments");
	try("untouched", 0, 0);
	try("shorter", arguments / 2, 0);
	try("a NUL inside", arguments, NUL_INSIDE);
	try("to the end", arguments, 0);
	try("to the end, with a NUL there", arguments, NUL_AT_END);
	try("all of it", all, 0);
	if (all < arguments + 200)
		return;
	try("beyond the end", arguments + 100, 0);
	try("beyond the end, with a NUL there", arguments + 100, NUL_AT_END);
	try("beyond the end, with a NUL inside", arguments + 100, NUL_INSIDE);
	try("beyond the end, environment elsewhere", arguments + 100, ENVIRONMENT_ELSEWHERE);
	if (all > 5000)
		try("beyond a page", 5000, 0);
}

static void start(const char *argument, char *environment[])
{
	pid_t pid = fork();

	if (pid == 0) {
		execle("/proc/self/exe", "overwritten_arguments", "some", argument, NULL, environment);
		CHECK(false, "exec: %s", strerror(errno));
	}
	reap(pid);
}

int main(int argc, char **argv)
{
	static char big[6000];
	char *no_environment[] = { NULL }, *small_environment[] = { "A=1", NULL }, *big_environment[] = { big, NULL };

	(void)argv;
	if (argc > 1) {
		try_all();
		return 0;
	}
	memset(big, 'e', sizeof(big) - 1);
	big[1] = '=';
	start("arguments", big_environment);
	start("arguments", small_environment);
	start("arguments", no_environment);
	start(big, big_environment);
	start(big, no_environment);
	return 0;
}
