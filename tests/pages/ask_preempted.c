/* SPDX-License-Identifier: MIT */
/*
 * A process asks for pages while the kernel has preempted another of its threads in the middle of personality(2): after the call's
 * event, before its effect. The page must not say that it is valid for what uname(2) tells that thread.
 */
#include <pthread.h>
#include <sys/mount.h>
#include <sys/personality.h>

#include "asking.h"

#define ROUNDS 400
#define PREEMPTION "/sys/kernel/debug/sched/preempt"

static const volatile struct uss_process_page *page;
static int stop;
static long delay_ns;

static void *change_personality(void *unused)
{
	const volatile struct uss_process_page *facts;

	while (!get_word(&stop)) {
		CHECK(personality(UNAME26) >= 0, "personality");
		facts = __atomic_load_n(&page, __ATOMIC_ACQUIRE);
		CHECK(!facts || !(facts->speaks & USS_SPEAKS_UNAME), "with UNAME26: speaks %#x", facts->speaks);
		CHECK(personality(PER_LINUX) >= 0, "personality");
	}
	return unused;
}

/* Both threads run on one processor. The one that asks has real-time priority: the end of its sleep preempts the other one wherever it is. */
static void ask_when_preempted(void)
{
	struct timespec delay = { 0, delay_ns };
	struct sched_param priority = { .sched_priority = 1 };
	pthread_t id;

	CHECK(!pthread_create(&id, NULL, change_personality, NULL), "thread");
	CHECK(!sched_setscheduler(0, SCHED_FIFO, &priority), "sched_setscheduler: %s", strerror(errno));
	nanosleep(&delay, NULL);
	__atomic_store_n(&page, ask(), __ATOMIC_RELEASE);
	check_page_serves(page, "while a thread is preempted");
	sleep_us(1000);
	set_word(&stop, 1);
	pthread_join(id, NULL);
}

/* Returns false where the kernel's preemption cannot be chosen, as on PREEMPT_RT, where it is always full. */
static bool set_preemption(const char *mode)
{
	int fd = open(PREEMPTION, O_WRONLY | O_CLOEXEC);
	bool ok = fd >= 0 && write(fd, mode, strlen(mode)) > 0;

	if (fd >= 0)
		close(fd);
	return ok;
}

static void ask_many_times(void)
{
	int i;

	for (i = 0; i < ROUNDS; i++) {
		delay_ns = 1000000 + i * 7919 % 1000000;
		in_fresh_process(ask_when_preempted);
	}
}

int main(void)
{
	char before[64] = "", *chosen = NULL;
	cpu_set_t one;
	int status;
	pid_t pid;

	require_pages_on_demand();
	mount("debugfs", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (!access(PREEMPTION, R_OK)) {
		read_text(PREEMPTION, before, sizeof(before));
		chosen = strchr(before, '(');
		CHECK(chosen && strchr(chosen, ')'), "%s: %s", PREEMPTION, before);
		*strchr(++chosen, ')') = '\0';
		CHECK(set_preemption("full"), "%s: %s", PREEMPTION, strerror(errno));
	}
	CPU_ZERO(&one);
	CPU_SET(0, &one);
	CHECK(!sched_setaffinity(0, sizeof(one), &one), "sched_setaffinity: %s", strerror(errno));
	pid = fork();
	if (!pid) {
		ask_many_times();
		_exit(0);
	}
	CHECK(pid > 0 && waitpid(pid, &status, 0) == pid, "fork: %s", strerror(errno));
	CHECK(!chosen || set_preemption(chosen), "%s: %s", PREEMPTION, strerror(errno));
	CHECK(!status, "status %#x", status);
	return 0;
}
