/* SPDX-License-Identifier: MIT */
/*
 * A process asks while threads of it are in another UTS namespace or have another personality, or are about to: the pid is served, and the
 * names are not, unless they are right for all threads.
 */
#include <pthread.h>
#include <sys/personality.h>
#include <sys/utsname.h>

#include "asking.h"

#define ROUNDS 60

static const volatile struct uss_process_page *page;
static int begun, stop, home, round_number;

/* What the page says, as a reader must read it. */
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

static void *wait_for_stop(void *personality_or_zero)
{
	if (personality_or_zero)
		CHECK(personality((unsigned long)(uintptr_t)personality_or_zero) >= 0, "personality");
	else
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	set_word(&begun, 1);
	wait_word(&stop, 1);
	return NULL;
}

static void ask_beside(unsigned long other, uint32_t expected)
{
	pthread_t id;

	CHECK(!pthread_create(&id, NULL, wait_for_stop, (void *)(uintptr_t)other), "thread");
	wait_word(&begun, 1);
	page = ask();
	check_page_serves(page, "beside a thread that differs");
	CHECK(page->speaks == expected, "personality %#lx: speaks %#x, expected %#x", other, page->speaks, expected);
	set_word(&stop, 1);
	pthread_join(id, NULL);
	check_page_serves(page, "when the thread that differs has gone");
	CHECK(page->speaks == expected, "personality %#lx: speaks %#x later, expected %#x", other, page->speaks, expected);
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

/* Leaves and comes back, and each time looks whether the page still says that it speaks for this thread. */
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

/* One of them leaves once only, and makes another thread before it ends: that is in the other namespace without having gone there. */
static void *check_for_ever(void *unused)
{
	while (!get_word(&stop))
		CHECK(!(speaks() & USS_SPEAKS_SYSTEM), "thread of one that left: speaks %#x", speaks());
	return unused;
}

static void *leave_and_hand_on(void *unused)
{
	pthread_t id;

	CHECK(!unshare(CLONE_NEWUTS), "unshare");
	CHECK(!pthread_create(&id, NULL, check_for_ever, NULL), "thread");
	pthread_detach(id);
	return unused;
}

static void beside_change(void)
{
	void *(*const functions[])(void *) = { come_and_go, change_personality, leave_and_hand_on };
	pthread_t id;
	int i;

	CHECK(!pthread_create(&id, NULL, functions[round_number % 3], NULL), "thread");
	for (i = 0; i < round_number * 300; i++)
		__asm__ volatile("" ::: "memory");
	__atomic_store_n(&page, ask(), __ATOMIC_RELEASE);
	check_page_serves(page, "beside threads that change");
	sleep_us(3000);
	set_word(&stop, 1);
	pthread_join(id, NULL);
	check_page_serves(page, "after threads that changed");
}

int main(void)
{
	home = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);
	CHECK(home >= 0, "namespace: %s", strerror(errno));
	in_fresh_process(beside_another_namespace);
	in_fresh_process(beside_uname26);
	in_fresh_process(beside_linux32);
	in_fresh_process(beside_another_personality);
	in_fresh_process(with_uname26);
	in_fresh_process(in_own_namespace);
	for (round_number = 0; round_number < ROUNDS * 3; round_number++)
		in_fresh_process(beside_change);
	return 0;
}
