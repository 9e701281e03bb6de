/* SPDX-License-Identifier: MIT */
/* selftest_processes.c - trials of selftest: all ways to make a process, to share its memory, and to replace its program */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

#define STACK_SIZE (256 * 1024)

static void served_process(const char *where)
{
	uss_self_compare_often(where, 20);
	uss_self_compare(where);
	uss_self_expect(USS_SERVED_ALL, where);
}

static void new_process(const char *where)
{
	uss_self_new_forkid(where);
	served_process(where);
}

static void try_fork(void)
{
	int depth;
	pid_t pid;

	for (depth = 0; depth < 3; depth++) {
		pid = uss_self_fork();
		if (pid < 0)
			return;
		if (pid == 0)
			new_process("child");
		if (pid > 0) {
			served_process("parent");
			uss_self_reap(pid);
			served_process("parent, after its child's exit");
			return;
		}
	}
}

static void try_many_forks(void)
{
	pid_t pids[30];
	int i;

	for (i = 0; i < 30; i++) {
		pids[i] = uss_self_fork();
		if (pids[i] < 0)
			break;
		if (pids[i] == 0) {
			new_process("one of 30 children");
			_exit(0);
		}
	}
	uss_self_compare("parent");
	while (i-- > 0)
		uss_self_reap(pids[i]);
}

/* The system calls themselves, without libc's fork handlers. */
static void try_raw(void)
{
	pid_t pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid < 0)
		return uss_self_not_allowed("clone(2)");
	if (pid == 0) {
		new_process("child of clone(2)");
		_exit(0);
	}
	served_process("parent");
	uss_self_reap(pid);
#ifdef SYS_clone3
	{
		uint64_t arguments[8] = { [4] = SIGCHLD };

		pid = (pid_t)syscall(SYS_clone3, arguments, sizeof(arguments));
		if (pid < 0)
			return errno == ENOSYS ? (void)0 : uss_self_not_allowed("clone3(2)");
		if (pid == 0) {
			new_process("child of clone3(2)");
			_exit(0);
		}
		served_process("parent");
		uss_self_reap(pid);
	}
#endif
}

static void try_vfork(void)
{
	int i;
	pid_t pid;

	for (i = 0; i < 3; i++) {
		pid = vfork();
		if (pid < 0)
			return uss_self_not_allowed("vfork(2)");
		if (pid == 0) {
			uss_self_compare_often("child of vfork", 5);
			uss_self_compare("child of vfork");
			_exit(0);
		}
		uss_self_reap(pid);
		uss_self_compare("parent, after vfork");
		uss_self_expect(USS_SERVED_ALL, "parent, after vfork");
	}
}

static void try_vfork_exec(void)
{
	pid_t pid = vfork();

	if (pid < 0)
		return uss_self_not_allowed("vfork(2)");
	if (pid == 0) {
		uss_self_compare("child of vfork");
		uss_self_exec();
		_exit(1);
	}
	uss_self_compare("parent, after the child's exec");
	uss_self_expect(USS_SERVED_ALL, "parent, after the child's exec");
	uss_self_reap(pid);
}

static void *in_thread(void *unused)
{
	(void)unused;
	uss_self_compare_often("thread", 50);
	uss_self_compare("thread");
	uss_self_expect(USS_SERVED_ALL, "thread");
	return NULL;
}

static void try_threads(void)
{
	pthread_t threads[4];
	int i, started, err = 0;

	for (started = 0; started < 4; started++) {
		err = pthread_create(&threads[started], NULL, in_thread, NULL);
		if (err)
			break;
	}
	uss_self_compare_often("beside threads", 50);
	for (i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	errno = err;
	if (err)
		return uss_self_not_allowed("pthread_create(3)");
	uss_self_compare("after threads");
	uss_self_expect(USS_SERVED_ALL, "after threads");
}

static void *fork_in_thread(void *unused)
{
	(void)unused;
	uss_self_in_child(try_fork);
	try_vfork();
	return NULL;
}

static void try_fork_in_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, fork_in_thread, NULL);
	if (errno)
		return uss_self_not_allowed("pthread_create(3)");
	uss_self_compare_often("beside the thread", 20);
	pthread_join(thread, NULL);
	uss_self_compare("after the thread");
}

/* A process that shares the memory of its parent and runs beside it. */
static int pipes[2][2];

static void pass(int number)
{
	char byte = 0;

	if (write(pipes[number][1], &byte, 1) != 1)
		_exit(1);
}

static void await(int number)
{
	char byte;

	if (read(pipes[number][0], &byte, 1) != 1)
		_exit(1);
}

/* Child and parent take turns: they share errno and all other thread-local variables. */
static int share(void *unused)
{
	(void)unused;
	uss_self_compare_often("child of clone with CLONE_VM", 20);
	uss_self_compare("child of clone with CLONE_VM");
	pass(0);
	await(1);
	uss_self_compare("child of clone with CLONE_VM");
	_exit(0);
}

static char *make_stack(void)
{
	char *stack = mmap(NULL, STACK_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_STACK, -1, 0);

	if (stack == MAP_FAILED) {
		uss_self_not_allowed("mmap(2)");
		return NULL;
	}
	return stack + STACK_SIZE;
}

