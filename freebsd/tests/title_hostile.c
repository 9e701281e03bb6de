/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_hostile.c - a process that fills its title area with anything cannot disturb a reader, which gets the arguments or a bounded text
 */
#include <sys/time.h>

#include <signal.h>

#include "test.h"

static void
scribble(struct uss_title_page *area)
{
	u_int i;

	for (i = 0; i < sizeof(*area) / 4; i++)
		((volatile uint32_t *)area)[i] = arc4random();
	/* Often one that looks right. */
	area->current_title = USS_TITLE(arc4random_uniform(USS_TITLE_SLOTS + 2), arc4random_uniform(USS_TITLE_MAX + 2), 7);
	area->slot[arc4random_uniform(USS_TITLE_SLOTS)] = USS_SLOT(7, 0, USS_SLOT_PUBLISHED);
	area->reading = arc4random();
}

static void
hostile(void)
{
	struct uss_title_page *area;

	CHECK(uss_set_title("hostile", 7) == 0, "uss_set_title: %s", strerror(errno));
	area = (struct uss_title_page *)(uintptr_t)ask_pages()->title_area;
	CHECK(area != NULL, "no title area");
	for (;;)
		scribble(area);
}

int
main(void)
{
	pid_t child = fork();
	char text[8192];
	struct timeval before, after;
	ssize_t length;
	int i;

	if (child == 0)
		hostile();
	gettimeofday(&before, NULL);
	for (i = 0; i < 20000; i++) {
		length = read_args(child, text, sizeof(text));
		CHECK(length >= 0 && length <= USS_TITLE_MAX + 1, "read %d: %zd bytes, errno %d", i, length, errno);
	}
	gettimeofday(&after, NULL);
	kill(child, SIGKILL);
	CHECK(waitpid(child, NULL, 0) == child, "waitpid");
	CHECK(after.tv_sec - before.tv_sec < 60, "the readers took %jd s", (intmax_t)(after.tv_sec - before.tv_sec));
	return (0);
}
