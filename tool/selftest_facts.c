/* SPDX-License-Identifier: MIT */
/*
 * selftest_facts.c - compares the library's answers with the system calls
 *
 * A fact can change at any time. So the system call is made before and after, and repeated until both give the same: then the answer in
 * between must be that one. If another process changes the fact without pause, nothing is compared.
 */
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "selftest.h"

#define TRIES 1000

void uss_self_count_answer(bool from_page)
{
	struct uss_finding *finding = &uss_selftest->findings[uss_selftest->current];

	__atomic_fetch_add(&finding->compared, 1, __ATOMIC_RELAXED);
	if (from_page)
		__atomic_fetch_add(&finding->served, 1, __ATOMIC_RELAXED);
}

void uss_self_count(unsigned int fact)
{
	uss_self_count_answer(uss_served() & fact);
}

static void compare_pid(const char *where)
{
	const volatile struct uss_process_page *page = uss_page_base();
	pid_t real = (pid_t)syscall(SYS_getpid), answer = uss_getpid();
	uint32_t in_page = page ? page->pid : 0;

	uss_self_count(USS_SERVED_PID);
	if (answer != real)
		uss_self_differs("%s: getpid(2) says %d, uss_getpid() %d", where, real, answer);
	if (in_page && in_page != (uint32_t)real)
		uss_self_differs("%s: getpid(2) says %d, the page %u", where, real, in_page);
}

/* Gets the names by system call and from the library. False if they change all the time, or cannot be read. */
static bool get_names(struct utsname *before, struct utsname *answer, char host[65], char domain[65])
{
	struct utsname after;
	int i;

	for (i = 0; i < TRIES; i++) {
		if (syscall(SYS_uname, before) || uss_uname(answer) || uss_gethostname(host, 65) || uss_getdomainname(domain, 65) ||
		    syscall(SYS_uname, &after))
			return false;
		if (!memcmp(before, &after, sizeof(after)))
			return true;
	}
	return false;
}

static void compare_names(const char *where)
{
	struct utsname real, answer;
	char host[65], domain[65];

	if (!get_names(&real, &answer, host, domain))
		return;
	uss_self_count(USS_SERVED_UNAME);
	uss_self_count(USS_SERVED_NAMES);
	uss_self_count(USS_SERVED_NAMES);
	if (strcmp(host, real.nodename))
		uss_self_differs("%s: uname(2) says host name %s, uss_gethostname() %s", where, real.nodename, host);
	if (strcmp(domain, real.domainname))
		uss_self_differs("%s: uname(2) says domain name %s, uss_getdomainname() %s", where, real.domainname, domain);
	if (memcmp(&real, &answer, sizeof(real)))
		uss_self_differs("%s: uname(2) says %s %s %s, uss_uname() %s %s %s", where, real.nodename, real.release, real.machine,
				 answer.nodename, answer.release, answer.machine);
}

void uss_self_compare_loads(const char *where)
{
	struct sysinfo before, after;
	double loads[3];
	int i;

	for (i = 0; i < TRIES; i++) {
		if (syscall(SYS_sysinfo, &before) || uss_getloadavg(loads, 3) != 3 || syscall(SYS_sysinfo, &after))
			return;
		if (!memcmp(before.loads, after.loads, sizeof(after.loads)))
			break;
	}
	if (i == TRIES)
		return;
	uss_self_count(USS_SERVED_LOADAVG);
	for (i = 0; i < 3; i++)
		if (loads[i] != (double)after.loads[i] / (1 << SI_LOAD_SHIFT))
			uss_self_differs("%s: sysinfo(2) says load average %.3f, uss_getloadavg() %.3f", where,
					 (double)after.loads[i] / (1 << SI_LOAD_SHIFT), loads[i]);
}

/* How many processors the kernel lists, as "0-3,5"; 0 if it cannot be read. Not sysconf(3), which a drop-in may have replaced. */
static long count_processors(void)
{
	char text[4096], *at = text;
	long number = 0, first;

	if (uss_self_read("/sys/devices/system/cpu/online", text, sizeof(text)) <= 0)
		return 0;
	do {
		first = strtol(at, &at, 10);
		number += 1 + (*at == '-' ? strtol(at + 1, &at, 10) - first : 0);
	} while (*at++ == ',');
	return number;
}

void uss_self_compare_processors(const char *where)
{
	long before, answer, after;
	int i;

	for (i = 0; i < TRIES; i++) {
		before = count_processors();
		answer = uss_nprocs_onln();
		after = count_processors();
		if (before == after)
			break;
	}
	if (i == TRIES || !after)
		return;
	uss_self_count(USS_SERVED_NPROCS);
	if (answer != after)
		uss_self_differs("%s: /sys/devices/system/cpu/online lists %ld processors, uss_nprocs_onln() says %ld", where, after,
				 answer);
}

