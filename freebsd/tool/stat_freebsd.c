/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * stat_freebsd.c - usrsysshm stat: adopts what the program leaves behind.  System calls that went past the drop-in are not counted.
 */
#include <sys/param.h>
#include <sys/procctl.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <stdio.h>
#include <unistd.h>

#include "../../tool/stat.h"

#define	MOST_LEFT	64

void
uss_stat_adopt(void)
{

	procctl(P_PID, getpid(), PROC_REAP_ACQUIRE, NULL);
}

static const char *
name_of(pid_t pid, struct kinfo_proc *info)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*info);

	return (sysctl(name, nitems(name), info, &size, NULL, 0) == 0 && size == sizeof(*info) ? info->ki_comm : "?");
}

void
uss_stat_name_left(struct stat_run *run)
{
	struct procctl_reaper_pidinfo pids[MOST_LEFT] = { 0 };
	struct procctl_reaper_pids left = { .rp_count = MOST_LEFT, .rp_pids = pids };
	struct kinfo_proc info;
	size_t length = 0;
	u_int i;

	if (procctl(P_PID, getpid(), PROC_REAP_GETPIDS, &left) != 0)
		return;
	for (i = 0; i < MOST_LEFT && (pids[i].pi_flags & REAPER_PIDINFO_VALID) && length < sizeof(run->left); i++)
		if (pids[i].pi_flags & REAPER_PIDINFO_CHILD)
			length += (size_t)snprintf(run->left + length, sizeof(run->left) - length, "%s%s (%d)", length != 0 ? ", " : "",
			    name_of(pids[i].pi_pid, &info), pids[i].pi_pid);
}

void
uss_stat_count(struct stat_run *run)
{

	run->no_events = "FreeBSD does not count them without DTrace";
}

void
uss_stat_counted(struct stat_run *run)
{
	u_int i;

	for (i = 0; i < USS_STAT_SYSTEM_CALLS; i++)
		run->past[i] = -1;
}
