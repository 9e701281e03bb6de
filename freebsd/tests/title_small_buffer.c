/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_small_buffer.c - a reader of kern.proc.args whose buffer is too small gets ENOMEM, and a request for the size gets the size, as for
 * arguments
 */
#include "test.h"

int
main(void)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, raw_getpid() };
	char text[8];
	size_t size = 0;

	CHECK(uss_set_title("twenty bytes of text", 20) == 0, "uss_set_title: %s", strerror(errno));
	CHECK(sysctl(name, 4, NULL, &size, NULL, 0) == 0 && size >= 21, "the size is %zu", size);
	CHECK(read_args(raw_getpid(), text, sizeof(text)) == -1 && errno == ENOMEM, "no ENOMEM");
	return (0);
}
