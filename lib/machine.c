/* SPDX-License-Identifier: MIT */
/*
 * machine.c - the machine fact: load averages and processors online, from the machine page
 *
 * They are the same for every process, so the process page is not consulted.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "machine.h"
#include "pages.h"

#define USS_LOADS 3

static bool uss_copy_loads(uint64_t loads[USS_LOADS])
{
	const volatile uint32_t *sequence = &uss_machine->loads_sequence;
	uint32_t before = uss_sequence_begin(sequence);
	int i;

	for (i = 0; i < USS_LOADS; i++)
		loads[i] = uss_machine->loads[i];
	return before && uss_sequence_holds(sequence, before);
}

static int uss_syscall_loads(uint64_t loads[USS_LOADS])
{
	struct sysinfo info;
	int i;

	if (syscall(SYS_sysinfo, &info) < 0)
		return -1;
	for (i = 0; i < USS_LOADS; i++)
		loads[i] = info.loads[i];
	return 0;
}

int uss_getloadavg(double loadavg[], int count)
{
	uint64_t loads[USS_LOADS];
	int i;

	if (!uss_copy_loads(loads) && uss_syscall_loads(loads) < 0)
		return -1;
	if (count < 0)
		count = 0;
	if (count > USS_LOADS)
		count = USS_LOADS;
	for (i = 0; i < count; i++)
		loadavg[i] = (double)loads[i] / (1 << SI_LOAD_SHIFT);
	return count;
}

enum uss_sys { USS_SYS_UNKNOWN, USS_SYS_REAL, USS_SYS_NOT_REAL };

/*
 * Whether the file that glibc reads belongs to sysfs and can be opened, so that glibc counts the same processors. (Landlock forbids an open,
 * and allows statfs.)
 */
__attribute__((noinline)) static enum uss_sys uss_find_sys(void)
{
	int err = errno, fd = (int)syscall(SYS_openat, AT_FDCWD, "/sys/devices/system/cpu/online", O_RDONLY | O_CLOEXEC);
	enum uss_sys sys = USS_SYS_NOT_REAL;
	struct statfs fs;

	if (fd >= 0 && syscall(SYS_fstatfs, fd, &fs) == 0 && fs.f_type == SYSFS_MAGIC)
		sys = USS_SYS_REAL;
	if (fd >= 0)
		syscall(SYS_close, fd);
	errno = err;
	return sys;
}

/* Determined once. */
static bool uss_sys_is_real(void)
{
	static enum uss_sys known;
	enum uss_sys sys = __atomic_load_n(&known, __ATOMIC_RELAXED);

	if (sys == USS_SYS_UNKNOWN) {
		sys = uss_find_sys();
		__atomic_store_n(&known, sys, __ATOMIC_RELAXED);
	}
	return sys == USS_SYS_REAL;
}

long uss_machine_nprocs(void)
{
	uint32_t number;

#if defined(__linux__) && !defined(__GLIBC__)
	/* musl's sysconf counts the processors that the caller may run on. */
	return 0;
#endif
	/*
	 * The kernel reads its mask of processors without a lock, and a system call need not be a barrier. After this fence, the page is not
	 * older than what an earlier system call of this thread has returned.
	 */
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	number = uss_load(uss_machine->nprocs_onln);
	return number && uss_sys_is_real() ? (long)number : 0;
}

unsigned int uss_machine_served(void)
{
	unsigned int served = 0;

	if (uss_sequence_begin(&uss_machine->loads_sequence))
		served |= USS_SERVED_LOADAVG;
	if (uss_machine_nprocs())
		served |= USS_SERVED_NPROCS;
	return served;
}
