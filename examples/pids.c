/* SPDX-License-Identifier: MIT */
/*
 * pids.c - prints the pid from the page and from the system call, in each kind of process
 *
 * Also an example program for the library: cc pids.c -lusrsysshm
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <usrsysshm.h>
#include <usrsysshm/abi.h>

/* Prints one line with one write(2): a vfork child must not use its parent's stdio buffers. */
static void line(const char *process)
{
	const volatile struct uss_process_page *page = uss_page_base();
	char in_page[16] = "none", text[160];
	int length;

	if (page)
		snprintf(in_page, sizeof(in_page), "%u", page->pid);
	length = snprintf(text, sizeof(text), "%-24s %10s %12d %12d   %#018llx\n", process, in_page, uss_getpid(), (int)syscall(SYS_getpid),
			  (unsigned long long)uss_forkid());
	if (write(STDOUT_FILENO, text, (size_t)length) < 0)
		_exit(1);
}

int main(int argc, char **argv)
{
	pid_t pid;

	if (argc == 2) {
		line(argv[1]);
		return 0;
	}
	printf("%-24s %10s %12s %12s   %s\n", "", "in page", "uss_getpid", "system call", "fork id");
	fflush(stdout);
	line("parent");
	if (fork() == 0) {
		line("child of fork");
		_exit(0);
	}
	wait(NULL);
	if (syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0) == 0) {
		line("child of raw clone(2)");
		_exit(0);
	}
	wait(NULL);
	if (vfork() == 0) {
		line("child of vfork");
		_exit(0);
	}
	wait(NULL);
	pid = vfork();
	if (pid == 0) {
		execl("/proc/self/exe", argv[0], "the same after exec", NULL);
		_exit(127);
	}
	line("parent after vfork");
	waitpid(pid, NULL, 0);
	if (syscall(SYS_clone, SIGCHLD | CLONE_NEWPID, NULL, NULL, NULL, 0) == 0) {
		line("in a new pid namespace");
		_exit(0);
	}
	wait(NULL);
	return 0;
}
