/* SPDX-License-Identifier: MIT */
/*
 * A 32-bit program reads the same pages with the same header: pid, fork id and start time. The pages are not executable, not
 * even in a process where all readable memory is. CPU time, which no page has for it, is that of clock_gettime.
 */
#include <sys/personality.h>
#include <time.h>

#include "test.h"

_Static_assert(sizeof(void *) == 4, "compile with -m32 or -mx32");

static void check_shown(const char *text)
{
	char shown[64] = "";
	int fd = open("/proc/self/cmdline", O_RDONLY);

	CHECK(fd >= 0 && read(fd, shown, sizeof(shown) - 1) > 0 && !strcmp(shown, text), "the command line is %s", shown);
	close(fd);
}

static void check_cputime(void)
{
	struct timespec before, time, after;
	long long got;

	CHECK(!(uss_served() & USS_SERVED_CPUTIME), "the library says that CPU time is served");
	memset(&time, 0x55, sizeof(time));
	CHECK(!clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before) && !uss_thread_cputime(&time) &&
		      !clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after),
	      "CPU time: %s", strerror(errno));
	got = time.tv_sec * 1000000000ll + time.tv_nsec;
	CHECK(got >= before.tv_sec * 1000000000ll + before.tv_nsec && got <= after.tv_sec * 1000000000ll + after.tv_nsec,
	      "the CPU time is %lld ns", got);
}

/* Runs after exec with READ_IMPLIES_EXEC. */
static void check_not_executable(void)
{
	int ours = 0;
	char line[512], mode[8];
	intptr_t area = (intptr_t)my_title_area();
	FILE *maps;

	CHECK(area != 0 && area != -1, "no title area");
	maps = fopen("/proc/self/maps", "re");
	CHECK(maps, "maps: %s", strerror(errno));
	while (fgets(line, sizeof(line), maps)) {
		CHECK(sscanf(line, "%*s %7s", mode) == 1, "%s", line);
		if (!strstr(line, "[usrsysshm"))
			continue;
		CHECK(mode[2] == '-', "%s", line);
		ours++;
	}
	fclose(maps);
	CHECK(ours == 2, "%d mappings", ours);
	/* exec takes it from x32 programs. */
#ifndef __x86_64__
	CHECK(personality(0xffffffff) & READ_IMPLIES_EXEC, "READ_IMPLIES_EXEC was lost by exec");
#endif
	exit(0);
}

int main(int argc, char **argv)
{
	uint64_t forkid = uss_forkid();
	pid_t pid;

	main_after_exec(argc, argv);
	if (argc == 2)
		check_not_executable();
	check_served("32-bit program");
	CHECK((uss_served() & 7) == 7, "served %#x", uss_served());
	CHECK(my_page()->forkid == forkid, "fork ids %llu and %llu", (unsigned long long)my_page()->forkid, (unsigned long long)forkid);
	CHECK(uss_start_time() > 1000000000, "start time %llu", (unsigned long long)uss_start_time());
	check_cputime();
	uss_setproctitle("-a 32-bit title");
	check_shown("a 32-bit title");
	pid = fork();
	if (pid == 0) {
		check_shown("a 32-bit title");
		check_served("child of a 32-bit program");
		CHECK(uss_forkid() != forkid, "child: it has its parent's fork id");
		execl("/proc/self/exe", argv[0], "checked", "32-bit program after exec", NULL);
		_exit(1);
	}
	reap(pid);
	pid = fork();
	if (pid == 0) {
		personality(READ_IMPLIES_EXEC);
		execl("/proc/self/exe", argv[0], "executable", NULL);
		_exit(1);
	}
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		check_fallback("vfork child of a 32-bit program");
		CHECK(uss_forkid() != forkid, "vfork child: it has its parent's fork id");
		_exit(0);
	}
	reap(pid);
	check_served("32-bit parent after vfork");
	return 0;
}
