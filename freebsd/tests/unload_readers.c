/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * unload_readers.c - kldunload waits for each thread that is reading a title or the pages of a process: otherwise one of many, which wait
 * for a processor there, would go on in memory that is free (TEST_CYCLES, 20)
 */
#include <sys/mman.h>

#include "kld.h"
#include "show.h"

#define	READERS	12	/* of titles */
#define	SHOWERS	4	/* of pages */

static void
read_titles(pid_t titled, volatile bool *stop)
{
	char text[4096];

	while (!*stop)
		CHECK(read_args(titled, text, sizeof(text)) > 0, "kern.proc.args: %s", strerror(errno));
	_exit(0);
}

static void
read_pages(pid_t asked, volatile bool *stop)
{
	struct uss_pages pages;

	/* ENOENT: the module is not loaded; the sysctl number may then be that of another.  ENXIO: the process has not asked again. */
	while (!*stop)
		CHECK(show_pages(asked, &pages) == 0 || errno == ENOENT || errno == ENXIO || errno == ENOTDIR || errno == EISDIR,
		    "kern.usrsysshm_pages: %s", strerror(errno));
	_exit(0);
}

/* Not with the library, whose area is that of the first load. */
static void
set_title(void)
{
	struct uss_title_page *area = ask("kern.usrsysshm_title");

	CHECK(area != NULL, "no title area");
	memset((char *)area + USS_SLOT_OFFSET(0), 't', USS_TITLE_MAX);
	area->slot[0] = USS_SLOT(1, 0, USS_SLOT_PUBLISHED);
	area->current_title = USS_TITLE(0, USS_TITLE_MAX, 1);
}

int
main(void)
{
	int cycles = atoi(environment("TEST_CYCLES", "20")), i;
	pid_t readers[READERS + SHOWERS], titled = raw_getpid();
	bool *stop;

	kld_begin();
	stop = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(stop != MAP_FAILED, "mmap: %s", strerror(errno));
	for (i = 0; i < READERS + SHOWERS; i++) {
		readers[i] = fork();
		if (readers[i] == 0 && i < READERS)
			read_titles(titled, stop);
		if (readers[i] == 0)
			read_pages(titled, stop);
	}
	for (i = 0; i < cycles; i++) {
		set_title();
		usleep(50000 + i % 7 * 5000);
		kld_unload();
		kld_load();
	}
	*stop = true;
	for (i = 0; i < READERS + SHOWERS; i++)
		reap(readers[i]);
	return (0);
}
