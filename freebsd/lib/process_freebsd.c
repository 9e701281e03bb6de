/*-
 * SPDX-License-Identifier: MIT
 *
 * process_freebsd.c - the process fact: what the kernel says, for when the page is not valid for the caller
 */
#include <sys/types.h>
#include <sys/syscall.h>
#include <sys/sysctl.h>
#include <sys/time.h>
#include <sys/user.h>

#include <unistd.h>

#include "../../lib/process.h"

pid_t
uss_process_syscall_getpid(void)
{
	return ((pid_t)syscall(SYS_getpid));
}

bool
uss_process_read_self(uint64_t *forkid, uint64_t *start_time)
{
	uint64_t self[2];
	size_t size = sizeof(self);

	if (sysctlbyname("kern.usrsysshm_self", self, &size, NULL, 0) != 0 || size != sizeof(self))
		return (false);
	*forkid = self[0];
	*start_time = self[1];
	return (true);
}

static bool
uss_boot_time(struct timeval *boot)
{
	int name[] = { CTL_KERN, KERN_BOOTTIME };
	size_t size = sizeof(*boot);

	return (sysctl(name, 2, boot, &size, NULL, 0) == 0);
}

/* The kernel reports the wall clock's time, which it computes from the time since boot.  Again if the clock was set meanwhile. */
uint64_t
uss_process_read_start_time(void)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, uss_process_syscall_getpid() };
	struct timeval before, after;
	struct kinfo_proc info;
	size_t size;

	do {
		size = sizeof(info);
		if (!uss_boot_time(&before) || sysctl(name, 4, &info, &size, NULL, 0) != 0 || !uss_boot_time(&after))
			return (0);
	} while (timercmp(&before, &after, !=));
	timersub(&info.ki_start, &before, &after);
	return (((uint64_t)after.tv_sec * 1000000 + (uint64_t)after.tv_usec) * 1000);
}
