/* SPDX-License-Identifier: MIT */
/*
 * One thread asks for pages while another forks. The child has either pages of its own or none, and in both cases gets its
 * own pages when it asks. No two processes have the same fork id. ASK_FORKS in the environment sets the number of forks
 * (default 500).
 */
#include <pthread.h>
#include <sys/mman.h>

#include "asking.h"

/* Rounds in one process. After each round it unmaps its pages, which is the state of a process that never asked. */
#define IN_A_PROCESS 250

/* Shared by all processes of the test. */
static struct {
	int length;
	int with_pages;
	uint64_t forkids[];
} *seen;

static int asking, answered;
static const volatile struct uss_process_page *page;

static void remember(uint64_t forkid)
{
	seen->forkids[__atomic_fetch_add(&seen->length, 1, __ATOMIC_RELAXED)] = forkid;
}

static void *asking_thread(void *unused)
{
	int i;

	for (i = 1; i <= IN_A_PROCESS; i++) {
		wait_word(&asking, i);
		page = ask();
		set_word(&answered, i);
	}
	return unused;
}

/* @found: the address of the pages, if the other thread had received it before this process was forked. */
static void child(const volatile struct uss_process_page *found)
{
	const volatile struct uss_process_page *mine = found;

	if (mine) {
		check_page_serves(mine, "child of a process that had asked");
		__atomic_add_fetch(&seen->with_pages, 1, __ATOMIC_RELAXED);
	}
	mine = ask();
	check_page_serves(mine, "child");
	CHECK(!found || found == mine, "child: the pages are not at the parent's address");
	remember(mine->forkid);
	_exit(0);
}

static void rounds(void)
{
	pthread_t id;
	int i, delay;
	pid_t pid;

	CHECK(!pthread_create(&id, NULL, asking_thread, NULL), "thread");
	for (i = 1; i <= IN_A_PROCESS; i++) {
		page = NULL;
		set_word(&asking, i);
		for (delay = i * 40 % 4000; delay; delay--)
			__asm__ volatile("" ::: "memory");
		pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0);
		if (pid == 0)
			child(__atomic_load_n(&page, __ATOMIC_ACQUIRE));
		CHECK(pid > 0, "fork: %s", strerror(errno));
		wait_word(&answered, i);
		check_page_serves(page, "parent");
		remember(page->forkid);
		CHECK(!munmap((void *)(uintptr_t)page, 3 * 4096), "munmap");
		reap(pid);
	}
	pthread_join(id, NULL);
}

static int compare(const void *a, const void *b)
{
	return *(const uint64_t *)a < *(const uint64_t *)b ? -1 : *(const uint64_t *)a > *(const uint64_t *)b;
}

int main(void)
{
	const char *text = getenv("ASK_FORKS");
	int i, often = text ? atoi(text) : 500;

	seen = mmap(NULL, sizeof(*seen) + 2 * ((size_t)often + IN_A_PROCESS) * sizeof(uint64_t), PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(seen != MAP_FAILED, "mmap");
	for (i = 0; i < often; i += IN_A_PROCESS)
		in_fresh_process(rounds);
	qsort(seen->forkids, (size_t)seen->length, sizeof(uint64_t), compare);
	for (i = 0; i < seen->length; i++)
		CHECK(seen->forkids[i] > (i ? seen->forkids[i - 1] : 0), "fork id %llu was used twice",
		      (unsigned long long)seen->forkids[i]);
	printf("%d rounds, %d children forked after their parent had its pages\n", i / 2, seen->with_pages);
	return 0;
}
