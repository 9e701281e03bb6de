/* SPDX-License-Identifier: MIT */
/*
 * process.c - the facts of the process page
 *
 * A pid that is not 0 vouches for the whole page: while another process shares the memory it reads 0, so whoever
 * sees it is the one of whom the page speaks. Other fields are therefore read first, and the pid after them.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "forkid.h"
#include "machine.h"
#include "names.h"
#include "pages.h"
#include "title.h"

/* The reader's own fork id and start time, which the module tells when the page is silent. */
static bool uss_ask_self(uint64_t *forkid, uint64_t *start_time)
{
	const char *text;
	char buffer[64];

	if (uss_read_proc("/proc/sys/kernel/usrsysshm_self", buffer, sizeof(buffer)) <= 0)
		return false;
	text = buffer;
	*forkid = uss_parse(&text);
	if (*text == ' ')
		text++;
	*start_time = uss_parse(&text);
	return true;
}

pid_t uss_getpid(void)
{
	return uss_pid_from(uss_process, uss_ask_getpid);
}

uint64_t uss_forkid(void)
{
	uint64_t forkid = uss_process->forkid, start_time;
	int err = errno;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (uss_load(uss_process->pid))
		return forkid;
	forkid = 0;
	if (uss_process != &uss_no_page)
		uss_ask_self(&forkid, &start_time);
	if (!forkid)
		forkid = uss_own_forkid();
	errno = err;
	return forkid;
}

/* Field 22 of /proc/self/stat, counted from behind the command's name, which may hold anything. */
static uint64_t uss_start_time_from_stat(void)
{
	char buffer[1024];
	const char *text;
	int field;

	if (uss_read_proc("/proc/self/stat", buffer, sizeof(buffer)) <= 0)
		return 0;
	text = strrchr(buffer, ')');
	for (field = 2; text && field < 22; field++)
		text = strchr(text + 1, ' ');
	if (!text) {
		errno = EIO;
		return 0;
	}
	text++;
	return uss_parse(&text) * (1000000000ull / (unsigned long)sysconf(_SC_CLK_TCK));
}

uint64_t uss_start_time(void)
{
	uint64_t start_time = uss_process->start_time, forkid;
	int err = errno;

	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (uss_speaks(USS_SPEAKS_START_TIME))
		return start_time;
	if (!uss_ask_self(&forkid, &start_time) || !start_time)
		start_time = uss_start_time_from_stat();
	if (start_time)
		errno = err;
	return start_time;
}

const void *uss_page_base(void)
{
	return uss_process == &uss_no_page ? NULL : (const void *)uss_process;
}

unsigned int uss_served(void)
{
	unsigned int served = uss_machine_served() | uss_names_served();

	if (!uss_load(uss_process->pid))
		return served;
	served |= USS_SERVED_PID | USS_SERVED_FORKID;
	if (uss_speaks(USS_SPEAKS_START_TIME))
		served |= USS_SERVED_START_TIME;
	if (uss_title_is_served())
		served |= USS_SERVED_TITLE;
	return served;
}
