/* SPDX-License-Identifier: MIT */
/*
 * While the load averages rise, each of the three equals sysinfo(2) before or after the call, over four updates of the
 * kernel, and matches /proc/loadavg. Each is compared alone, because in the middle of an update sysinfo(2), too, returns old
 * and new values together.
 */
#include <signal.h>
#include <sys/sysinfo.h>

#include "test.h"

#define UPDATES 4

static void read_sysinfo(unsigned long loads[3])
{
	struct sysinfo info;

	CHECK(!syscall(SYS_sysinfo, &info), "sysinfo");
	memcpy(loads, info.loads, sizeof(info.loads));
}

/* Hundredths, rounded as the kernel does in /proc/loadavg. */
static int hundredths(double load)
{
	return (int)((load * 2048 + 2048 / 200) * 100 / 2048);
}

static void check_proc(void)
{
	unsigned long before[3], after[3];
	double answer[3];
	char text[100] = "";
	int whole[3], part[3], fd, i;

	do {
		read_sysinfo(before);
		uss_getloadavg(answer, 3);
		fd = open("/proc/loadavg", O_RDONLY);
		CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "/proc/loadavg");
		close(fd);
		read_sysinfo(after);
	} while (memcmp(before, after, sizeof(before)));
	CHECK(sscanf(text, "%d.%d %d.%d %d.%d", &whole[0], &part[0], &whole[1], &part[1], &whole[2], &part[2]) == 6, "%s", text);
	for (i = 0; i < 3; i++)
		CHECK(whole[i] * 100 + part[i] == hundredths(answer[i]), "load average %d: %f, /proc/loadavg %s", i, answer[i], text);
}

int main(void)
{
	unsigned long before[3], after[3], last[3], fallbacks = 0, calls = 0;
	int updates = 0, i;
	double answer[3];
	pid_t busy[2];

	for (i = 0; i < 2; i++) {
		busy[i] = fork();
		if (busy[i] == 0)
			for (;;)
				;
	}
	read_sysinfo(last);
	while (updates < UPDATES) {
		read_sysinfo(before);
		fallbacks += !(uss_served() & USS_SERVED_LOADAVG);
		CHECK(uss_getloadavg(answer, 3) == 3, "uss_getloadavg");
		read_sysinfo(after);
		calls++;
		for (i = 0; i < 3; i++)
			CHECK(answer[i] == before[i] / 65536.0 || answer[i] == after[i] / 65536.0,
			      "load average %d: %f, but %f before the call and %f after", i, answer[i], before[i] / 65536.0,
			      after[i] / 65536.0);
		if (memcmp(last, after, sizeof(last))) {
			memcpy(last, after, sizeof(last));
			updates++;
			check_proc();
		}
	}
	CHECK(fallbacks < calls / 2, "%lu of %lu calls fell back to the system call", fallbacks, calls);
	for (i = 0; i < 2; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	return 0;
}
