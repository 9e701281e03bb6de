// SPDX-License-Identifier: GPL-2.0-only
/*
 * space.c - address spaces that have pages, and what happens to them
 *
 * 1. A struct uss_space belongs to one mm from the moment it gets our first VMA (the process asked for its pages, or fork copied the VMA)
 *    until the last one goes (munmap, exec, exit). It is found by its mm. The VMAs go before the mm is freed, so an mm pointer in
 *    the table is never stale. (A dead space can still be found, under RCU, for a moment.)
 *
 * 2. The facts decide what the pages contain (facts.h). This file calls them: when a space begins and ends, at a page fault, and when
 *    something happens to its processes. Events are delivered under space->lock.
 *
 * 3. A page is allocated at the first touch, without a lock, and filled and installed under space->lock, which every change of a field
 *    takes too. So a page begins right and stays right, and a page that is never touched costs nothing. Only the process itself makes its
 *    pages. Another process that reads its memory gets a copy and changes nothing (map.c).
 *
 * 4. No lock is shared by all processes: the table has a lock for each bucket, and counts are per processor.
 */
#include <linux/hash.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/rculist.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "facts.h"
#include "page.h"
#include "sharer.h"
#include "space.h"

/* The process page first: when the owner leaves, its pid reads 0 before any other page stops being kept right. */
/* clang-format off */
static const struct uss_fact *const uss_facts[] = {
	&uss_process_fact,
	&uss_title_fact,
	&uss_names_fact,
	&uss_machine_fact,
	&uss_cputime_fact,
};
/* clang-format on */
/* What their probe() says. */
static bool uss_fact_is_served[ARRAY_SIZE(uss_facts)];

/* Calls a function of all facts that have it. */
#define USS_CALL_FACTS(function, ...) \
	do { \
		size_t fact__; \
		for (fact__ = 0; fact__ < ARRAY_SIZE(uss_facts); fact__++) \
			if (uss_fact_is_served[fact__] && uss_facts[fact__]->function) \
				uss_facts[fact__]->function(__VA_ARGS__); \
	} while (0)

#define USS_SPACE_BITS	12

/* Read under RCU; changed under the lock. */
static struct uss_bucket {
	struct hlist_head spaces;
	spinlock_t lock;
} uss_buckets[1 << USS_SPACE_BITS];

/* One processor counts a space that begins, another one its end: only the sum means something. */
static DEFINE_PER_CPU(int, uss_processes);

/* Not charged to a memory cgroup, which would cost every fork. There is one space for each mm, and the mm, far larger, is charged. */
static struct kmem_cache *uss_space_cache;

int uss_count_processes(void)
{
	int cpu, sum = 0;

	for_each_possible_cpu(cpu)
		sum += per_cpu(uss_processes, cpu);
	return sum;
}

ssize_t uss_space_print_facts(char *buf)
{
	ssize_t length = 0;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_facts); i++)
		if (uss_fact_is_served[i])
			length += sysfs_emit_at(buf, length, "%s%s", length ? " " : "", uss_facts[i]->names);
	return length + sysfs_emit_at(buf, length, "\n");
}

static struct uss_bucket *uss_bucket(const struct mm_struct *mm)
{
	return &uss_buckets[hash_ptr(mm, USS_SPACE_BITS)];
}

/* Under rcu_read_lock(). */
static struct uss_space *uss_space_find(const struct mm_struct *mm)
{
	struct uss_space *space;

	hlist_for_each_entry_rcu(space, &uss_bucket(mm)->spaces, node)
		if (space->mm == mm)
			return space;
	return NULL;
}

/* Both sides have it, so either an event finds the space, or ask.c sees what the task did before its event (point 2 there). */
static void uss_event_barrier(void)
{
	smp_mb();
}

static bool uss_space_exists(const struct mm_struct *mm)
{
	bool exists;

	uss_event_barrier();
	rcu_read_lock();
	exists = uss_space_find(mm);
	rcu_read_unlock();
	return exists;
}

bool uss_space_call(const struct mm_struct *mm, void (*function)(struct uss_space *space, void *data), void *data)
{
	struct uss_space *space;
	bool called = false;

	uss_event_barrier();
	rcu_read_lock();
	space = uss_space_find(mm);
	if (space) {
		raw_spin_lock(&space->lock);
		called = !space->dead;
		if (called)
			function(space, data);
		raw_spin_unlock(&space->lock);
	}
	rcu_read_unlock();
	return called;
}

/*
 * Pages
 */

static const struct uss_fact *uss_fact_at(pgoff_t pgoff)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_facts); i++)
		if (uss_fact_is_served[i] && pgoff >= uss_facts[i]->first && pgoff < uss_facts[i]->first + uss_facts[i]->pages)
			return uss_facts[i];
	return NULL;
}

