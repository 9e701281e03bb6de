/* SPDX-License-Identifier: MIT */
/*
 * Load averages while they rise: each of the three is what sysinfo(2) says before the call or after it, at four updates of the kernel's,
 * and what /proc/loadavg shows. Each by itself, for in the middle of an update sysinfo(2) too has some old and some new.
 */
#include <signal.h>
#include <sys/sysinfo.h>

#include "test.h"

#define UPDATES 4

static void real(unsigned long loads[3])
{
	struct sysinfo info;

	CHECK(!syscall(SYS_sysinfo, &info), "sysinfo");
	memcpy(loads, info.loads, sizeof(info.loads));
}

/* As the kernel rounds them for people. */
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
		real(before);
		uss_getloadavg(answer, 3);
		fd = open("/proc/loadavg", O_RDONLY);
		CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0, "/proc/loadavg");
		close(fd);
		real(after);
	} while (memcmp(before, after, sizeof(before)));
	CHECK(sscanf(text, "%d.%d %d.%d %d.%d", &whole[0], &part[0], &whole[1], &part[1], &whole[2], &part[2]) == 6, "%s", text);
	for (i = 0; i < 3; i++)
		CHECK(whole[i] * 100 + part[i] == hundredths(answer[i]), "load average %d: %f, /proc/loadavg %s", i, answer[i], text);
}

int main(void)
{
	unsigned long before[3], after[3], last[3], asked = 0, calls = 0;
	int updates = 0, i;
	double answer[3];
	pid_t busy[2];

	for (i = 0; i < 2; i++) {
		busy[i] = fork();
		if (busy[i] == 0)
			for (;;)
				;
	}
	real(last);
	while (updates < UPDATES) {
		real(before);
		asked += !(uss_served() & USS_SERVED_LOADAVG);
		CHECK(uss_getloadavg(answer, 3) == 3, "uss_getloadavg");
		real(after);
		calls++;
		for (i = 0; i < 3; i++)
			CHECK(answer[i] == before[i] / 65536.0 || answer[i] == after[i] / 65536.0,
			      "load average %d: %f: neither before (%f) nor after (%f)", i, answer[i], before[i] / 65536.0, after[i] / 65536.0);
		if (memcmp(last, after, sizeof(last))) {
			memcpy(last, after, sizeof(last));
			updates++;
			check_proc();
		}
	}
	CHECK(asked < calls / 2, "asked %lu times of %lu", asked, calls);
	for (i = 0; i < 2; i++) {
		kill(busy[i], SIGKILL);
		waitpid(busy[i], NULL, 0);
	}
	return 0;
}
