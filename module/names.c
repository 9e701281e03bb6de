// SPDX-License-Identifier: GPL-2.0-only
/*
 * names.c - the system pages: what uname(2) says in each UTS namespace
 *
 * 1. A namespace has a system page from the first touch by one of its processes, and as long as a process that touched it is in the
 *    namespace. The page is found by the namespace's address. A process that leaves the namespace first drops its reference to the
 *    page, so that address is never stale.
 *
 * 2. uts_sem, the kernel's lock for the names, is not exported. But the hooks report each change twice: before the setter takes uts_sem,
 *    and after the name is complete. While no change is under way in a namespace, its names are stable and can be copied.
 *
 * 3. From the beginning of a change to the end of the last one, the page is silent: its sequence counter is odd, and readers fall back to
 *    the system call. When it is even again, the page holds what the kernel has. So a page is right by the time the setter's system call
 *    returns.
 *
 * 4. Changes are counted for each bucket of the hash table, not for each page. So a page that is made during a change begins odd, and is
 *    published at the end of the last change in its bucket.
 *
 * 5. If a change began before the module's hooks were registered, only its end is seen. A page that exists by then is not harmed: it is
 *    published at the end, when the name is complete. But a page that was made during such a change may hold half a name. So when such a
 *    change ends soon after loading, all pages are silent for a second. In that time the other early setters finish as well: uts_sem
 *    is handed on every few milliseconds. Long after loading, such an end means that the kernel sets names at an entry point that
 *    this module does not know. Then names are not served any more.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/nsproxy.h>
#include <linux/personality.h>
#include <linux/printk.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/utsname.h>
#include <linux/workqueue.h>
#include <usrsysshm/abi.h>

#include "compat/compat.h"
#include "facts.h"
#include "names.h"
#include "page.h"
#include "sequence.h"
#include "space.h"
#include "withdraw.h"

/* The system page of one namespace. */
struct uss_system {
	struct hlist_node node;
	struct uts_namespace *ns;	/* the key */
	refcount_t references;		/* only dropping the last one takes the lock */
	struct page *page;
	struct rcu_head rcu;
};

#define USS_SYSTEM_BITS	10

static struct uss_system_bucket {
	struct hlist_head systems;
	unsigned int changing;		/* changes under way */
} uss_system_buckets[1 << USS_SYSTEM_BITS];

static DEFINE_RAW_SPINLOCK(uss_names_lock);	/* the table and all below */
static bool uss_names_are_ready, uss_names_are_lost;

/* After a change of which only the end was seen (point 5): how long pages are silent, and how long after loading this is no error. */
#define USS_NAMES_SILENCE	HZ
#define USS_NAMES_LOADING	(60 * HZ)

static void uss_names_silence_over(struct work_struct *work);

static unsigned int uss_names_unseen;
static unsigned long uss_names_ready_since;	/* jiffies */
static bool uss_names_are_silent;
static DECLARE_DELAYED_WORK(uss_names_silence_work, uss_names_silence_over);

static struct uss_system_bucket *uss_system_bucket(struct uts_namespace *ns)
{
	return &uss_system_buckets[hash_ptr(ns, USS_SYSTEM_BITS)];
}

/*
 * System pages
 */

/* Takes over @page. NULL if that is NULL, or without memory. */
static struct uss_system *uss_system_alloc(struct page *page)
{
	struct uss_system *system = page ? kzalloc(sizeof(*system), GFP_KERNEL_ACCOUNT | USS_GFP_OPTIONAL) : NULL;

	if (system)
		system->page = page;
	else
		uss_page_free(page);
	return system;
}

static void uss_system_free(struct uss_system *system)
{
	if (!system)
		return;
	uss_page_free(system->page);
	kfree(system);
}

/* Where nothing may be freed (see uss_system_put()), RCU is only a way to free it later. */
static void uss_system_free_rcu(struct rcu_head *rcu)
{
	uss_system_free(container_of(rcu, struct uss_system, rcu));
}

static struct uss_system *uss_system_find(struct uts_namespace *ns)
{
	struct uss_system *system;

	hlist_for_each_entry(system, &uss_system_bucket(ns)->systems, node)
		if (system->ns == ns)
			return system;
	return NULL;
}

static void uss_system_silence(struct uss_system *system)
{
	struct uss_system_page *page = page_address(system->page);

	uss_sequence_begin(&page->names_sequence);
}

/* No change is under way in this namespace. */
static void uss_system_publish(struct uss_system *system)
{
	struct uss_system_page *page = page_address(system->page);

	BUILD_BUG_ON(sizeof(page->names) != sizeof(system->ns->name));
	memcpy(&page->names, &system->ns->name, sizeof(page->names));
	uss_sequence_end(&page->names_sequence);
}

