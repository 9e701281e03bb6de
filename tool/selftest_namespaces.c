/* SPDX-License-Identifier: MIT */
/*
 * selftest_namespaces.c - trials of selftest: processes that are created in another namespace, or enter one
 *
 * An ordinary user makes each namespace in a user namespace, where the kernel allows that.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

static void served_process(const char *where)
{
	uss_self_compare_often(where, 5);
	uss_self_compare(where);
	uss_self_expect(USS_SERVED_ALL, where);
}

static void served_child(const char *where)
{
	pid_t pid = uss_self_fork();

	if (pid < 0)
		return;
	if (pid == 0) {
		uss_self_new_forkid(where);
		served_process(where);
		_exit(0);
	}
	uss_self_reap(pid);
}

static bool set_host_name(const char *name)
{
	if (sethostname(name, strlen(name)) == 0)
		return true;
	uss_self_not_allowed("sethostname(2) in an own UTS namespace");
	return false;
}

static void try_user_namespace(void)
{
	if (unshare(CLONE_NEWUSER) < 0)
		return uss_self_not_allowed("unshare(2) of CLONE_NEWUSER");
	served_process("in a new user namespace");
	served_child("child in a new user namespace");
}

static void try_pid_namespace(void)
{
	pid_t pid;

	if (!uss_self_unshare(CLONE_NEWPID))
		return;
	served_process("process whose children will be in a new pid namespace");
	pid = uss_self_fork();
	if (pid < 0)
		return;
	if (pid == 0) {
		if (syscall(SYS_getpid) != 1)
			uss_self_differs("process 1 of a pid namespace is %ld", syscall(SYS_getpid));
		served_process("process 1 of a pid namespace");
		served_child("process 2 of a pid namespace");
		pid = vfork();
		if (pid == 0) {
			uss_self_compare("child of vfork in a pid namespace");
			_exit(0);
		}
		if (pid > 0)
			uss_self_reap(pid);
		uss_self_compare("process 1 of a pid namespace, after vfork");
		_exit(0);
	}
	uss_self_reap(pid);
}

static void try_clone_into_pid_namespace(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid < 0 && errno == EPERM)
		pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		return uss_self_not_allowed("clone(2) with CLONE_NEWPID, in a user namespace too");
	if (pid == 0) {
		served_process("process 1 of a pid namespace");
		_exit(0);
	}
	uss_self_reap(pid);
}

static void try_uts_namespace(void)
{
	if (!uss_self_unshare(CLONE_NEWUTS) || !set_host_name("selftest-a"))
		return;
	uss_self_compare_often("process that entered a UTS namespace", 20);
	uss_self_compare("process that entered a UTS namespace");
	uss_self_expect(USS_SERVED_PROCESS, "process that entered a UTS namespace");
	served_child("child in a new UTS namespace");
}

static void try_clone_into_uts_namespace(void)
{
	pid_t pid;

	if (!uss_self_unshare(CLONE_NEWUTS) || !set_host_name("selftest-a"))
		return;
	pid = (pid_t)syscall(SYS_clone, CLONE_NEWUTS | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid < 0)
		return uss_self_not_allowed("clone(2) with CLONE_NEWUTS");
	if (pid == 0) {
		set_host_name("selftest-b");
		served_process("child created in a new UTS namespace");
		_exit(0);
	}
	uss_self_reap(pid);
	uss_self_compare("its parent");
}

/* In a process that is served in its own UTS namespace: the process enters another one, and returns. */
static void enter_and_return(void)
{
	int home = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	served_process("process in its own UTS namespace");
	if (home < 0)
		return uss_self_not_allowed("open(2) of /proc/self/ns/uts");
	if (unshare(CLONE_NEWUTS) < 0 || !set_host_name("selftest-b"))
		return uss_self_not_allowed("unshare(2) of CLONE_NEWUTS");
	uss_self_compare_often("process that entered another UTS namespace", 20);
	served_child("its child");
	if (setns(home, CLONE_NEWUTS) < 0)
		return uss_self_not_allowed("setns(2)");
	uss_self_compare_often("process that returned by setns(2)", 20);
	served_child("child of a process that returned by setns(2)");
}

