/* SPDX-License-Identifier: MIT */
/*
 * In a chroot without /proc, a process that already has pages stays served. A program that execs there falls back to the
 * system call, and does not trust a regular file in place of the sysctl. All answers are right.
 */
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "test.h"

static void copy_self(const char *to)
{
	char buffer[65536];
	int in = open("/proc/self/exe", O_RDONLY), out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0755);
	ssize_t length;

	CHECK(in >= 0 && out >= 0, "open: %s", strerror(errno));
	while ((length = read(in, buffer, sizeof(buffer))) > 0)
		CHECK(write(out, buffer, (size_t)length) == length, "write");
	close(in);
	close(out);
}

int main(int argc, char **argv)
{
	char root[] = "/tmp/usrsysshm-chroot.XXXXXX";
	uint64_t forkid;
	pid_t pid;
	FILE *file;

	if (argc == 2) {
		check_pid("program in a chroot");
		CHECK(!uss_page_base(), "a page was found without /proc");
		CHECK(!uss_served(), "served %#x", uss_served());
		forkid = uss_forkid();
		CHECK(forkid && forkid == uss_forkid(), "fork id %llu, 0 or different at the second call", (unsigned long long)forkid);
		errno = 0;
		CHECK(uss_start_time() == 0 && errno, "start time %llu", (unsigned long long)uss_start_time());
		pid = fork();
		if (pid == 0) {
			check_pid("child in a chroot");
			CHECK(uss_forkid() != forkid, "child in a chroot: it has its parent's fork id");
			_exit(0);
		}
		reap(pid);
		return 0;
	}
	CHECK(mkdtemp(root), "mkdtemp");
	CHECK(!chdir(root), "chdir");
	copy_self("program");
	CHECK(!chroot("."), "chroot: %s", strerror(errno));
	check_served("process that entered a chroot");
	forkid = uss_forkid();
	pid = fork();
	if (pid == 0) {
		check_served("child of a process that entered a chroot");
		execl("/program", argv[0], "inside", NULL);
		_exit(1);
	}
	reap(pid);
	/* A /proc that is an ordinary directory. */
	CHECK(!mkdir("proc", 0755) && !mkdir("proc/sys", 0755) && !mkdir("proc/sys/kernel", 0755), "mkdir");
	file = fopen("proc/sys/kernel/usrsysshm", "w");
	CHECK(file && fprintf(file, "%lu\n", (unsigned long)0x1000) > 0 && !fclose(file), "write");
	pid = vfork();
	if (pid == 0) {
		CHECK(uss_forkid() != forkid, "vfork child in a chroot: it has its parent's fork id");
		execl("/program", argv[0], "inside", NULL);
		_exit(1);
	}
	reap(pid);
	CHECK(uss_forkid() == forkid, "the fork id changed after vfork");
	return 0;
}
