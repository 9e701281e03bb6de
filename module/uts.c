// SPDX-License-Identifier: GPL-2.0-only
/*
 * uts.c - the system pages: what uname(2) says in each UTS namespace
 *
 * 1. A namespace has a page once one of its processes has touched it, and as long as one that did is in it. It is found by the
 *    namespace's address. Who leaves the namespace gives back his reference first, so that address is never a stale one.
 *
 * 2. The kernel's lock of names is not ours to take. But each change is seen to begin, before that lock is taken, and to end, after
 *    the name is complete; while no change is on its way in a namespace, its names stand still and can be copied.
 *
 * 3. From the beginning of a change to the end of the last one, the page's sequence is odd and its readers ask the kernel. What
 *    they find there when it is even again is what the kernel has; so a page is right by the time the setter returns.
 *
 * 4. Changes are counted for each bucket of the hash table, so that one which began before its namespace had a page is known of when
 *    the page is made: it begins odd, and is published with the end of the last change in its bucket.
 *
 * 5. A change that began before the module's hooks were there is seen to end only. That is no harm to a page that is there: it is
 *    published at the end, when the name is complete. But a page that was made beside such a change may hold half a name. So when
 *    one ends soon after loading, all pages are silent for a second: in that time those that are still waiting for uts_sem, which is handed
 *    on every few milliseconds, come to their end too. Such a change long after loading is one whose beginning this module does not know
 *    to hear of: then names are not served any more.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/refcount.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/utsname.h>
#include <linux/workqueue.h>
#include <usrsysshm/abi.h>

#include "space.h"
#include "uts.h"

struct uss_uts {
	struct hlist_node node;
	struct uts_namespace *ns;	/* the key */
	refcount_t references;		/* only the last one to go takes the lock */
	struct page *page;
};

#define USS_UTS_BITS	10

static struct uss_uts_bucket {
	struct hlist_head entries;
	unsigned int changing;		/* how many are setting a name */
} uss_uts_buckets[1 << USS_UTS_BITS];

static DEFINE_SPINLOCK(uss_uts_lock);	/* all of this file */
static int uss_uts_pages;
static bool uss_uts_is_ready, uss_uts_is_lost;

/* Changes that were only seen to end. */
#define USS_UTS_SETTLE		HZ
#define USS_UTS_LOADING		(60 * HZ)

static void uss_uts_settled(struct work_struct *work);

static unsigned int uss_uts_unseen;
static unsigned long uss_uts_ready_since;	/* jiffies */
static bool uss_uts_is_settling;
static DECLARE_DELAYED_WORK(uss_uts_settle_work, uss_uts_settled);

static struct uss_uts_bucket *uss_uts_bucket(struct uts_namespace *ns)
{
	return &uss_uts_buckets[hash_ptr(ns, USS_UTS_BITS)];
}

int uss_uts_count(void)
{
	return READ_ONCE(uss_uts_pages);
}

struct uss_uts *uss_uts_alloc(struct page *page)
{
	/* As for the page, nobody is to die for want of it. */
	struct uss_uts *uts = page ? kzalloc(sizeof(*uts), GFP_KERNEL_ACCOUNT | __GFP_RETRY_MAYFAIL | __GFP_NOWARN) : NULL;

	if (uts)
		uts->page = page;
	else if (page)
		__free_page(page);
	return uts;
}

void uss_uts_free(struct uss_uts *uts)
{
	if (!uts)
		return;
	put_page(uts->page);
	kfree(uts);
}

static struct uss_uts *uss_uts_find(struct uts_namespace *ns)
{
	struct uss_uts *uts;

	hlist_for_each_entry(uts, &uss_uts_bucket(ns)->entries, node)
		if (uts->ns == ns)
			return uts;
	return NULL;
}

/* The page's sequence becomes odd, before anything changes. */
static void uss_uts_silence(struct uss_uts *uts)
{
	struct uss_system_page *page = page_address(uts->page);

	WRITE_ONCE(page->names_sequence, page->names_sequence | 1);
	/* Pairs with the reader's acquire fence: who reads what follows finds the sequence odd, or changed. */
	smp_wmb();
}

/* Nobody sets a name of this namespace. */
static void uss_uts_publish(struct uss_uts *uts)
{
	struct uss_system_page *page = page_address(uts->page);
	u32 next = (page->names_sequence | 1) + 1;

	BUILD_BUG_ON(sizeof(page->names) != sizeof(uts->ns->name));
	memcpy(&page->names, &uts->ns->name, sizeof(page->names));
	/* 0 would have everybody ask for ever. */
	smp_store_release(&page->names_sequence, next ?: 2);
}