struct page *uss_space_page(struct uss_space *space, pgoff_t pgoff)
{
	const struct uss_fact *fact = uss_fact_at(pgoff);

	return fact ? fact->page(space, pgoff - fact->first) : NULL;
}

void uss_space_peek(struct uss_space *space, pgoff_t pgoff, void *copy)
{
	const struct uss_fact *fact = uss_fact_at(pgoff);

	memset(copy, 0, PAGE_SIZE);
	raw_spin_lock(&space->lock);
	if (fact)
		fact->peek(space, pgoff - fact->first, copy);
	raw_spin_unlock(&space->lock);
}

/*
 * Lifetime
 */

struct uss_space *uss_space_create(struct mm_struct *mm, gfp_t gfp)
{
	struct uss_space *space = kmem_cache_zalloc(uss_space_cache, GFP_KERNEL | gfp);

	if (!space)
		return NULL;
	space->mm = mm;
	refcount_set(&space->vmas, 1);
	raw_spin_lock_init(&space->lock);
	USS_CALL_FACTS(begin, space);
	spin_lock(&uss_bucket(mm)->lock);
	hlist_add_head_rcu(&space->node, &uss_bucket(mm)->spaces);
	spin_unlock(&uss_bucket(mm)->lock);
	this_cpu_inc(uss_processes);
	return space;
}

struct uss_space *uss_space_get(struct mm_struct *mm)
{
	struct uss_space *space;

	rcu_read_lock();
	space = uss_space_find(mm);
	/* The mmap_lock serialises this. The count is 0 if the program has just unmapped the last VMA: then the space is dead. */
	if (space && !refcount_inc_not_zero(&space->vmas))
		space = NULL;
	rcu_read_unlock();
	return space;
}

struct uss_space *uss_space_attach(struct mm_struct *mm)
{
	return uss_space_get(mm) ?: uss_space_create(mm, __GFP_NOFAIL);
}

static void uss_space_free(struct rcu_head *rcu)
{
	kmem_cache_free(uss_space_cache, container_of(rcu, struct uss_space, rcu));
}

void uss_space_put(struct uss_space *space)
{
	if (!refcount_dec_and_test(&space->vmas))
		return;
	spin_lock(&uss_bucket(space->mm)->lock);
	hlist_del_rcu(&space->node);
	spin_unlock(&uss_bucket(space->mm)->lock);

	/* An event that found the space before may still come. It then finds the space dead, and does nothing. */
	raw_spin_lock(&space->lock);
	space->dead = true;
	USS_CALL_FACTS(end, space);
	raw_spin_unlock(&space->lock);

	USS_CALL_FACTS(free, space);
	this_cpu_dec(uss_processes);
	call_rcu(&space->rcu, uss_space_free);
}

void uss_space_inherit(struct uss_space *child, struct uss_space *parent)
{
	if (child != parent)
		USS_CALL_FACTS(inherit, child, parent);
}

struct mm_struct *uss_spaces_get_mm(unsigned int round)
{
	struct mm_struct *mm = NULL;
	struct uss_space *space;
	size_t i;

	rcu_read_lock();
	for (i = 0; i < ARRAY_SIZE(uss_buckets) && !mm; i++) {
		hlist_for_each_entry_rcu(space, &uss_buckets[i].spaces, node) {
			raw_spin_lock(&space->lock);
			/* Not dead: some VMA is not closed yet, so the mm still exists. */
			if (!space->dead && space->round != round && mmget_not_zero(space->mm)) {
				space->round = round;
				mm = space->mm;
			}
			raw_spin_unlock(&space->lock);
			if (mm)
				break;
		}
	}
	rcu_read_unlock();
	return mm;
}

bool uss_spaces_are_empty(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_buckets); i++)
		if (!hlist_empty(&uss_buckets[i].spaces))
			return false;
	return true;
}

/*
 * What happens to processes
 */

struct uss_event {
	void (*event)(struct uss_space *space, struct uss_event *event);
	struct task_struct *task;
	const struct nsproxy *new;
	struct uss_sharer *sharer;	/* to be added, or removed */
};

static void uss_do_event(struct uss_space *space, void *data)
{
	struct uss_event *event = data;

	event->event(space, event);
}

/* Delivers the event to the space of @mm, if it has one. */
static void uss_deliver(const struct mm_struct *mm, struct uss_event event)
{
	uss_space_call(mm, uss_do_event, &event);
	/* A record was removed, or not needed. */
	if (event.sharer)
		uss_sharer_free_in_hook(event.sharer);
}

static void uss_set_owner(struct uss_space *space, struct task_struct *task)
{
	USS_CALL_FACTS(own, space, task);
}

