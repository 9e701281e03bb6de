/* SPDX-License-Identifier: MIT */
/*
 * One set of pages, whoever asks: threads at once, a signal handler in the middle of a question, a constructor, a second question. After the
 * program has unmapped its pages it may ask for others; after it has unmapped some of them it has none.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "asking.h"

#define THREADS 4

static const volatile struct uss_process_page *page, *answers[THREADS], *from_constructor;
static int ready, begun;
static volatile int asked;

static __attribute__((constructor)) void early(void)
{
	if (getenv("ASK_EARLY"))
		from_constructor = ask();
}

static void *thread(void *number)
{
	__atomic_add_fetch(&ready, 1, __ATOMIC_ACQ_REL);
	wait_word(&begun, 1);
	answers[(uintptr_t)number] = ask();
	check_in_page(answers[(uintptr_t)number], "thread");
	return NULL;
}

static void threads_at_once(void)
{
	pthread_t ids[THREADS];
	uintptr_t i;

	for (i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&ids[i], NULL, thread, (void *)i), "thread");
	wait_word(&ready, THREADS);
	set_word(&begun, 1);
	for (i = 0; i < THREADS; i++)
		pthread_join(ids[i], NULL);
	page = ask();
	check_page_serves(page, "after all have asked");
	for (i = 0; i < THREADS; i++)
		CHECK(!answers[i] || answers[i] == page, "thread %d: %p, not %p", (int)i, (const void *)answers[i], (const void *)page);
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

static void in_a_handler(void)
{
	struct itimerval often = { { 0, 700 }, { 0, 700 } }, never = { { 0, 0 }, { 0, 0 } };
	const volatile struct uss_process_page *answer;
	struct sigaction action = { .sa_handler = handler, .sa_flags = SA_RESTART };
	int tries;

	sigaction(SIGALRM, &action, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	for (tries = 0; asked < 20; tries++) {
		answer = ask();
		check_page_serves(answer, "beside a signal handler");
		CHECK(!page || answer == page, "%p, and the handler %p", (const void *)answer, (const void *)page);
	}
	setitimer(ITIMER_REAL, &never, NULL);
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
}

static void again_and_again(void)
{
	uint64_t forkid;
	int i;

	page = ask();
	check_page_serves(page, "asked once");
	forkid = page->forkid;
	for (i = 0; i < 10; i++)
		CHECK(ask() == page && page->forkid == forkid, "another answer");
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
	CHECK(!munmap((void *)(uintptr_t)page, 3 * 4096), "munmap");
	check_has_not_asked("unmapped");
	page = ask();
	check_page_serves(page, "asked again");
	CHECK(page->forkid > forkid, "fork id %llu after %llu", (unsigned long long)page->forkid, (unsigned long long)forkid);
	CHECK(count_mappings() == 1, "%d mappings", count_mappings());
	CHECK(!munmap((char *)(uintptr_t)page + 4096, 4096), "munmap");
	CHECK(!ask(), "pages though some of them are still there");
	CHECK(count_mappings() == 2, "%d mappings", count_mappings());
	check_page_serves(page, "what is left of the pages");
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
		CHECK(ask() == from_constructor && count_mappings() == 1, "main has another answer than the constructor");
		return 0;
	}
	for (i = 0; i < 50; i++)
		in_fresh_process(threads_at_once);
	in_fresh_process(in_a_handler);
	in_fresh_process(again_and_again);
	pid = fork();
	if (pid == 0) {
		setenv("ASK_EARLY", "1", 1);
		execl("/proc/self/exe", "ask_at_once", "early", NULL);
		_exit(1);
	}
	reap(pid);
	return 0;
}
