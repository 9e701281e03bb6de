// SPDX-License-Identifier: GPL-2.0-only
/*
 * kept.c - command lines as they were last read
 *
 * 1. Each read of a command line leaves a copy of at most 4 KiB here. It is the answer for a reader that does not get the mmap_lock
 *    (cmdline.c). Most reads find an equal copy, and change nothing.
 *
 * 2. A copy is found by its mm, and is valid for the place where the command line was. It is removed when the mm ends (exit_mmap()), at
 *    exec or exit. A reader holds the mm, so no copy is stored after that.
 *
 * 3. A command line can be read in pieces. A piece that follows what is kept extends it. A piece that differs replaces what is kept from
 *    there on.
 *
 * 4. A copy is charged to its reader's memory cgroup. All copies together have a limit: those that were not read for the longest time make
 *    room (the clock algorithm). They also go when memory is short. An allocation never waits.
 */
#include <linux/atomic.h>
#include <linux/hash.h>
#include <linux/list.h>
#include <linux/shrinker.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "kept.h"
#include "patience.h"

/* Of one copy, and of all with what holds them. */
#define USS_KEPT_LENGTH	4096
#define USS_KEPT_TOTAL	(8 << 20)

#define USS_KEPT_BITS	10

struct uss_kept {
	struct hlist_node node;
	const struct mm_struct *mm;	/* the key; not dereferenced */
	struct rcu_head rcu;
	struct uss_args args;
	u16 size;			/* of its memory */
	u16 length;
	char last;
	bool used;			/* since the clock's hand came by */
	char text[];
};

/* Raw: uss_kept_forget() is called with preemption off. */
static struct uss_kept_bucket {
	struct hlist_head copies;
	raw_spinlock_t lock;
} uss_kept_buckets[1 << USS_KEPT_BITS];

static atomic_long_t uss_kept_total, uss_kept_count;
static atomic_t uss_kept_hand;
static bool uss_kept_is_closed = true;
static struct shrinker *uss_kept_shrinker;

long uss_kept_bytes(void)
{
	return atomic_long_read(&uss_kept_total);
}

static struct uss_kept_bucket *uss_kept_bucket(const struct mm_struct *mm)
{
	return &uss_kept_buckets[hash_ptr(mm, USS_KEPT_BITS)];
}

static size_t uss_kept_room(const struct uss_kept *kept)
{
	return kept->size - offsetof(struct uss_kept, text);
}

/* With the bucket's lock. */
static struct uss_kept *uss_kept_find(struct uss_kept_bucket *bucket, const struct mm_struct *mm)
{
	struct uss_kept *kept;

	hlist_for_each_entry(kept, &bucket->copies, node)
		if (kept->mm == mm)
			return kept;
	return NULL;
}

/* With the bucket's lock. A real-time kernel cannot free memory here. */
static void uss_kept_drop(struct uss_kept *kept)
{
	hlist_del(&kept->node);
	atomic_long_sub(kept->size, &uss_kept_total);
	atomic_long_dec(&uss_kept_count);
	kfree_rcu(kept, rcu);
}

void uss_kept_forget(const struct mm_struct *mm)
{
	struct uss_kept_bucket *bucket = uss_kept_bucket(mm);
	struct uss_kept *kept;

	/* The last reader's mmput() orders its store before this. */
	if (hlist_empty(&bucket->copies))
		return;
	raw_spin_lock(&bucket->lock);
	kept = uss_kept_find(bucket, mm);
	if (kept)
		uss_kept_drop(kept);
	raw_spin_unlock(&bucket->lock);
}

void uss_kept_forget_all(void)
{
	struct uss_kept_bucket *bucket;
	struct hlist_node *next;
	struct uss_kept *kept;

	/* Module parameters are set before uss_kept_init(). */
	if (!uss_kept_shrinker)
		return;
	for (bucket = uss_kept_buckets; bucket < uss_kept_buckets + ARRAY_SIZE(uss_kept_buckets); bucket++) {
		raw_spin_lock(&bucket->lock);
		hlist_for_each_entry_safe(kept, next, &bucket->copies, node)
			uss_kept_drop(kept);
		raw_spin_unlock(&bucket->lock);
	}
}

/* Drops copies until @count copies and @bytes bytes are free, or everything was looked at twice. Returns the number of copies. */
static unsigned long uss_kept_evict(unsigned long count, long bytes)
{
	struct uss_kept_bucket *bucket;
	struct hlist_node *next;
	unsigned long dropped = 0;
	struct uss_kept *kept;
	size_t steps;

	for (steps = 0; steps < 2 * ARRAY_SIZE(uss_kept_buckets) && (dropped < count || bytes > 0); steps++) {
		bucket = &uss_kept_buckets[(unsigned int)atomic_inc_return(&uss_kept_hand) % ARRAY_SIZE(uss_kept_buckets)];
		raw_spin_lock(&bucket->lock);
		hlist_for_each_entry_safe(kept, next, &bucket->copies, node) {
			if (kept->used) {
				kept->used = false;
				continue;
			}
			bytes -= kept->size;
			dropped++;
			uss_kept_drop(kept);
		}
		raw_spin_unlock(&bucket->lock);
	}
	return dropped;
}

/* GFP_NOWAIT: a copy is not worth waiting for, nor reclaiming other memory. */
static struct uss_kept *uss_kept_alloc(size_t length)
{
	/* Counts what the allocator uses and charges. The rest of it is room for the next piece. */
	size_t size = kmalloc_size_roundup(offsetof(struct uss_kept, text) + length);
	struct uss_kept *kept;
	long over = atomic_long_read(&uss_kept_total) + size - USS_KEPT_TOTAL;