/* setns(2) is the only event: this process has read its page, and another process made the namespace. */
static void enter_by_setns(void)
{
	pid_t pid;
	char path[64];
	int fd, pipes[2];

	served_process("process in its own UTS namespace");
	if (pipe(pipes) < 0)
		return uss_self_not_allowed("pipe(2)");
	pid = uss_self_fork();
	if (pid < 0)
		return;
	if (pid == 0) {
		if (unshare(CLONE_NEWUTS) < 0 || !set_host_name("selftest-c") || write(pipes[1], "", 1) != 1)
			_exit(1);
		pause();
	}
	close(pipes[1]);
	snprintf(path, sizeof(path), "/proc/%d/ns/uts", pid);
	if (read(pipes[0], path + sizeof(path) - 1, 1) != 1)
		fd = -1;
	else
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWUTS) < 0)
		uss_self_not_allowed("setns(2)");
	else
		uss_self_compare_often("process that entered a UTS namespace by setns(2)", 20);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void try_setns(void)
{
	if (!uss_self_unshare(CLONE_NEWUTS) || !set_host_name("selftest-a"))
		return;
	uss_self_in_child(enter_and_return);
	uss_self_in_child(enter_by_setns);
}

static void *enter_alone(void *unused)
{
	(void)unused;
	if (unshare(CLONE_NEWUTS) < 0 || !set_host_name("selftest-d")) {
		uss_self_not_allowed("unshare(2) of CLONE_NEWUTS in a thread");
		return NULL;
	}
	uss_self_compare_often("thread that entered a UTS namespace", 20);
	return NULL;
}

static void start_entering_thread(void)
{
	pthread_t thread;

	served_process("process in its own UTS namespace");
	errno = pthread_create(&thread, NULL, enter_alone, NULL);
	if (errno)
		return uss_self_not_allowed("pthread_create(3)");
	uss_self_compare_often("beside a thread that enters a UTS namespace", 50);
	pthread_join(thread, NULL);
	uss_self_compare_often("after a thread that entered a UTS namespace", 20);
	served_child("child of a process whose thread entered a UTS namespace");
}

static void try_thread_in_uts_namespace(void)
{
	if (uss_self_unshare(CLONE_NEWUTS) && set_host_name("selftest-a"))
		uss_self_in_child(start_entering_thread);
}

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

static void try_time_namespace(void)
{
	static const char offset[] = "boottime 1000 0";
	int fd, entered = open("/proc/self/ns/time", O_RDONLY | O_CLOEXEC);
	pid_t pid;

	if (entered < 0)
		return uss_self_not_allowed("open(2) of /proc/self/ns/time");
	if (!uss_self_unshare(CLONE_NEWTIME))
		return;
	fd = open("/proc/self/timens_offsets", O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, offset, sizeof(offset) - 1) < 0)
		return uss_self_not_allowed("a write to /proc/self/timens_offsets");
	close(fd);
	uss_self_compare("process whose children will be in a new time namespace");
	pid = uss_self_fork();
	if (pid < 0)
		return;
	if (pid == 0) {
		served_process("child in a time namespace");
		_exit(0);
	}
	uss_self_reap(pid);
	fd = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWTIME) < 0)
		return uss_self_not_allowed("setns(2) to a time namespace");
	uss_self_compare_often("process that entered a time namespace", 5);
	uss_self_compare("process that entered a time namespace");
}

static void try_other_namespaces(void)
{
	if (!uss_self_unshare(CLONE_NEWIPC | CLONE_NEWNS))
		return;
	served_process("in a new mount namespace and a new IPC namespace");
	served_child("child in a new mount namespace and a new IPC namespace");
}

static void set_personality(unsigned long value, const char *where)
{
	if (personality(value) < 0)
		return uss_self_not_allowed("personality(2)");
	uss_self_compare_often(where, 5);
	uss_self_compare(where);
}

static void set_personalities(void)
{
	served_process("process that has not set its personality");
	set_personality(PER_LINUX32, "personality PER_LINUX32");
	set_personality(UNAME26, "personality UNAME26");
	set_personality(PER_LINUX, "personality PER_LINUX");
}

static void try_personality(void)
{
	uint32_t offered = uss_selftest->offered;

	uss_self_in_child(set_personalities);
	if (personality(PER_LINUX32 | UNAME26) < 0)
		return uss_self_not_allowed("personality(2)");
	/* uname(2) is not served with these. */
	uss_selftest->offered = offered & ~USS_SERVED_UNAME;
	served_child("child with the personality PER_LINUX32 and UNAME26");
	uss_selftest->offered = offered;
}

/* clang-format off */
const struct uss_trial uss_trials_namespaces[] = {
	{ "user namespace", try_user_namespace },
	{ "pid namespace", try_pid_namespace },
	{ "pid namespace by clone(2)", try_clone_into_pid_namespace },
	{ "UTS namespace", try_uts_namespace },
	{ "UTS namespace by clone(2)", try_clone_into_uts_namespace },
	{ "UTS namespace by setns(2)", try_setns },
	{ "UTS namespace, one thread alone", try_thread_in_uts_namespace },
	{ "time namespace", try_time_namespace },
	{ "mount and IPC namespaces", try_other_namespaces },
	{ "personality", try_personality },
	{ NULL, NULL },
};
/* clang-format on */
