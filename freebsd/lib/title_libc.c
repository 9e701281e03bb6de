/*-
 * SPDX-License-Identifier: MIT
 *
 * title_libc.c - the title fact: titles without the module.  Not in the drop-in, which interposes setproctitle.
 *
 * setproctitle(3) is neither safe in threads nor in signal handlers.
 */
#include <sys/types.h>

#include <unistd.h>

#include "../../lib/title.h"

int
uss_title_classic_set(const char *text, size_t length)
{
	if (text != NULL)
		setproctitle("-%.*s", (int)length, text);
	else
		setproctitle(NULL);
	return (0);
}
