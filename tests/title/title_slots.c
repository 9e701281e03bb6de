/* SPDX-License-Identifier: MIT */
/*
 * Which slots of the title area are claimed for new titles: not the current one, not the one that the kernel is reading, not
 * one whose writer is alive. Slots left behind by killed writers are reclaimed before all others run out. No slot is written
 * again before seven other slots have been written, which gives a reader inside the process time to read.
 */
#include <signal.h>
#include <time.h>

#include "test.h"

#define MIN_DISTANCE 8

static struct uss_title_page *area(void)
{
	CHECK(my_page() && my_page()->title_area, "no title area");
	return (struct uss_title_page *)(uintptr_t)my_page()->title_area;
}

/*
 * Simulates @pid, which shares this memory, being stopped or killed while it writes into all slots but the current one and
 * @left others.
 */
static void fill_slots(pid_t pid, int left)
{
	unsigned int slot;

	for (slot = 0; slot < USS_TITLE_SLOTS; slot++) {
		if (slot == USS_TITLE_SLOT(area()->current_title))
			continue;
		area()->slot[slot] = left-- > 0 ? USS_SLOT(USS_SLOT_STAMP(area()->slot[slot]) + 1, 0, USS_SLOT_FREE)
						: USS_SLOT(USS_SLOT_STAMP(area()->slot[slot]) + 1, pid, USS_SLOT_WRITING);
	}
}

/* Sets many titles. Returns the smallest distance, in titles, between two uses of the same slot. */
static int set_titles(void)
{
	int last[USS_TITLE_SLOTS] = { 0 }, least = USS_TITLE_SLOTS, i;
	unsigned int slot;

	for (i = 1; i <= 200; i++) {
		uss_setproctitle("-title %d", i);
		slot = USS_TITLE_SLOT(area()->current_title);
		CHECK(slot < USS_TITLE_SLOTS, "no title");
		/* The first round finds the slots. */
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

	CHECK(read(fd, shown, sizeof(shown) - 1) > 0 && !strcmp(shown, title), "the command line is %s, expected %s", shown, title);
	close(fd);
}

/* Acts as the kernel does when it reads, but for longer. */
static void check_slot_being_read(void)
{
	__u64 title;

	uss_setproctitle("-being read");
	title = area()->current_title;
	area()->reading = title;
	set_titles();
	CHECK(area()->reading == title, "another reader has overwritten the hazard pointer");
	CHECK(!strcmp((char *)area() + USS_SLOT_OFFSET(USS_TITLE_SLOT(title)), "being read"),
	      "the slot was overwritten while it was being read");
	check_shown("title 200");
	CHECK(area()->reading == 0, "the kernel did not clear the hazard pointer");
}

static void read_forever(int fd)
{
	char shown[USS_TITLE_MAX];

	while (pread(fd, shown, sizeof(shown), 0) > 0)
		;
	_exit(1);
}

/* The kernel publishes which title it is reading. */
static void check_hazard_pointer(void)
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
		read_forever(fd);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	do {
		reading = __atomic_load_n(&area()->reading, __ATOMIC_RELAXED);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while (!reading && now.tv_sec - begin.tv_sec < 30);
	CHECK(reading == area()->current_title, "the kernel publishes %#llx while it reads %#llx", (unsigned long long)reading,
	      (unsigned long long)area()->current_title);
	end_child(pid);
	close(fd);
}

/* A removed title may still be read, like one that was replaced. */
static void remove_titles(void)
{
	unsigned int slot[20], i, j;

	for (i = 0; i < 20; i++) {
		uss_setproctitle("-title %u", i);
		slot[i] = USS_TITLE_SLOT(area()->current_title);
		for (j = i < MIN_DISTANCE ? 0 : i - MIN_DISTANCE + 1; j < i; j++)
			CHECK(slot[i] != slot[j], "the slot of a removed title was written again after %u titles", i - j);
		uss_setproctitle(NULL);
		CHECK(!area()->current_title, "the title was not removed");
	}
}

/* If all other slots are being written, titles are set by the classic method from then on. */
static void check_current_kept(void)
{
	pid_t pid = start_child();
	__u64 current;

	uss_setproctitle("-current");
	current = area()->current_title;
	fill_slots(pid, 0);
	uss_setproctitle("-elsewhere");
	check_shown("elsewhere");
	CHECK(area()->current_title == current && !strcmp((char *)area() + USS_SLOT_OFFSET(USS_TITLE_SLOT(current)), "current"),
	      "the current slot was overwritten");
	end_child(pid);
}

int main(void)
{
	pid_t pid;
	int least, left;

	uss_setproctitle("-first");
	CHECK(set_titles() == USS_TITLE_SLOTS, "not all slots were used");
	remove_titles();
	check_slot_being_read();
	/* With one processor this process never runs while the kernel reads. */
	if (uss_nprocs_onln() > 1)
		check_hazard_pointer();
	for (left = 0; left < 3; left++) {
		pid = start_child();
		end_child(pid);
		fill_slots(pid, left);
		least = set_titles();
		CHECK(least >= MIN_DISTANCE, "with %d slots left, a slot was written again after %d titles", left, least);
		check_shown("title 200");
	}
	pid = start_child();
	fill_slots(pid, 2);
	least = set_titles();
	CHECK(least == 3, "with a live writer, a slot was written again after %d titles", least);
	check_shown("title 200");
	end_child(pid);
	least = set_titles();
	CHECK(least >= MIN_DISTANCE, "after the writer was killed, a slot was written again after %d titles", least);
	check_current_kept();
	return 0;
}