	if (over > 0)
		uss_kept_evict(0, over);
	kept = kmalloc(size, GFP_NOWAIT | __GFP_ACCOUNT | __GFP_NOWARN);
	if (kept)
		kept->size = size;
	return kept;
}

/* Can a piece at @offset follow what is kept? A first piece of another command line empties @kept, and can. */
static bool uss_kept_continues(struct uss_kept *kept, const struct uss_args *args, size_t offset, char last)
{
	if (kept->args.start == args->start && kept->args.end == args->end && kept->last == last)
		return offset <= kept->length;
	if (offset)
		return false;
	kept->args = *args;
	kept->last = last;
	kept->length = 0;
	return true;
}

/* Returns false if @kept has not enough room. */
static bool uss_kept_put(struct uss_kept *kept, size_t offset, const char *piece, size_t length)
{
	kept->used = true;
	if (offset + length <= kept->length && !memcmp(kept->text + offset, piece, length))
		return true;
	if (offset + length > uss_kept_room(kept))
		return false;
	memcpy(kept->text + offset, piece, length);
	kept->length = offset + length;
	return true;
}

/* Puts @new, with the text of @old before @offset, in the place of @old. With the bucket's lock. */
static void uss_kept_replace(struct uss_kept_bucket *bucket, struct uss_kept *new, struct uss_kept *old, size_t offset)
{
	new->length = offset;
	if (old) {
		memcpy(new->text, old->text, offset);
		uss_kept_drop(old);
	}
	hlist_add_head(&new->node, &bucket->copies);
	atomic_long_add(new->size, &uss_kept_total);
	atomic_long_inc(&uss_kept_count);
}

/* The first try has no memory in @new. Returns false if it needs some, for @offset and @length. Sets @new to NULL if it is used. */
static bool uss_kept_try(const struct mm_struct *mm, const struct uss_args *args, size_t offset, const char *piece, size_t length,
			 char last, struct uss_kept **new)
{
	struct uss_kept_bucket *bucket = uss_kept_bucket(mm);
	struct uss_kept *kept;
	bool done = true;

	raw_spin_lock(&bucket->lock);
	kept = uss_kept_find(bucket, mm);
	/* ps_patience_ms, too, is set to 0 before uss_kept_forget_all(): see uss_kept_exit(). */
	if (!READ_ONCE(uss_kept_is_closed) && READ_ONCE(uss_ps_patience_ms) &&
	    (kept ? uss_kept_continues(kept, args, offset, last) : !offset)) {
		done = kept && uss_kept_put(kept, offset, piece, length);
		if (!done && *new) {
			(*new)->mm = mm;
			(*new)->args = *args;
			(*new)->last = last;
			uss_kept_replace(bucket, *new, kept, offset);
			done = uss_kept_put(*new, offset, piece, length);
			*new = NULL;
		}
	}
	raw_spin_unlock(&bucket->lock);
	return done;
}

void uss_kept_store(const struct mm_struct *mm, const struct uss_args *args, unsigned long addr, const char *piece, int length, char last)
{
	size_t offset = addr - args->start, given;
	struct uss_kept *new = NULL;

	if (last) {
		/* If the last byte is not NUL, the kernel reads a page from arg_start, and shows it up to the first NUL. */
		given = offset ? 0 : strnlen(piece, length);
		if (given && given < length)
			given++;
	} else {
		given = min_t(size_t, length, args->end - addr);
	}
	if (!given || offset >= USS_KEPT_LENGTH)
		return;
	given = min_t(size_t, given, USS_KEPT_LENGTH - offset);
	if (uss_kept_try(mm, args, offset, piece, given, last, &new))
		return;
	new = uss_kept_alloc(offset + given);
	/* The new text cannot be kept. Drop the old one: it is no longer what was read last. */
	if (!new || !uss_kept_try(mm, args, offset, piece, given, last, &new))
		uss_kept_forget(mm);
	kfree(new);
}

int uss_kept_read(const struct mm_struct *mm, const struct uss_args *args, unsigned long addr, char *buf, int len)
{
	struct uss_kept_bucket *bucket = uss_kept_bucket(mm);
	unsigned long offset = addr - args->start;
	struct uss_kept *kept;
	int got = 0;

	raw_spin_lock(&bucket->lock);
	kept = uss_kept_find(bucket, mm);
	if (kept && kept->length && kept->args.start == args->start && kept->args.end == args->end) {
		kept->used = true;
		if (offset < kept->length) {
			got = min_t(size_t, len, kept->length - offset);
			memcpy(buf, kept->text + offset, got);
		}
	}
	raw_spin_unlock(&bucket->lock);
	return got;
}

static unsigned long uss_kept_shrinker_count(struct shrinker *shrinker, struct shrink_control *control)
{
	return atomic_long_read(&uss_kept_count);
}

static unsigned long uss_kept_shrinker_scan(struct shrinker *shrinker, struct shrink_control *control)
{
	return uss_kept_evict(control->nr_to_scan, 0) ?: SHRINK_STOP;
}

int uss_kept_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(uss_kept_buckets); i++)
		raw_spin_lock_init(&uss_kept_buckets[i].lock);
	uss_kept_shrinker = uss_shrinker_register("usrsysshm", uss_kept_shrinker_count, uss_kept_shrinker_scan);
	if (!uss_kept_shrinker)
		return -ENOMEM;
	uss_kept_is_closed = false;
	return 0;
}

void uss_kept_exit(void)
{
	/* Under a bucket's lock, either uss_kept_forget_all() sees a new copy, or the reader that stores it sees this flag. */
	WRITE_ONCE(uss_kept_is_closed, true);
	uss_kept_forget_all();
	uss_shrinker_unregister(uss_kept_shrinker);
}
