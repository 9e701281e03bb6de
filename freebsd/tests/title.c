/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title.c - a title of any length up to 2048 bytes is what kern.proc.args returns, to others and to the process; without one it is the
 * arguments
 */
#include "test.h"

int
main(void)
{
	static const size_t lengths[] = { 0, 1, 255, 256, 257, 290, 479, 1024, 2047, 2048 };
	char before[4096], text[USS_TITLE_MAX + 1], back[USS_TITLE_MAX + 1];
	ssize_t length = read_args(raw_getpid(), before, sizeof(before));
	pid_t child;
	size_t i, j;

	CHECK(length > 0, "kern.proc.args: %s", strerror(errno));
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (j = 0; j < lengths[i]; j++)
			text[j] = (char)('a' + (i + j) % 26);
		text[lengths[i]] = '\0';
		CHECK(uss_set_title(text, lengths[i]) == 0, "uss_set_title: %s", strerror(errno));
		CHECK((uss_served() & USS_SERVED_TITLE) && ask_pages()->title_area != 0, "titles are not served");
		check_title(raw_getpid(), text);
		CHECK(uss_getproctitle(back, sizeof(back)) == (ssize_t)lengths[i] && strcmp(back, text) == 0, "uss_getproctitle");
		child = fork();
		if (child == 0) {
			check_title(getppid(), text);
			_exit(0);
		}
		reap(child);
	}
	CHECK(uss_set_title(NULL, 0) == 0, "uss_set_title: %s", strerror(errno));
	CHECK(read_args(raw_getpid(), text, sizeof(text)) == length && memcmp(text, before, (size_t)length) == 0, "\"%.60s\"", text);
	return (0);
}
