/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * show.h - reads the pages of a process
 */
#ifndef SHOW_H
#define	SHOW_H

#include "../show.h"
#include "test.h"

/* Returns 0, or -1 with errno.  The number of the sysctl changes when the module is loaded again. */
static inline int
show_pages(pid_t pid, struct uss_pages *pages)
{
	size_t size = sizeof(*pages), length = CTL_MAXNAME - 1;
	int name[CTL_MAXNAME];

	if (sysctlnametomib("kern.usrsysshm_pages", name, &length) != 0)
		return (-1);
	name[length] = pid;
	return (sysctl(name, (u_int)length + 1, pages, &size, NULL, 0));
}

#endif /* !SHOW_H */