static void uss_own_event(struct uss_space *space, struct uss_event *event)
{
	uss_set_owner(space, event->task);
}

static void uss_share_event(struct uss_space *space, struct uss_event *event)
{
	uss_process_add_sharer(space, event->task, &event->sharer);
}

static void uss_leave_event(struct uss_space *space, struct uss_event *event)
{
	event->sharer = uss_process_remove_sharer(space, event->task);
	if (uss_process_is_owner(space, event->task))
		USS_CALL_FACTS(leave, space);
}

/* One thread enters namespaces. The other threads do not, but all of them share one page. */
static void uss_enter_event(struct uss_space *space, struct uss_event *event)
{
	if (uss_process_is_owner(space, event->task))
		USS_CALL_FACTS(enter, space, event->task, event->new);
}

static void uss_personality_event(struct uss_space *space, struct uss_event *event)
{
	if (uss_process_is_owner(space, event->task))
		USS_CALL_FACTS(change_personality, space);
}

bool uss_space_begin_settling(struct uss_space *space, struct task_struct *task)
{
	/* A sharer that was created when the space had no owner yet stays one. */
	if (space->process.was_owned || uss_process_is_sharer(space, task))
		return false;
	uss_process_set_settling(space, true);
	uss_set_owner(space, task);
	return true;
}

void uss_space_compare(struct uss_space *space, struct task_struct *thread, bool in_doubt)
{
	USS_CALL_FACTS(compare, space, thread, in_doubt);
}

/* The record is allocated before, because nothing may be allocated under the lock of the space. */
static void uss_share(struct task_struct *child)
{
	if (uss_space_exists(child->mm))
		uss_deliver(child->mm, (struct uss_event){ uss_share_event, child, .sharer = uss_sharer_alloc_in_hook() });
}

/* @child is complete and has not run yet. */
void uss_space_fork(struct task_struct *parent, struct task_struct *child)
{
	if (child->signal != parent->signal && child->mm == parent->mm)
		uss_share(child);
	else if (child->signal != parent->signal)
		uss_deliver(child->mm, (struct uss_event){ uss_own_event, child });
	else if (child->nsproxy != parent->nsproxy)
		/* A thread, made with CLONE_NEWUTS or the like. Its process is known already. */
		uss_deliver(child->mm, (struct uss_event){ uss_enter_event, parent, child->nsproxy });
}

/* The current @task will run no more user code in its present mm, nor will another thread of its process. */
void uss_space_leave(struct task_struct *task)
{
	uss_deliver(task->mm, (struct uss_event){ uss_leave_event, task });
}

/* The current @task is about to enter the namespaces of @new, where system calls would give other answers; NULL: unknown ones, perhaps. */
void uss_space_enter(struct task_struct *task, struct nsproxy *new)
{
	uss_deliver(task->mm, (struct uss_event){ uss_enter_event, task, new });
}

/* The current @task sets its personality, which each thread has its own of. */
void uss_space_personality(struct task_struct *task)
{
	uss_deliver(task->mm, (struct uss_event){ uss_personality_event, task });
}

/*
 * Loading and unloading
 */

static void uss_facts_exit(size_t initialised)
{
	while (initialised--)
		if (uss_fact_is_served[initialised] && uss_facts[initialised]->exit)
			uss_facts[initialised]->exit();
}

static int uss_facts_init(void)
{
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(uss_facts); i++) {
		err = uss_fact_is_served[i] && uss_facts[i]->init ? uss_facts[i]->init() : 0;
		if (err) {
			uss_facts_exit(i);
			return err;
		}
	}
	return 0;
}

int uss_spaces_init(void)
{
	u64 features = 0;
	size_t i;
	int err;

	for (i = 0; i < ARRAY_SIZE(uss_buckets); i++)
		spin_lock_init(&uss_buckets[i].lock);
	for (i = 0; i < ARRAY_SIZE(uss_facts); i++) {
		uss_fact_is_served[i] = !uss_facts[i]->probe || uss_facts[i]->probe();
		if (uss_fact_is_served[i])
			features |= uss_facts[i]->features;
	}
	uss_space_cache = KMEM_CACHE(uss_space, 0);
	if (!uss_space_cache)
		return -ENOMEM;
	err = uss_pages_init(features);
	if (err)
		goto destroy_cache;
	err = uss_facts_init();
	if (err)
		goto exit_pages;
	return 0;

exit_pages:
	uss_pages_exit();
destroy_cache:
	kmem_cache_destroy(uss_space_cache);
	return err;
}

void uss_spaces_exit(void)
{
	uss_facts_exit(ARRAY_SIZE(uss_facts));
	uss_pages_exit();
	/* For uss_space_free() and the facts. */
	rcu_barrier();
	kmem_cache_destroy(uss_space_cache);
}
