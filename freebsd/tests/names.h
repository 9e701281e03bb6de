/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * names.h - the host name in the system page
 */
#ifndef NAMES_H
#define	NAMES_H

#include <sys/param.h>

#include "test.h"

static char names_original[MAXHOSTNAMELEN];

static inline void
names_restore(void)
{
	sethostname(names_original, (int)strlen(names_original));
}

/* The tests of names change the machine's, and restore it at exit. */
static inline void
names_begin(void)
{
	SKIP(geteuid() != 0, "only root sets names");
	CHECK(gethostname(names_original, sizeof(names_original)) == 0, "gethostname: %s", strerror(errno));
	atexit(names_restore);
}

/* Reads a name as <usrsysshm/abi.h> says.  Returns false if the reader must make the system call. */
static inline bool
names_read(const volatile struct uss_process_page *page, const volatile char *from, char name[USS_NAME_SIZE])
{
	const volatile struct uss_system_page *system = (const volatile void *)((const volatile char *)page + page->system_offset);
	uint32_t before = __atomic_load_n(&system->names_sequence, __ATOMIC_ACQUIRE);

	if (before == 0 || (before & 1))
		return (false);
	memcpy(name, (const char *)(uintptr_t)from, USS_NAME_SIZE);
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return (__atomic_load_n(&system->names_sequence, __ATOMIC_ACQUIRE) == before && (page->speaks & USS_SPEAKS_SYSTEM) && page->pid != 0);
}

static inline bool
names_host(const volatile struct uss_process_page *page, char name[USS_NAME_SIZE])
{
	const volatile struct uss_system_page *system = (const volatile void *)((const volatile char *)page + page->system_offset);

	return (names_read(page, system->names.nodename, name));
}

/* Waits until names are served: the module does not serve any in its first second. */
static inline const volatile struct uss_process_page *
names_pages(void)
{
	const volatile struct uss_process_page *page = ask_pages();
	char name[USS_NAME_SIZE];
	int i;

	CHECK(page != NULL, "no pages");
	for (i = 0; i < 500 && !names_host(page, name); i++)
		usleep(10000);
	return (page);
}

#endif /* !NAMES_H */
