/* SPDX-License-Identifier: MIT */
/*
 * The start time is field 22 of /proc/self/stat, not rounded: in a parent, in its child and after exec. In another time
 * namespace it shifts with the clock. After setns into one, the call falls back.
 */
#include <sched.h>
#include <signal.h>
#include <time.h>

#include "test.h"

static uint64_t from_stat(void)
{
	unsigned long long ticks = 0;
	char text[1024] = "";
	int fd = open("/proc/self/stat", O_RDONLY), field;
	const char *at;

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "/proc/self/stat");
	close(fd);
	for (at = strrchr(text, ')'), field = 2; field < 22; field++)
		at = strchr(at + 1, ' ');
	CHECK(sscanf(at, " %llu", &ticks) == 1, "%s", text);
	return ticks;
}

static void check_start_time(const char *where)
{
	uint64_t exact = uss_start_time(), tick = 1000000000ull / (unsigned long)sysconf(_SC_CLK_TCK);

	CHECK(exact / tick == from_stat(), "%s: start time %llu ns, /proc/self/stat %llu ticks", where, (unsigned long long)exact,
	      (unsigned long long)from_stat());
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

int main(int argc, char **argv)
{
	struct timespec now;
	uint64_t mine;
	pid_t pid;
	int fd;

	clock_gettime(CLOCK_BOOTTIME, &now);
	check_start_time("program");
	CHECK(uss_served() & USS_SERVED_START_TIME, "not served");
	CHECK(uss_start_time() <= (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec, "the start time is in the future");
	if (argc == 2) {
		CHECK(uss_start_time() == strtoull(argv[1], NULL, 10), "the start time changed with exec");
		return 0;
	}
	mine = uss_start_time();
	pid = fork();
	if (pid == 0) {
		char text[32];

		check_start_time("child");
		CHECK(uss_start_time() > mine, "the child started before its parent");
		snprintf(text, sizeof(text), "%llu", (unsigned long long)uss_start_time());
		execl("/proc/self/exe", argv[0], text, NULL);
		_exit(1);
	}
	reap(pid);

	/* A time namespace for the children, with a boot time a thousand seconds earlier. */
	CHECK(!unshare(CLONE_NEWTIME), "unshare(CLONE_NEWTIME): %s", strerror(errno));
	write_file("/proc/self/timens_offsets", "boottime 1000 0\n");
	check_start_time("parent, still in its time namespace");
	pid = fork();
	if (pid == 0) {
		check_start_time("child in another time namespace");
		CHECK(uss_start_time() > mine + 1000000000000, "the child's start time has not shifted");
		CHECK(uss_served() & USS_SERVED_START_TIME, "the child is not served");
		_exit(0);
	}
	reap(pid);
	fd = open("/proc/self/ns/time_for_children", O_RDONLY);
	CHECK(fd >= 0 && !setns(fd, CLONE_NEWTIME), "setns: %s", strerror(errno));
	check_start_time("after setns");
	CHECK(uss_start_time() == mine + 1000000000000, "start time %llu, before setns %llu", (unsigned long long)uss_start_time(),
	      (unsigned long long)mine);
	CHECK((uss_served() & 7) == (USS_SERVED_PID | USS_SERVED_FORKID), "after setns: served %#x", uss_served());
	return 0;
}
