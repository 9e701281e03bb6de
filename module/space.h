/* SPDX-License-Identifier: GPL-2.0-only */
/* space.h - address spaces that have pages, and what happens to them (see space.c) */
#ifndef USS_SPACE_H
#define USS_SPACE_H

#include <linux/mm_types.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include <linux/types.h>

#include "cputime.h"
#include "names.h"
#include "process.h"
#include "title.h"

struct nsproxy;

struct uss_space {
	struct hlist_node node;
	struct mm_struct *mm;		/* the key */
	refcount_t vmas;
	struct rcu_head rcu;
	unsigned int round;		/* of uss_spaces_get_mm() */

	raw_spinlock_t lock;		/* all below */
	bool dead;			/* its last VMA has gone */
	struct uss_process process;
	struct uss_space_names names;
	struct uss_space_cputime cputime;
	struct uss_title title;
};

int uss_spaces_init(void);
void uss_spaces_exit(void);

/*
 * Lifetime: one reference for each of our VMAs in @mm. The caller holds @mm's mmap_lock for writing. uss_space_get() returns NULL if
 * there is no space, uss_space_create() NULL without memory. uss_space_attach() does one or the other and does not fail.
 */
struct uss_space *uss_space_get(struct mm_struct *mm);
struct uss_space *uss_space_create(struct mm_struct *mm, gfp_t gfp);
struct uss_space *uss_space_attach(struct mm_struct *mm);
void uss_space_put(struct uss_space *space);

/* The first VMA of a forked @child: its facts take from @parent what fork inherits. May sleep. */
void uss_space_inherit(struct uss_space *child, struct uss_space *parent);

/* Calls @function with the lock of @mm's space held, if there is a space. Returns whether it did. */
bool uss_space_call(const struct mm_struct *mm, void (*function)(struct uss_space *space, void *data), void *data);

/* The process's own page @pgoff, with a reference for the caller; NULL without one. May sleep. */
struct page *uss_space_page(struct uss_space *space, pgoff_t pgoff);
/*
 * Copies that page to @copy, of PAGE_SIZE, without making it. Zeros for a page that was never touched, except for the process page and the
 * machine page.
 */
void uss_space_peek(struct uss_space *space, pgoff_t pgoff, void *copy);

/* For ask.c, with the space locked. A space has one owner in its life, never a sharer: returns false if it has had one, or @task is one. */
bool uss_space_begin_settling(struct uss_space *space, struct task_struct *task);
/* The facts compare a thread of the owner with what they say. With its task_lock(). */
void uss_space_compare(struct uss_space *space, struct task_struct *thread, bool in_doubt);

/* An mm that has pages and was not returned in this @round, which is not 0, with a reference for mmput(); NULL when there is no other. */
struct mm_struct *uss_spaces_get_mm(unsigned int round);
bool uss_spaces_are_empty(void);

/* What happens to processes. All may be called in atomic context, also for tasks whose address space has no pages. */
void uss_space_fork(struct task_struct *parent, struct task_struct *child);
void uss_space_leave(struct task_struct *task);
void uss_space_enter(struct task_struct *task, struct nsproxy *new);
void uss_space_personality(struct task_struct *task);

int uss_count_processes(void);
/* Prints the names of all facts to @buf, of PAGE_SIZE, for sysfs. */
ssize_t uss_space_print_facts(char *buf);

#endif /* USS_SPACE_H */
