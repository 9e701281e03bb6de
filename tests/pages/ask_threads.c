/* SPDX-License-Identifier: MIT */
/*
 * A process asks for pages while some of its threads are in another UTS namespace, have another personality, or are about to
 * change either. The pid is served. The names are served only if they are valid for all threads.
 */
#include <pthread.h>
#include <sys/personality.h>
#include <sys/utsname.h>

#include "asking.h"

#define ROUNDS 60

static const volatile struct uss_process_page *page;
static int started, stop, home, round_number;

/* The bits in `speaks`, read as abi.h requires. */
static uint32_t speaks(void)
{
	const volatile struct uss_process_page *facts = __atomic_load_n(&page, __ATOMIC_ACQUIRE);
	uint32_t bits;

	if (!facts)
		return 0;
	bits = facts->speaks;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	return facts->pid ? bits : 0;
}

static void *wait_for_stop(void *persona)
{
	if (persona)
		CHECK(personality((unsigned long)(uintptr_t)persona) >= 0, "personality");
	else
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	set_word(&started, 1);
	wait_word(&stop, 1);
	return NULL;
}

static void ask_beside(unsigned long persona, uint32_t expected)
{
	pthread_t id;

	CHECK(!pthread_create(&id, NULL, wait_for_stop, (void *)(uintptr_t)persona), "thread");
	wait_word(&started, 1);
	page = ask();
	check_page_serves(page, "beside a thread with another namespace or personality");
	CHECK(page->speaks == expected, "personality %#lx: speaks %#x, expected %#x", persona, page->speaks, expected);
	set_word(&stop, 1);
	pthread_join(id, NULL);
	check_page_serves(page, "after that thread has exited");
	CHECK(page->speaks == expected, "personality %#lx: speaks %#x later, expected %#x", persona, page->speaks, expected);
}

static void beside_another_namespace(void)
{
	ask_beside(0, USS_SPEAKS_START_TIME);
}

static void beside_uname26(void)
{
	ask_beside(UNAME26, USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM);
}

static void beside_linux32(void)
{
	ask_beside(PER_LINUX32, USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM);
}

static void beside_another_personality(void)
{
	ask_beside(ADDR_NO_RANDOMIZE, USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME);
}

static void with_uname26(void)
{
	CHECK(personality(UNAME26) >= 0, "personality");
	page = ask();
	check_page_serves(page, "with UNAME26");
	CHECK(page->speaks == (USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM), "UNAME26: speaks %#x", page->speaks);
}

static void in_own_namespace(void)
{
	CHECK(!unshare(CLONE_NEWUTS), "unshare");
	page = ask();
	check_page_serves(page, "in a namespace of its own");
	CHECK(page->speaks == (USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME), "own namespace: speaks %#x", page->speaks);
}

/* Leaves and re-enters the namespace. While it is outside, the page must not say that the system page is valid. */
static void *come_and_go(void *unused)
{
	while (!get_word(&stop)) {
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
		CHECK(!(speaks() & USS_SPEAKS_SYSTEM), "in another namespace: speaks %#x", speaks());
		CHECK(!setns(home, CLONE_NEWUTS), "setns: %s", strerror(errno));
	}
	return unused;
}

static void *change_personality(void *unused)
{
	while (!get_word(&stop)) {
		CHECK(personality(UNAME26) >= 0, "personality");
		CHECK(!(speaks() & USS_SPEAKS_UNAME), "with UNAME26: speaks %#x", speaks());
		CHECK(personality(PER_LINUX) >= 0, "personality");
		CHECK(personality(PER_LINUX32) >= 0, "personality");
		CHECK(!(speaks() & USS_SPEAKS_UNAME), "with PER_LINUX32: speaks %#x", speaks());
		CHECK(personality(PER_LINUX) >= 0, "personality");
	}
	return unused;
}

/*
 * A thread leaves the namespace once and creates another thread before it exits. The new one starts in the other namespace
 * without a call of its own.
 */
static void *check_until_stop(void *unused)
{
	while (!get_word(&stop))
		CHECK(!(speaks() & USS_SPEAKS_SYSTEM), "thread created outside: speaks %#x", speaks());
	return unused;
}

static void *leave_and_create_thread(void *unused)
{
	pthread_t id;

	CHECK(!unshare(CLONE_NEWUTS), "unshare");
	CHECK(!pthread_create(&id, NULL, check_until_stop, NULL), "thread");
	pthread_detach(id);
	return unused;
}

static void ask_during_change(void)
{
	void *(*const functions[])(void *) = { come_and_go, change_personality, leave_and_create_thread };
	pthread_t id;
	int i;

	CHECK(!pthread_create(&id, NULL, functions[round_number % 3], NULL), "thread");
	for (i = 0; i < round_number * 300; i++)
		__asm__ volatile("" ::: "memory");
	__atomic_store_n(&page, ask(), __ATOMIC_RELEASE);
	check_page_serves(page, "while a thread changes");
	sleep_us(3000);
	set_word(&stop, 1);
	pthread_join(id, NULL);
	check_page_serves(page, "after a thread has changed");
}

int main(void)
{
	require_pages_on_demand();
	home = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	CHECK(home >= 0, "namespace: %s", strerror(errno));
	in_fresh_process(beside_another_namespace);
	in_fresh_process(beside_uname26);
	in_fresh_process(beside_linux32);
	in_fresh_process(beside_another_personality);
	in_fresh_process(with_uname26);
	in_fresh_process(in_own_namespace);
	for (round_number = 0; round_number < ROUNDS * 3; round_number++)
		in_fresh_process(ask_during_change);
	return 0;
}