static void uss_system_insert(struct uss_system *system, struct uts_namespace *ns)
{
	struct uss_system_bucket *bucket = uss_system_bucket(ns);

	system->ns = ns;
	uss_page_fill_header(page_address(system->page), USS_MAGIC_SYSTEM, sizeof(struct uss_system_page));
	if (bucket->changing || uss_names_are_silent || uss_names_are_lost)
		uss_system_silence(system);
	else
		uss_system_publish(system);
	hlist_add_head(&system->node, &bucket->systems);
}

/*
 * Returns the system page of @ns with a reference. If there is none, *@new becomes it, and *@new is NULL afterwards. Returns NULL if both
 * are missing. The caller ensures that the namespace lives as long as the reference.
 */
static struct uss_system *uss_system_get(struct uts_namespace *ns, struct uss_system **new)
{
	struct uss_system *system;

	raw_spin_lock(&uss_names_lock);
	system = uss_system_find(ns);
	if (system) {
		refcount_inc(&system->references);
	} else if (*new) {
		system = *new;
		*new = NULL;
		refcount_set(&system->references, 1);
		uss_system_insert(system, ns);
	}
	raw_spin_unlock(&uss_names_lock);
	return system;
}

/* Atomic context. */
static void uss_system_put(struct uss_system *system)
{
	bool last;

	if (refcount_dec_not_one(&system->references))
		return;
	raw_spin_lock(&uss_names_lock);
	last = refcount_dec_and_test(&system->references);
	if (last) {
		/* The page may still be mapped or spliced somewhere: it must not look valid there. */
		uss_system_silence(system);
		hlist_del(&system->node);
	}
	raw_spin_unlock(&uss_names_lock);
	if (last)
		call_rcu(&system->rcu, uss_system_free_rcu);
}

/*
 * Changes
 */

void uss_names_begin_change(struct uts_namespace *ns)
{
	struct uss_system *system;

	raw_spin_lock(&uss_names_lock);
	uss_system_bucket(ns)->changing++;
	system = uss_system_find(ns);
	if (system)
		uss_system_silence(system);
	raw_spin_unlock(&uss_names_lock);
}

static void uss_names_silence_all(void)
{
	struct uss_system *system;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_system_buckets); i++)
		hlist_for_each_entry(system, &uss_system_buckets[i].systems, node)
			uss_system_silence(system);
}

/* Only the end of a change was seen (point 5). Returns whether the names are lost by that. */
static bool uss_names_unseen_change(void)
{
	uss_names_unseen++;
	if (!uss_names_are_ready || uss_names_are_lost)
		return false;
	uss_names_silence_all();
	if (time_before(jiffies, uss_names_ready_since + USS_NAMES_LOADING)) {
		uss_names_are_silent = true;
		mod_delayed_work(uss_unbound_wq, &uss_names_silence_work, USS_NAMES_SILENCE);
		return false;
	}
	uss_names_are_lost = true;
	return true;
}

/* No change is under way in this bucket any more. */
static void uss_names_publish_silent(struct uss_system_bucket *bucket)
{
	struct uss_system_page *page;
	struct uss_system *system;

	hlist_for_each_entry(system, &bucket->systems, node) {
		page = page_address(system->page);
		if (uss_sequence_is_odd(&page->names_sequence))
			uss_system_publish(system);
	}
}

void uss_names_end_change(struct uts_namespace *ns)
{
	struct uss_system_bucket *bucket = uss_system_bucket(ns);
	bool lost = false;

	raw_spin_lock(&uss_names_lock);
	if (!bucket->changing)
		lost = uss_names_unseen_change();
	else if (--bucket->changing == 0 && !uss_names_are_silent && !uss_names_are_lost)
		uss_names_publish_silent(bucket);
	raw_spin_unlock(&uss_names_lock);
	if (lost)
		pr_warn("a name was set in an unknown way: host name, domain name and uname are not served any more\n");
}

static void uss_names_silence_over(struct work_struct *work)
{
	size_t i;

	raw_spin_lock(&uss_names_lock);
	uss_names_are_silent = false;
	for (i = 0; i < ARRAY_SIZE(uss_system_buckets) && !uss_names_are_silent && !uss_names_are_lost; i++) {
		if (!uss_system_buckets[i].changing)
			uss_names_publish_silent(&uss_system_buckets[i]);
		/* Preemption was off long enough. */
		raw_spin_unlock(&uss_names_lock);
		raw_spin_lock(&uss_names_lock);
	}
	raw_spin_unlock(&uss_names_lock);
}

unsigned int uss_names_count_unseen(void)
{
	return READ_ONCE(uss_names_unseen);
}

void uss_names_set_ready(bool ready)
{
	raw_spin_lock(&uss_names_lock);
	uss_names_are_ready = ready;
	uss_names_ready_since = jiffies;
	raw_spin_unlock(&uss_names_lock);
}