static void try_clone_vm(void)
{
	char *stack = make_stack();
	pid_t pid;

	if (!stack)
		return;
	if (pipe(pipes[0]) < 0 || pipe(pipes[1]) < 0)
		return uss_self_not_allowed("pipe(2)");
	pid = clone(share, stack, CLONE_VM | SIGCHLD, NULL);
	if (pid < 0)
		return uss_self_not_allowed("clone(2)");
	await(0);
	uss_self_compare_often("parent whose memory is shared", 20);
	uss_self_compare("parent whose memory is shared");
	pass(1);
	uss_self_reap(pid);
	uss_self_compare("parent, after the other process's exit");
	uss_self_expect(USS_SERVED_ALL, "parent, after the other process's exit");
}

static int outlive(void *unused)
{
	(void)unused;
	await(1);
	uss_self_compare("process whose parent, with the same memory, has exited");
	pass(0);
	_exit(0);
}

/* The owner of the memory exits before the process that shares it. */
static void leave_memory(void)
{
	char *stack = make_stack();

	if (stack && clone(outlive, stack, CLONE_VM | SIGCHLD, NULL) < 0)
		uss_self_not_allowed("clone(2)");
}

static void try_outlive(void)
{
	char byte;

	if (pipe(pipes[0]) < 0 || pipe(pipes[1]) < 0)
		return uss_self_not_allowed("pipe(2)");
	uss_self_in_child(leave_memory);
	close(pipes[0][1]);
	/* If that process could not be made, the pipe is at its end. */
	if (write(pipes[1][1], "", 1) != 1 || read(pipes[0][0], &byte, 1) < 0)
		uss_self_not_allowed("pipe(2)");
	uss_self_compare("this process");
}

static void try_exec(void)
{
	uss_self_exec();
	uss_self_not_allowed("execve(2) of /proc/self/exe");
}

static void *exec_in_thread(void *unused)
{
	(void)unused;
	uss_self_exec();
	uss_self_not_allowed("execve(2) of /proc/self/exe");
	return NULL;
}

static void try_exec_in_thread(void)
{
	pthread_t thread;

	errno = pthread_create(&thread, NULL, exec_in_thread, NULL);
	if (errno)
		return uss_self_not_allowed("pthread_create(3)");
	pthread_join(thread, NULL);
}

static void try_failed_exec(void)
{
	char *argv[] = { "x", NULL };

	execv("/proc/self/maps", argv);
	execv("/no such file", argv);
	served_process("after execve(2) has failed");
}

static void try_spawn(void)
{
	char number[16], *argv[] = { "usrsysshm", "selftest", "--look", number, NULL };
	pid_t pid;

	snprintf(number, sizeof(number), "%d", uss_self_memory());
	errno = posix_spawn(&pid, "/proc/self/exe", NULL, NULL, argv, environ);
	if (errno)
		return uss_self_not_allowed("posix_spawn(3)");
	uss_self_compare("parent, after posix_spawn");
	uss_self_reap(pid);
	uss_self_expect(USS_SERVED_ALL, "parent, after posix_spawn");
}

static void on_signal(int number)
{
	(void)number;
	uss_self_compare_often("signal handler", 1);
}

/* The handler's comparison is the first thing that each child does. */
static void try_signals(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	int i;
	pid_t pid;

	sigaction(SIGUSR1, &action, NULL);
	for (i = 0; i < 5; i++) {
		pid = uss_self_fork();
		if (pid < 0)
			return;
		raise(SIGUSR1);
		if (!pid)
			_exit(0);
		uss_self_reap(pid);
	}
	pid = vfork();
	if (pid == 0) {
		raise(SIGUSR1);
		_exit(0);
	}
	if (pid > 0)
		uss_self_reap(pid);
}

/* The page of a process as another process reads it. */
static void try_foreign_read(void)
{
	struct uss_process_page page = { .pid = 0 };
	char path[64];
	pid_t pid = uss_self_fork();
	int fd;

	if (pid < 0)
		return;
	if (pid == 0) {
		uss_self_compare("the process that is read");
		pause();
		_exit(0);
	}
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || pread(fd, &page, sizeof(page), (off_t)(uintptr_t)uss_page_base()) != sizeof(page)) {
		uss_self_not_allowed(path);
	} else {
		uss_self_count(USS_SERVED_PID);
		if (page.header.magic != USS_MAGIC_PROCESS || (page.pid && page.pid != (uint32_t)pid))
			uss_self_differs("the page of process %d, read by its parent, says pid %u, magic %#x", pid, page.pid,
					 page.header.magic);
	}
	kill(pid, SIGKILL);
	do
		fd = waitpid(pid, NULL, 0);
	while (fd < 0 && errno == EINTR);
}

/* clang-format off */
const struct uss_trial uss_trials_processes[] = {
	{ "fork, three deep", try_fork },
	{ "fork, 30 children at once", try_many_forks },
	{ "fork by raw clone(2) and clone3(2)", try_raw },
	{ "vfork", try_vfork },
	{ "vfork and exec", try_vfork_exec },
	{ "posix_spawn", try_spawn },
	{ "threads", try_threads },
	{ "fork and vfork in a thread", try_fork_in_thread },
	{ "clone with CLONE_VM", try_clone_vm },
	{ "clone with CLONE_VM, parent exits first", try_outlive },
	{ "exec", try_exec },
	{ "exec in a thread", try_exec_in_thread },
	{ "exec that fails", try_failed_exec },
	{ "signal handlers in children", try_signals },
	{ "page read by another process", try_foreign_read },
	{ NULL, NULL },
};
/* clang-format on */