static void uss_uts_insert(struct uss_uts *uts, struct uts_namespace *ns)
{
	struct uss_uts_bucket *bucket = uss_uts_bucket(ns);

	uts->ns = ns;
	uss_fill_header(page_address(uts->page), USS_MAGIC_SYSTEM, sizeof(struct uss_system_page));
	if (bucket->changing || uss_uts_is_settling || uss_uts_is_lost)
		uss_uts_silence(uts);
	else
		uss_uts_publish(uts);
	hlist_add_head(&uts->node, &bucket->entries);
	uss_uts_pages++;
}

struct uss_uts *uss_uts_get(struct uts_namespace *ns, struct uss_uts **new)
{
	struct uss_uts *uts;

	spin_lock(&uss_uts_lock);
	uts = uss_uts_find(ns);
	if (uts) {
		refcount_inc(&uts->references);
	} else if (*new) {
		uts = *new;
		*new = NULL;
		refcount_set(&uts->references, 1);
		uss_uts_insert(uts, ns);
	}
	spin_unlock(&uss_uts_lock);
	return uts;
}

void uss_uts_put(struct uss_uts *uts)
{
	bool last;

	if (refcount_dec_not_one(&uts->references))
		return;
	spin_lock(&uss_uts_lock);
	last = refcount_dec_and_test(&uts->references);
	if (last) {
		/* Copies of it that are still somewhere must not look right. */
		uss_uts_silence(uts);
		hlist_del(&uts->node);
		uss_uts_pages--;
	}
	spin_unlock(&uss_uts_lock);
	if (last)
		uss_uts_free(uts);
}

struct page *uss_uts_page(struct uss_uts *uts)
{
	return uts->page;
}

void uss_uts_begin(struct uts_namespace *ns)
{
	struct uss_uts *uts;

	spin_lock(&uss_uts_lock);
	uss_uts_bucket(ns)->changing++;
	uts = uss_uts_find(ns);
	if (uts)
		uss_uts_silence(uts);
	spin_unlock(&uss_uts_lock);
}

static void uss_uts_silence_all(void)
{
	struct uss_uts *uts;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_uts_buckets); i++)
		hlist_for_each_entry(uts, &uss_uts_buckets[i].entries, node)
			uss_uts_silence(uts);
}

/* A change was seen to end only (point 5). */
static void uss_uts_unseen_change(void)
{
	uss_uts_unseen++;
	if (!uss_uts_is_ready || uss_uts_is_lost)
		return;
	uss_uts_silence_all();
	if (time_before(jiffies, uss_uts_ready_since + USS_UTS_LOADING)) {
		uss_uts_is_settling = true;
		mod_delayed_work(system_unbound_wq, &uss_uts_settle_work, USS_UTS_SETTLE);
		return;
	}
	uss_uts_is_lost = true;
	pr_warn("a name was set in an unknown way: host name, domain name and uname are not served any more\n");
}

/* Nobody sets a name of this bucket any more: its silent pages can speak again. */
static void uss_uts_publish_silent(struct uss_uts_bucket *bucket)
{
	struct uss_system_page *page;
	struct uss_uts *uts;

	hlist_for_each_entry(uts, &bucket->entries, node) {
		page = page_address(uts->page);
		if (page->names_sequence & 1)
			uss_uts_publish(uts);
	}
}

void uss_uts_end(struct uts_namespace *ns)
{
	struct uss_uts_bucket *bucket = uss_uts_bucket(ns);

	spin_lock(&uss_uts_lock);
	if (!bucket->changing)
		uss_uts_unseen_change();
	else if (--bucket->changing == 0 && !uss_uts_is_settling && !uss_uts_is_lost)
		uss_uts_publish_silent(bucket);
	spin_unlock(&uss_uts_lock);
}

static void uss_uts_settled(struct work_struct *work)
{
	size_t i;

	spin_lock(&uss_uts_lock);
	uss_uts_is_settling = false;
	for (i = 0; i < ARRAY_SIZE(uss_uts_buckets) && !uss_uts_is_lost; i++)
		if (!uss_uts_buckets[i].changing)
			uss_uts_publish_silent(&uss_uts_buckets[i]);
	spin_unlock(&uss_uts_lock);
}

unsigned int uss_uts_count_unseen(void)
{
	return READ_ONCE(uss_uts_unseen);
}

void uss_uts_set_ready(bool ready)
{
	spin_lock(&uss_uts_lock);
	uss_uts_is_ready = ready;
	uss_uts_ready_since = jiffies;
	spin_unlock(&uss_uts_lock);
}

void uss_uts_exit(void)
{
	cancel_delayed_work_sync(&uss_uts_settle_work);
}
