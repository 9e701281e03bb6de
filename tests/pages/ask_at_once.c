/* SPDX-License-Identifier: MIT */
/*
 * A process has one set of pages, however it asks: from several threads at once, from a signal handler that interrupts the
 * same question, from a constructor, or repeatedly. If it unmaps all its pages it can ask for new ones. If it unmaps only
 * some of them it is given no others.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "asking.h"

#define THREADS 4

static const volatile struct uss_process_page *page, *answers[THREADS], *from_constructor;
static int ready, started;
static volatile int asked;

static __attribute__((constructor)) void early(void)
{
	if (getenv("ASK_EARLY"))
		from_constructor = ask();
}

static void *thread(void *number)
{
	__atomic_add_fetch(&ready, 1, __ATOMIC_ACQ_REL);
	wait_word(&started, 1);
	answers[(uintptr_t)number] = ask();
	check_page_pid(answers[(uintptr_t)number], "thread");
	return NULL;
}

static void threads_at_once(void)
{
	pthread_t ids[THREADS];
	uintptr_t i;

	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&ids[i], NULL, thread, (void *)i), "thread");
	wait_word(&ready, THREADS);
	set_word(&started, 1);
	for (i = 0; i < THREADS; i++)
		pthread_join(ids[i], NULL);
	page = ask();
	check_page_serves(page, "after all threads have asked");
	for (i = 0; i < THREADS; i++)
		CHECK(!answers[i] || answers[i] == page, "thread %d was given %p, expected %p", (int)i, (const void *)answers[i],
		      (const void *)page);
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
}

static void handler(int number)
{
	int saved = errno;

	(void)number;
	page = ask();
	asked++;
	check_page_serves(page, "signal handler");
	errno = saved;
}

static void ask_in_a_handler(void)
{
	struct itimerval often = { { 0, 700 }, { 0, 700 } }, never = { { 0, 0 }, { 0, 0 } };
	const volatile struct uss_process_page *answer;
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	int tries;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (tries = 0; asked < 20; tries++) {
		answer = ask();
		check_page_serves(answer, "while a signal handler asks");
		CHECK(!page || answer == page, "%p, but the signal handler was given %p", (const void *)answer, (const void *)page);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
}

static void ask_repeatedly(void)
{
	uint64_t forkid;
	int i;

	page = ask();
	check_page_serves(page, "asked once");
	forkid = page->forkid;
	for (i = 0; i < 10; i++)
		CHECK(ask() == page && page->forkid == forkid, "another address or fork id");
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
	CHECK(!munmap((void *)(uintptr_t)page, 3 * 4096), "munmap");
	check_no_pages("after munmap");
	page = ask();
	check_page_serves(page, "asked again");
	CHECK(page->forkid > forkid, "fork id %llu after %llu", (unsigned long long)page->forkid, (unsigned long long)forkid);
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
	CHECK(!munmap((char *)(uintptr_t)page + 4096, 4096), "munmap");
	CHECK(!ask(), "new pages although some of the old ones are still mapped");
	CHECK(count_mappings() == 2, "%d mappings", count_mappings());
	check_page_serves(page, "remaining pages");
	CHECK(!munmap((void *)(uintptr_t)page, 3 * 4096), "munmap");
	check_page_serves(ask(), "asked a third time");
}

int main(int argc, char **argv)
{
	pid_t pid;
	int i;

	(void)argv;
	if (argc == 2) {
		check_page_serves(from_constructor, "constructor");
		CHECK(ask() == from_constructor && count_mappings() == 1, "main() and the constructor have different pages");
		return 0;
	}
	for (i = 0; i < 50; i++)
		in_fresh_process(threads_at_once);
	in_fresh_process(ask_in_a_handler);
	in_fresh_process(ask_repeatedly);
	pid = fork();
	if (pid == 0) {
		setenv("ASK_EARLY", "1", 1);
		execl("/proc/self/exe", "ask_at_once", "early", NULL);
		_exit(1);
	}
	reap(pid);
	return 0;
}
