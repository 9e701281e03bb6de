/*-
 * SPDX-License-Identifier: MIT
 *
 * title.c - the title fact: set the process's title
 *
 * With the module the title is written into the title area (lib/title_slots.c), where the kernel reads it; without it, libc shows it
 * (title_libc.c).
 */
#include <sys/types.h>
#include <sys/sysctl.h>

#include <errno.h>
#include <usrsysshm.h>

#include "../../lib/title.h"

static bool
uss_area_is_offered(void)
{
	return ((uss_process->header.features & USS_FEATURE_TITLE) && USS_HAS(uss_process, title_area));
}

/*
 * Returns the title area, or NULL.  The first call requests one: also to read or remove a title, because a forked child has its parent's,
 * which only the kernel knows.
 */
static struct uss_title_page *
uss_area(void)
{
	uint64_t address = 0;
	size_t size = sizeof(address);

	if (!uss_area_is_offered())
		return (NULL);
	address = uss_load(uss_process->title_area);
	if (address == 0 && sysctlbyname("kern.usrsysshm_title", &address, &size, NULL, 0) != 0)
		return (NULL);
	return ((struct uss_title_page *)(uintptr_t)address);
}

unsigned int
uss_title_served(void)
{
	return (uss_area_is_offered() ? USS_SERVED_TITLE : 0);
}

int
uss_set_title(const char *text, size_t length)
{
	struct uss_title_page *area;
	int err = errno;

	if (text != NULL)
		length = uss_title_fit(text, length);
	area = uss_area();
	if (area == NULL)
		uss_title_classic_set(text, length);
	else if (uss_title_slots_set(area, text, length) == NULL && text != NULL)
		return (-1);
	errno = err;
	return (0);
}

const struct uss_title_page *
uss_title_area(void)
{
	return (uss_area());
}
