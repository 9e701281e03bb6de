/* SPDX-License-Identifier: MIT */
/*
 * A process that never asked has no pages and is not counted, and neither are its threads, its children by fork and vfork,
 * and the programs that they exec.
 */
#include <pthread.h>

#include "asking.h"

static long processes, pages;

static void check_no_trace(const char *where)
{
	check_no_pages(where);
	CHECK(read_number(PROCESSES) == processes, "%s: %ld processes, expected %ld", where, read_number(PROCESSES), processes);
	CHECK(read_number(PAGES) == pages, "%s: %ld pages, expected %ld", where, read_number(PAGES), pages);
}

static void *thread(void *where)
{
	check_no_trace(where);
	return NULL;
}

static void exec_again(void)
{
	char text[2][24];

	snprintf(text[0], sizeof(text[0]), "%ld", processes);
	snprintf(text[1], sizeof(text[1]), "%ld", pages);
	execl("/proc/self/exe", "never_asked", text[0], text[1], NULL);
	_exit(1);
}

static void grandchild(void)
{
	check_no_trace("child of a child");
}

static void child(void)
{
	check_no_trace("child");
	in_fresh_process(grandchild);
	exec_again();
}

int main(int argc, char **argv)
{
	pthread_t id;
	pid_t pid;
	int i;

	require_pages_on_demand();
	if (argc == 3) {
		processes = atol(argv[1]);
		pages = atol(argv[2]);
		check_no_trace("after exec");
		return 0;
	}
	processes = read_number(PROCESSES);
	pages = read_number(PAGES);
	CHECK(processes >= 0 && pages >= 0, "the module is not loaded");
	for (i = 0; i < 20; i++) {
		check_no_trace("program");
		in_fresh_process(child);
		pid = vfork();
		if (pid == 0)
			exec_again();
		reap(pid);
		CHECK(!pthread_create(&id, NULL, thread, "thread") && !pthread_join(id, NULL), "thread");
	}
	check_no_trace("at the end");
	return 0;
}
