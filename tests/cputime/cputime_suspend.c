/* SPDX-License-Identifier: MIT */
/*
 * A suspend withdraws the scheduler's clock, and a second after the resume CPU time comes from the page again, and is right. (The kernel only
 * tests the suspend, and neither saves nor restores the clock.)
 */
#include "cputime.h"

static bool write_text(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	bool done = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	close(fd);
	return done;
}

static uint32_t sequence(void)
{
	const volatile char *page = (const volatile char *)my_page();

	return ((const volatile struct uss_machine_page *)(page + my_page()->machine_offset))->clock_sequence;
}

int main(void)
{
	char mounts[4096] = "";
	uint32_t before;
	int fd, i;

	need_cputime();
	fd = open("/proc/mounts", O_RDONLY);
	CHECK(fd >= 0 && read(fd, mounts, sizeof(mounts) - 1) > 0, "/proc/mounts: %s", strerror(errno));
	close(fd);
	if (strstr(mounts, " 9p ")) {
		puts("the files of this guest come by 9p, which cannot be suspended; a guest of the cloud flavour has its own");
		return 77;
	}
	if (!write_text("/sys/power/pm_test", "core")) {
		puts("this kernel cannot test a suspend");
		return 77;
	}
	before = sequence();
	CHECK(write_text("/sys/power/state", "mem"), "mem: %s", strerror(errno));
	CHECK(write_text("/sys/power/pm_test", "none"), "pm_test: %s", strerror(errno));
	CHECK(sequence() != before, "the clock has not been withdrawn: its sequence is still %u", before);
	need_cputime();
	for (i = 0; i < 1000; i++)
		check_cputime("after the resume");
	check_mostly_served(1000);
	return 0;
}
