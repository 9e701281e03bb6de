/* SPDX-License-Identifier: MIT */
/*
 * A seccomp filter kills the program at getpid, uname, open and statfs. The library needs statfs once, before the first
 * processor count and title. The program and its child are served from the pages. Where the page has pid 0, the fallback is
 * killed, as without the module.
 */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>

#include "test.h"

static void forbid(void)
{
	static struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
#ifdef SYS_open
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_open, 5, 0),
#endif
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getpid, 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_uname, 3, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 2, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_statfs, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };

	CHECK(!prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) && !prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program), "seccomp: %s",
	      strerror(errno));
}

int main(void)
{
	char name[65], real[65];
	pid_t pid, mine;
	long processors;
	int status;

	CHECK(!gethostname(real, sizeof(real)), "gethostname");
	pid = fork();
	if (pid == 0) {
		mine = raw_getpid();
		processors = uss_nprocs_onln();
		uss_setproctitle("-free");
		forbid();
		CHECK(uss_getpid() == mine, "pid %d", uss_getpid());
		CHECK(!uss_gethostname(name, sizeof(name)) && !strcmp(name, real), "%s", name);
		CHECK(uss_nprocs_onln() == processors, "the number of processors changed");
		CHECK(!uss_set_title("confined", 8), "uss_set_title");
		CHECK(uss_forkid() && uss_start_time(), "no fork id or start time");
		pid = fork();
		if (pid == 0)
			_exit(uss_getpid() > mine ? 0 : 1);
		reap(pid);
		_exit(0);
	}
	reap(pid);
	pid = fork();
	if (pid == 0) {
		forbid();
		pid = vfork();
		if (pid == 0) {
			uss_getpid();
			_exit(0);
		}
		waitpid(pid, &status, 0);
		_exit(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS ? 0 : 1);
	}
	reap(pid);
	return 0;
}
