/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * facts.h - what a fact provides for space.c
 *
 * A fact is a group of values that processes read from one page, and its rules: what the page contains, for which process it is valid, and
 * when its readers must fall back. Each fact is one file (process.c, names.c, machine.c, cputime.c, title.c) with one table of functions,
 * listed in space.c, which calls them. These are the only calls through a pointer into the facts; facts never call space.c.
 */
#ifndef USS_FACTS_H
#define USS_FACTS_H

#include <linux/math.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/threads.h>
#include <linux/types.h>

/* The order of the pages. Both of our VMAs number them with vm_pgoff. */
#define USS_PROCESS_PGOFF	0
#define USS_SYSTEM_PGOFF	1
#define USS_MACHINE_PGOFF	2
#define USS_CPUTIME_PGOFF	3
#define USS_CPUTIME_PAGES_MAX	DIV_ROUND_UP(64 + NR_CPUS * 64, PAGE_SIZE)	/* as many as this machine needs are mapped */
#define USS_TITLE_PGOFF		(USS_CPUTIME_PGOFF + USS_CPUTIME_PAGES_MAX)
#define USS_TITLE_PAGES		8
#define USS_ALL_PAGES		(USS_TITLE_PGOFF + USS_TITLE_PAGES)

struct nsproxy;
struct uss_space;

/* Any function may be missing. "Locked": with the lock of the space held, in atomic context. */
struct uss_fact {
	const char *names;		/* as /sys/kernel/usrsysshm/features shows them */
	u64 features;			/* USS_FEATURE_... */
	pgoff_t first;			/* page number */
	unsigned int pages;

	/* Before init: whether this kernel and machine allow the fact. Prints why not; then no other function is called. */
	bool (*probe)(void);
	/* Loading and unloading. At exit no process has a page and no hook is registered. init() prints why it fails. */
	int (*init)(void);
	void (*exit)(void);

	/* A page of the process, at the process's own page fault, with a reference for the caller. NULL without one. May sleep. */
	struct page *(*page)(struct uss_space *space, unsigned int index);
	/* Copies that page to @copy, of PAGE_SIZE and zeroed, without making it. Locked. */
	void (*peek)(struct uss_space *space, unsigned int index, void *copy);

	/* A space is new; its last VMA has gone (locked); its last user has gone. */
	void (*begin)(struct uss_space *space);
	void (*end)(struct uss_space *space);
	void (*free)(struct uss_space *space);
	/* Fork has copied the address space, before the child runs. May sleep. */
	void (*inherit)(struct uss_space *child, struct uss_space *parent);

	/* What happens to the owner of the space. Locked. */
	void (*own)(struct uss_space *space, struct task_struct *task);		/* @task becomes the owner */
	void (*leave)(struct uss_space *space);					/* the owner has exited or executed another program */
	/* A thread leaves @task's namespaces for @new. @new is NULL if it is not known: any namespace may change. */
	void (*enter)(struct uss_space *space, struct task_struct *task, const struct nsproxy *new);
	void (*change_personality)(struct uss_space *space);			/* a thread changes its personality */
	/* While settling: a thread's namespaces and personality, which may be changing (@in_doubt). With the thread's task_lock(). */
	void (*compare)(struct uss_space *space, struct task_struct *thread, bool in_doubt);
};

extern const struct uss_fact uss_process_fact, uss_names_fact, uss_machine_fact, uss_cputime_fact, uss_title_fact;

#endif /* USS_FACTS_H */
