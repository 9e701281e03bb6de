/* SPDX-License-Identifier: MIT */
/* process_linux.c - the process fact: what the kernel says, for when the page is not valid for the caller */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "process.h"
#include "raw.h"

pid_t uss_process_syscall_getpid(void)
{
	return (pid_t)uss_raw_syscall(SYS_getpid, 0, 0, 0, 0);
}

bool uss_process_read_self(uint64_t *forkid, uint64_t *start_time)
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

/* Field 22 of /proc/self/stat, counted from the end of the command's name, which may contain any characters. */
uint64_t uss_process_read_start_time(void)
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
