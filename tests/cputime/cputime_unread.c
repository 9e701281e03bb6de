/* SPDX-License-Identifier: MIT */
/*
 * A process that does not read its CPU time does not make the module watch switches, whatever the kernel does with its pages: it locks all
 * memory, populates the pages, dumps core.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include "cputime.h"

static const char core_pattern[] = "/proc/sys/kernel/core_pattern";

static void check_not_watched(const char *when)
{
	/* The module begins to watch in a work item. */
	sleep(1);
	CHECK(!is_watched(), "switches are watched %s", when);
}

static void set_core_pattern(const char *text)
{
	FILE *file = fopen(core_pattern, "we");

	CHECK(file && fputs(text, file) >= 0 && !fclose(file), "%s: %s", core_pattern, strerror(errno));
}

static void dump_core(void)
{
	struct rlimit unlimited = { RLIM_INFINITY, RLIM_INFINITY };

	CHECK(!setrlimit(RLIMIT_CORE, &unlimited), "RLIMIT_CORE: %s", strerror(errno));
	abort();
}

int main(void)
{
	char pattern[256] = "";
	FILE *file = fopen(core_pattern, "re");
	int status;
	pid_t pid;

	skip_without_cputime();
	wait_until_not_watched();
	/* It fails on memory that is not to be populated. */
	madvise((void *)(uintptr_t)my_page(), my_page()->cputime_offset + 4096, MADV_POPULATE_READ);
	check_not_watched("after MADV_POPULATE_READ");
	CHECK(!mlockall(MCL_CURRENT | MCL_FUTURE), "mlockall: %s", strerror(errno));
	check_not_watched("after mlockall");
	CHECK(file && fgets(pattern, sizeof(pattern), file) && !fclose(file), "%s: %s", core_pattern, strerror(errno));
	set_core_pattern("/dev/shm/core_of_test");
	pid = fork();
	if (!pid)
		dump_core();
	waitpid(pid, &status, 0);
	set_core_pattern(pattern);
	CHECK(!unlink("/dev/shm/core_of_test") && WIFSIGNALED(status) && WCOREDUMP(status), "no core was dumped: status %#x", status);
	check_not_watched("after a core dump");
	/* And the first read of it does. */
	need_cputime();
	CHECK(is_watched(), "switches are not watched");
	return 0;
}