static void uss_names_exit(void)
{
	cancel_delayed_work_sync(&uss_names_silence_work);
}

/*
 * Spaces: which system page a process sees
 */

/* Does uname(2) tell @task the true release and machine? */
static bool uss_sees_uname(struct task_struct *task)
{
	return !(task->personality & UNAME26) && personality(task->personality) != PER_LINUX32;
}

static void uss_names_own(struct uss_space *space, struct task_struct *task)
{
	space->names.ns = task->nsproxy->uts_ns;
	uss_process_set_valid(space, USS_SPEAKS_SYSTEM | (uss_sees_uname(task) ? USS_SPEAKS_UNAME : 0));
}

/*
 * The owner is about to leave its UTS namespace, which may then be freed. First the process page stops being valid for the names, then the
 * system page may stop being kept right. A process that continues in this memory must not see it any more.
 */
static void uss_names_drop(struct uss_space *space, bool goes_on)
{
	struct uss_system *system = space->names.system;

	space->names.system = NULL;
	space->names.ns = NULL;
	uss_process_clear_valid(space, USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME);
	if (!system)
		return;
	uss_system_put(system);
	if (goes_on && uss_withdraw(space->names.withdrawal, space->mm))
		space->names.withdrawal = NULL;
}

static void uss_names_leave(struct uss_space *space)
{
	uss_names_drop(space, uss_process_is_shared(space));
}

static void uss_names_end(struct uss_space *space)
{
	uss_names_drop(space, false);
}

static void uss_names_free(struct uss_space *space)
{
	kfree(space->names.withdrawal);
}

static void uss_names_enter(struct uss_space *space, struct task_struct *task, const struct nsproxy *new)
{
	if (space->names.ns && (!new || new->uts_ns != task->nsproxy->uts_ns))
		uss_names_drop(space, true);
}

static void uss_names_change_personality(struct uss_space *space)
{
	uss_process_clear_valid(space, USS_SPEAKS_UNAME);
}

static void uss_names_compare(struct uss_space *space, struct task_struct *thread, bool in_doubt)
{
	if (space->names.ns && (in_doubt || thread->nsproxy->uts_ns != space->names.ns))
		uss_names_drop(space, true);
	if (in_doubt || !uss_sees_uname(thread))
		uss_process_clear_valid(space, USS_SPEAKS_UNAME);
}

/* Leaving a namespace withdraws the page from the process, in atomic context: the memory for that is allocated before. */
static bool uss_names_prepare_withdrawal(struct uss_space *space)
{
	struct uss_withdrawal *new;

	if (READ_ONCE(space->names.withdrawal))
		return true;
	new = uss_withdrawal_alloc();
	if (!new)
		return false;
	raw_spin_lock(&space->lock);
	if (!space->names.withdrawal)
		swap(space->names.withdrawal, new);
	raw_spin_unlock(&space->lock);
	kfree(new);
	return true;
}

/* Returns the system page of the owner's namespace, with a reference; makes it of *@new. Says whether only that is missing. */
static struct page *uss_names_find_page(struct uss_space *space, struct uss_system **new, bool *needs_new)
{
	struct page *page = NULL;

	raw_spin_lock(&space->lock);
	/* While the owner is in its namespace, the namespace exists, and leaving it takes this lock. */
	if (space->names.ns && !space->names.system)
		space->names.system = uss_system_get(space->names.ns, new);
	if (space->names.system) {
		page = space->names.system->page;
		get_page(page);
	}
	*needs_new = space->names.ns && !space->names.system;
	raw_spin_unlock(&space->lock);
	return page;
}

static struct page *uss_names_page(struct uss_space *space, unsigned int index)
{
	struct uss_system *new = NULL;
	struct page *page;
	bool needs_new;

	if (!uss_names_prepare_withdrawal(space))
		return NULL;
	page = uss_names_find_page(space, &new, &needs_new);
	if (needs_new) {
		new = uss_system_alloc(uss_page_alloc(USS_GFP_OPTIONAL));
		page = uss_names_find_page(space, &new, &needs_new);
		uss_system_free(new);
	}
	return page;
}

static void uss_names_peek(struct uss_space *space, unsigned int index, void *copy)
{
	if (space->names.system)
		memcpy(copy, page_address(space->names.system->page), PAGE_SIZE);
}

const struct uss_fact uss_names_fact = {
	.names = "names",
	.features = USS_FEATURE_NAMES,
	.first = USS_SYSTEM_PGOFF,
	.pages = 1,
	.exit = uss_names_exit,
	.page = uss_names_page,
	.peek = uss_names_peek,
	.end = uss_names_end,
	.free = uss_names_free,
	.own = uss_names_own,
	.leave = uss_names_leave,
	.enter = uss_names_enter,
	.change_personality = uss_names_change_personality,
	.compare = uss_names_compare,
};
