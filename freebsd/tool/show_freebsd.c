/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * show_freebsd.c - usrsysshm show: reads the pages of a process, which the module copies (kern.usrsysshm_pages.PID)
 */
#include <sys/param.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../../tool/show.h"
#include "../../tool/tool.h"
#include "../show.h"

#define	TRIES	100	/* while the process executes another program; a hundredth of a second each */

const char *const uss_show_no_start_time = "it has forked and not asked yet, so it makes the system call";
const char *const uss_show_no_names = "a name is being set or too long, or it has entered a jail";

int
uss_show_own_pid(void)
{

	return (getpid());
}

static bool
read_info(int pid, struct kinfo_proc *info)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*info);

	return (sysctl(name, nitems(name), info, &size, NULL, 0) == 0 && size == sizeof(*info));
}

/* Returns an error number. */
static int
read_pages(int pid, struct uss_pages *pages)
{
	size_t size = sizeof(*pages), length = CTL_MAXNAME - 1;
	int name[CTL_MAXNAME], tries;

	if (sysctlnametomib("kern.usrsysshm_pages", name, &length) != 0)
		return (errno);
	name[length] = pid;
	for (tries = 0; sysctl(name, (u_int)length + 1, pages, &size, NULL, 0) != 0; tries++) {
		if (errno != EBUSY || tries == TRIES)
			return (errno);
		usleep(10000);
	}
	return (size == sizeof(*pages) ? 0 : EPROTO);
}

/* Prints why the process cannot be shown.  Returns the exit code. */
static int
refuse(int pid, const struct kinfo_proc *info, int error)
{

	switch (error) {
	case ENOENT:
		return (uss_error(USS_FAILED, "process %d has no pages: the module is not loaded (" USS_LOAD_IT ")", pid));
	case EPERM:
	case EACCES:
		return (uss_error(USS_FAILED, "process %d: not permitted: this needs the right to debug it%s", pid,
		    geteuid() != 0 ? "; try as root" : ""));
	case ENXIO:
		break;
	default:
		return (uss_error(USS_FAILED, "process %d: %s", pid, strerror(error)));
	}
	if (info->ki_flag & P_KPROC)
		return (uss_error(USS_FAILED, "process %d has no pages: it is a process of the kernel", pid));
	if (info->ki_stat == SZOMB)
		return (uss_error(USS_FAILED, "process %d has no pages: it has exited, and its parent has not waited for it", pid));
	return (uss_error(USS_FAILED,
	    "process %d has no pages: it has not asked for them; programs ask when they load libusrsysshm or, started by usrsysshm run, "
	    "the drop-in",
	    pid));
}

int
uss_show_read(struct uss_shown *process)
{
	struct kinfo_proc info;
	struct uss_pages pages;
	int error;

	if (!read_info(process->pid, &info))
		return (uss_error(USS_FAILED, "no process %d", process->pid));
	strlcpy(process->name, info.ki_comm, sizeof(process->name));
	error = read_pages(process->pid, &pages);
	if (error == ESRCH)
		return (uss_error(USS_FAILED, "no process %d", process->pid));
	if (error != 0)
		return (refuse(process->pid, &info, error));
	process->base = pages.address;
	process->page = pages.process;
	process->system = pages.system;
	process->machine = pages.machine;
	return (USS_OK);
}
