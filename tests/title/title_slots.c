/* SPDX-License-Identifier: MIT */
/*
 * Which slots of the title area are claimed for new titles: not the one that is current, nor the one that the kernel says it is
 * reading, nor those of a living writer. Those that killed writers have left behind are claimed again before they are all that is
 * left: no slot is written again before seven others have been, which is the time that a reader in the process has.
 */
#include <signal.h>
#include <time.h>

#include "test.h"

#define BETWEEN 8

static struct uss_title_page *area(void)
{
	CHECK(my_page() && my_page()->title_area, "no title area");
	return (struct uss_title_page *)(uintptr_t)my_page()->title_area;
}

/* As if @pid, which shares this memory, were stopped or killed while it writes into all slots but the current one and @left others. */
static void fill_slots(pid_t pid, int left)
{
	unsigned int slot;

	for (slot = 0; slot < USS_TITLE_SLOTS; slot++) {
		if (slot == USS_TITLE_SLOT(area()->current_title))
			continue;
		area()->slot[slot] = left-- > 0 ? USS_SLOT(USS_SLOT_STAMP(area()->slot[slot]) + 1, 0, USS_SLOT_FREE) :
						  USS_SLOT(USS_SLOT_STAMP(area()->slot[slot]) + 1, pid, USS_SLOT_WRITING);
	}
}

/* Sets many titles; returns how many different slots came at the least between two uses of the same, that one included. */
static int set_titles(void)
{
	int last[USS_TITLE_SLOTS] = { 0 }, least = USS_TITLE_SLOTS, i;
	unsigned int slot;

	for (i = 1; i <= 200; i++) {
		uss_setproctitle("-title %d", i);
		slot = USS_TITLE_SLOT(area()->current_title);
		CHECK(slot < USS_TITLE_SLOTS, "no title");
		/* The first time round finds them. */
		if (i > 50 && i - last[slot] < least)
			least = i - last[slot];
		last[slot] = i;
	}
	return least;
}

static pid_t start_child(void)
{
	pid_t pid = fork();

	if (pid == 0)
		for (;;)
			pause();
	CHECK(pid > 0, "fork: %s", strerror(errno));
	return pid;
}

static void end_child(pid_t pid)
{
	kill(pid, SIGKILL);
	CHECK(waitpid(pid, NULL, 0) == pid, "waitpid");
}

static void check_shown(const char *title)
{
	char shown[64] = "";
	int fd = open("/proc/self/cmdline", O_RDONLY);

	CHECK(read(fd, shown, sizeof(shown) - 1) > 0 && !strcmp(shown, title), "shown is %s, not %s", shown, title);
	close(fd);
}

/* As the kernel does, for longer. */
static void read_current(void)
{
	__u64 title;

	uss_setproctitle("-being read");
	title = area()->current_title;
	area()->reading = title;
	set_titles();
	CHECK(area()->reading == title, "somebody else has read the title meanwhile");
	CHECK(!strcmp((char *)area() + USS_SLOT_OFFSET(USS_TITLE_SLOT(title)), "being read"), "written over while it is read");
	check_shown("title 200");
	CHECK(area()->reading == 0, "the kernel does not say that it has read");
}

static void read_for_ever(int fd)
{
	char shown[USS_TITLE_MAX];

	while (pread(fd, shown, sizeof(shown), 0) > 0)
		;
	_exit(1);
}

/* The kernel says what it reads, while it does. */
static void see_reading(void)
{
	struct timespec begin, now;
	char text[USS_TITLE_MAX];
	__u64 reading = 0;
	pid_t pid;
	int fd;

	memset(text, 'x', sizeof(text));
	CHECK(uss_set_title(text, sizeof(text)) == 0, "uss_set_title: %s", strerror(errno));
	fd = open("/proc/self/cmdline", O_RDONLY);
	CHECK(fd >= 0, "open: %s", strerror(errno));
	pid = fork();
	CHECK(pid >= 0, "fork: %s", strerror(errno));
	if (pid == 0)
		read_for_ever(fd);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		reading = __atomic_load_n(&area()->reading, __ATOMIC_RELAXED);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!reading && now.tv_sec - begin.tv_sec < 30);
	CHECK(reading == area()->current_title, "the kernel says %#llx when it reads %#llx", (unsigned long long)reading,
	      (unsigned long long)area()->current_title);
	end_child(pid);
	close(fd);
}

/* Where a title was removed it may just be being read, as one that was replaced. */
static void remove_between(void)
{
	unsigned int slot[20], i, j;

	for (i = 0; i < 20; i++) {
		uss_setproctitle("-title %u", i);
		slot[i] = USS_TITLE_SLOT(area()->current_title);
		for (j = i < BETWEEN ? 0 : i - BETWEEN + 1; j < i; j++)
			CHECK(slot[i] != slot[j], "the slot of a removed title is written again at the %uth", i - j);
		uss_setproctitle(NULL);
		CHECK(!area()->current_title, "there is a title");
	}
}

/* With all others being written the title goes the old way, for good. */
static void keep_current(void)
{
	pid_t pid = start_child();
	__u64 current;

	uss_setproctitle("-current");
	current = area()->current_title;
	fill_slots(pid, 0);
	uss_setproctitle("-elsewhere");
	check_shown("elsewhere");
	CHECK(area()->current_title == current && !strcmp((char *)area() + USS_SLOT_OFFSET(USS_TITLE_SLOT(current)), "current"),
	      "the current slot is written over");
	end_child(pid);
}

int main(void)
{
	pid_t pid;
	int least, left;

	uss_setproctitle("-first");
	CHECK(set_titles() == USS_TITLE_SLOTS, "not all slots are used");
	remove_between();
	read_current();
	/* On one processor it reads while we do not look. */
	if (uss_nprocs_onln() > 1)
		see_reading();
	for (left = 0; left < 3; left++) {
		pid = start_child();
		end_child(pid);
		fill_slots(pid, left);
		least = set_titles();
		CHECK(least >= BETWEEN, "with %d slots left, one is written again at the %dth title", left, least);
		check_shown("title 200");
	}
	pid = start_child();
	fill_slots(pid, 2);
	least = set_titles();
	CHECK(least == 3, "slots of the living: one is written again at the %dth title", least);
	check_shown("title 200");
	end_child(pid);
	least = set_titles();
	CHECK(least >= BETWEEN, "after the living died, one is written again at the %dth title", least);
	keep_current();
	return 0;
}
