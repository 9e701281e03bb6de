/* SPDX-License-Identifier: MIT */
/* count.c - counts calls for `usrsysshm stat`; only in the counting build of the drop-in (see count.h) */
#ifdef USS_STAT
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "../lib/cputime.h"
#include "../lib/machine.h"
#include "../lib/names.h"
#include "../lib/process.h"
#include "../lib/title.h"
#include "count.h"

/* Without a file of counts, the calls are counted in uss_discarded. */
static struct uss_counts uss_discarded, *uss_counts = &uss_discarded;

static void uss_add(uint64_t *count)
{
	__atomic_fetch_add(count, 1, __ATOMIC_RELAXED);
}

__attribute__((constructor)) static void uss_open_counts(void)
{
	const char *path = getenv(USS_COUNT_FILE);
	void *map = MAP_FAILED;
	int err = errno, fd;

	fd = path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
	if (fd >= 0) {
		map = mmap(NULL, sizeof(*uss_counts), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		close(fd);
	}
	if (map != MAP_FAILED)
		uss_counts = map;
	uss_add(&uss_counts->programs);
	errno = err;
}

/* Whether no pages were found, or the module has replaced them by zeros when it was unloaded. */
static bool uss_has_no_pages(void)
{
	return !uss_process->header.magic;
}

/* Returns why the fields guarded by @speaks are not valid for the caller; USS_COUNT_PAGE if they are. */
static enum uss_count_why uss_why_process(uint32_t speaks)
{
	if (uss_has_no_pages())
		return USS_COUNT_NO_PAGES;
	if (!uss_load(uss_process->pid))
		return USS_COUNT_SHARED;
	return uss_process_is_valid(speaks) ? USS_COUNT_PAGE : USS_COUNT_MOVED;
}

/* Returns what the call would find now. */
static enum uss_count_why uss_why(enum uss_count_call call)
{
	enum uss_count_why why = USS_COUNT_PAGE;
	uint64_t nanoseconds;
	bool served = true;

	switch (call) {
	case USS_COUNT_GETPID:
		return uss_why_process(0);
	case USS_COUNT_GETHOSTNAME:
	case USS_COUNT_GETDOMAINNAME:
		why = uss_why_process(USS_SPEAKS_SYSTEM);
		served = uss_names_served() & USS_SERVED_NAMES;
		break;
	case USS_COUNT_UNAME:
		why = uss_why_process(USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME);
		served = uss_names_served() & USS_SERVED_UNAME;
		break;
	case USS_COUNT_GETLOADAVG:
		served = uss_machine_served() & USS_SERVED_LOADAVG;
		break;
	case USS_COUNT_NPROCS:
		served = uss_machine_served() & USS_SERVED_NPROCS;
		break;
	case USS_COUNT_CPUTIME:
		/* The thread's slot may be invalid, such as before its first switch. */
		served = uss_cputime_served() && uss_cputime_read(&nanoseconds);
		break;
	default:
		served = uss_title_served();
		break;
	}
	if (why != USS_COUNT_PAGE || served)
		return why;
	return uss_has_no_pages() ? USS_COUNT_NO_PAGES : USS_COUNT_CHANGING;
}

void uss_count_as(enum uss_count_call call, enum uss_count_why why)
{
	uss_add(&uss_counts->calls[call][why]);
}

/* The call itself follows an instant later and may find something else; that is exact enough for statistics. */
void uss_count(enum uss_count_call call)
{
	uss_count_as(call, uss_why(call));
}
#endif
