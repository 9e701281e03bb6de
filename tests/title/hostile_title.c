/* SPDX-License-Identifier: MIT */
/*
 * A process writes random and malicious values into its title area while others read its command line. A reader gets at most
 * the length of a title, every read returns, and the kernel log stays clean.
 */
#include <signal.h>
#include <time.h>

#include "test.h"

static void damage_title_area(void)
{
	char *area = my_title_area();
	struct uss_title_page *title = (struct uss_title_page *)area;
	unsigned int seed = 1;
	size_t i;

	uss_setproctitle("-to be overwritten");
	for (;;) {
		/* A child inherits the damaged area and must work all the same. */
		if (rand_r(&seed) % 1000 == 0) {
			pid_t pid = fork();

			if (pid == 0) {
				uss_setproctitle("-a child");
				check_served("child of a process with a damaged title area");
				_exit(0);
			}
			reap(pid);
		}
		switch (rand_r(&seed) % 5) {
		case 0:
			title->current_title = ((__u64)rand_r(&seed) << 33) ^ ((__u64)rand_r(&seed) << 12) ^ (__u64)rand_r(&seed);
			break;
		case 1:
			/* A slot that may exist, with a length that may not. */
			title->current_title = USS_TITLE(rand_r(&seed) % 18, rand_r(&seed) & 0xffff, rand_r(&seed) % 3);
			break;
		case 2:
			title->slot[rand_r(&seed) % USS_TITLE_SLOTS] = USS_SLOT(rand_r(&seed) % 3, 0, rand_r(&seed) % 4);
			break;
		case 3:
			title->header.size = title->header.magic = (__u32)rand_r(&seed);
			break;
		case 4:
			for (i = 0; i < 64; i++)
				area[(unsigned int)rand_r(&seed) % TITLE_AREA_SIZE] = (char)rand_r(&seed);
			break;
		}
	}
}

static void read_cmdline(pid_t pid, time_t end)
{
	char path[64], shown[65536];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	while (time(NULL) < end) {
		length = pread(fd, shown, sizeof(shown), 0);
		CHECK(length >= 0 && length <= USS_TITLE_MAX + 1, "%zd bytes read: %s", length, strerror(errno));
	}
	_exit(0);
}

int main(void)
{
	time_t end = time(NULL) + 10;
	pid_t hostile = fork(), readers[3];
	int i;

	if (hostile == 0)
		damage_title_area();
	usleep(300000);
	for (i = 0; i < 3; i++)
		if ((readers[i] = fork()) == 0)
			read_cmdline(hostile, end);
	for (i = 0; i < 3; i++)
		reap(readers[i]);
	CHECK(waitpid(hostile, NULL, WNOHANG) == 0, "the process that damages its title area has exited");
	kill(hostile, SIGKILL);
	CHECK(waitpid(hostile, NULL, 0) == hostile, "waitpid");
	return 0;
}