/* Field 22 of /proc/self/stat, in clock ticks; 0 if it cannot be read. */
static uint64_t start_time_in_ticks(void)
{
	char text[1024], *at;
	int field;

	if (uss_self_read("/proc/self/stat", text, sizeof(text)) <= 0)
		return 0;
	for (at = strrchr(text, ')'), field = 2; at && field < 22; field++)
		at = strchr(at + 1, ' ');
	return at ? strtoull(at + 1, NULL, 10) : 0;
}

static void compare_start_time(const char *where)
{
	uint64_t ticks = start_time_in_ticks(), answer = uss_start_time() / (1000000000 / (uint64_t)sysconf(_SC_CLK_TCK));

	if (!ticks)
		return;
	uss_self_count(USS_SERVED_START_TIME);
	if (answer != ticks)
		uss_self_differs("%s: /proc/self/stat says start time %llu, uss_start_time() %llu", where, (unsigned long long)ticks,
				 (unsigned long long)answer);
}

/* No system call returns a fork id. For a process whose page does not have it, the module has it in a file, too. */
static void compare_forkid(const char *where)
{
	uint64_t answer = uss_forkid(), real;
	char text[64];

	if (uss_self_read("/proc/sys/kernel/usrsysshm_self", text, sizeof(text)) <= 0)
		return;
	real = strtoull(text, NULL, 10);
	uss_self_count(USS_SERVED_FORKID);
	if (answer != real)
		uss_self_differs("%s: the module says fork id %llu, uss_forkid() %llu", where, (unsigned long long)real,
				 (unsigned long long)answer);
}

void uss_self_new_forkid(const char *where)
{
	uint32_t mine = __atomic_fetch_add(&uss_selftest->forkids_used, 1, __ATOMIC_SEQ_CST), i;
	uint64_t forkid = uss_forkid();

	if (mine >= USS_FORKIDS_MAX)
		return;
	uss_selftest->forkids[mine] = forkid;
	uss_self_count(USS_SERVED_FORKID);
	for (i = 0; i < mine; i++)
		if (uss_selftest->forkids[i] == forkid)
			uss_self_differs("%s: another process had the fork id %llu", where, (unsigned long long)forkid);
}

void uss_self_compare_often(const char *where, int times)
{
	while (times-- > 0) {
		compare_pid(where);
		compare_names(where);
		uss_self_compare_loads(where);
		uss_self_compare_cputime(where);
	}
}

void uss_self_compare(const char *where)
{
	uss_self_compare_often(where, 1);
	uss_self_compare_processors(where);
	compare_start_time(where);
	compare_forkid(where);
}

/*
 * What the library is right to get by system call: the processors with lxcfs, uname(2) with a personality, titles by the classic method,
 * CPU time where the time-stamp counter may not be read.
 */
static unsigned int not_offered(void)
{
	const char *titles = getenv("USRSYSSHM_TITLE");
	struct statfs fs;
	unsigned int facts = 0;
	int counter;

	if (statfs("/sys/devices/system/cpu/online", &fs) < 0 || fs.f_type != SYSFS_MAGIC)
		facts |= USS_SERVED_NPROCS;
	if (personality(0xffffffff) & (UNAME26 | PER_LINUX32))
		facts |= USS_SERVED_UNAME;
	if (titles && !strcmp(titles, "classic"))
		facts |= USS_SERVED_TITLE;
	if (prctl(PR_GET_TSC, &counter) < 0 || counter != PR_TSC_ENABLE)
		facts |= USS_SERVED_CPUTIME;
	return facts;
}

unsigned int uss_self_offered(void)
{
	const volatile struct uss_process_page *page = uss_page_base();
	uint64_t features = page->header.features;
	unsigned int offered = 0;

	if (features & USS_FEATURE_PID)
		offered |= USS_SERVED_PID;
	if (features & USS_FEATURE_FORKID)
		offered |= USS_SERVED_FORKID;
	if (features & USS_FEATURE_START_TIME)
		offered |= USS_SERVED_START_TIME;
	if (features & USS_FEATURE_TITLE)
		offered |= USS_SERVED_TITLE;
	if (features & USS_FEATURE_NAMES)
		offered |= USS_SERVED_NAMES | USS_SERVED_UNAME;
	if (features & USS_FEATURE_LOADAVG)
		offered |= USS_SERVED_LOADAVG;
	if (features & USS_FEATURE_NPROCS)
		offered |= USS_SERVED_NPROCS;
	if (features & USS_FEATURE_CPUTIME)
		offered |= USS_SERVED_CPUTIME;
	return offered & ~not_offered();
}

void uss_self_expect(unsigned int facts, const char *where)
{
	static const char *const names[] = { "pid", "fork id", "start time", "title", "host name", "uname", "load average", "processors" };
	unsigned int missing, i;
	char text[128] = "";
	int tries;

	facts &= uss_selftest->offered;
	for (tries = 0; (missing = facts & ~uss_served()) && tries < 300; tries++)
		usleep(1000);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (missing & 1u << i)
			snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s", *text ? ", " : "", names[i]);
	if (missing)
		uss_self_not_served("%s: by system call: %s", where, text);
}
