/* SPDX-License-Identifier: MIT */
/*
 * clock_suspend FILE: writing to FILE suspends the kernel's core and resumes it, which withdraws the scheduler's clock. A second later CPU
 * time comes from the page again, and is right.
 */
#include "../cputime.h"

static uint32_t sequence(void)
{
	const volatile char *page = (const volatile char *)my_page();

	return ((const volatile struct uss_machine_page *)(page + my_page()->machine_offset))->clock_sequence;
}

int main(int argc, char **argv)
{
	uint32_t before;
	ssize_t written;
	int fd, i;

	CHECK(argc == 2, "usage: clock_suspend FILE");
	need_cputime();
	before = sequence();
	fd = open(argv[1], O_WRONLY);
	written = write(fd, "1", 1);
	if (written < 0 && errno == EOPNOTSUPP) {
		puts("this kernel cannot suspend");
		return 77;
	}
	CHECK(written == 1, "%s: %s", argv[1], strerror(errno));
	close(fd);
	CHECK(sequence() != before, "the clock has not been withdrawn: its sequence is still %u", before);
	need_cputime();
	for (i = 0; i < 1000; i++)
		check_cputime("after the resume");
	check_mostly_served(1000);
	return 0;
}
