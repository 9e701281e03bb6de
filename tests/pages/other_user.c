/* SPDX-License-Identifier: MIT */
/*
 * Another user can neither read nor write the pages of a process, even if it knows their address: the kernel's ptrace access
 * check applies. The title, once set, is public.
 */
#include <grp.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

#include "test.h"

#define NOBODY 65534

static void by_process_vm(pid_t pid, bool allowed)
{
	uint32_t word;
	struct iovec local = { &word, sizeof(word) }, remote = { (void *)&my_page()->pid, sizeof(word) };
	ssize_t got = process_vm_readv(pid, &local, 1, &remote, 1, 0);

	/* The pages are VM_IO, as the kernel's vvar: not even the allowed one gets them in this way. */
	CHECK(got < 0 && errno == (allowed ? EFAULT : EPERM), "process_vm_readv: %zd", got);
	if (!allowed)
		CHECK(process_vm_writev(pid, &local, 1, &remote, 1, 0) < 0 && errno == EPERM, "process_vm_writev: %s", strerror(errno));
}

static void by_mem(pid_t pid, bool allowed)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY);
	CHECK(allowed ? fd >= 0 : fd < 0 && errno == EACCES, "%s: %s", path, strerror(errno));
	close(fd);
}

static void by_ptrace(pid_t pid, bool allowed)
{
	int err = ptrace(PTRACE_SEIZE, pid, 0, 0) ? errno : 0;

	CHECK(err == (allowed ? 0 : EPERM), "PTRACE_SEIZE: %s", strerror(err));
}

static void try_all(pid_t pid, bool allowed)
{
	char path[64], text[64] = "";
	int fd;

	by_process_vm(pid, allowed);
	by_mem(pid, allowed);
	by_ptrace(pid, allowed);
	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && !strcmp(text, "for all to read"), "title: %s", text);
	close(fd);
}

int main(void)
{
	pid_t me = raw_getpid();
	int as_root;

	CHECK(geteuid() == 0, "must run as root");
	check_served("before");
	CHECK(!uss_set_title("for all to read", 15), "title: %s", strerror(errno));
	for (as_root = 0; as_root < 2; as_root++) {
		if (fork() == 0) {
			CHECK(as_root || (!setgroups(0, NULL) && !setresgid(NOBODY, NOBODY, NOBODY) && !setresuid(NOBODY, NOBODY, NOBODY)),
			      "becoming another user: %s", strerror(errno));
			try_all(me, as_root);
			_exit(0);
		}
		reap(-1);
	}
	return 0;
}
