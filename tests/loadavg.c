/* SPDX-License-Identifier: MIT */
/*
 * Load averages while they rise: each answer is what sysinfo(2) says before it or after it, at four updates of the kernel's, and what
 * /proc/loadavg shows.
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

static bool is(const double answer[3], const unsigned long loads[3])
{
	return answer[0] == (double)loads[0] / 65536 && answer[1] == (double)loads[1] / 65536 && answer[2] == (double)loads[2] / 65536;
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
		CHECK(is(answer, before) || is(answer, after), "%f %f %f: neither before (%lu) nor after (%lu)", answer[0], answer[1],
		      answer[2], before[0], after[0]);
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
