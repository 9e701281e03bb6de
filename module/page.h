/* SPDX-License-Identifier: GPL-2.0-only */
/* page.h - the pages that processes map: allocated, charged, filled and counted (see page.c) */
#ifndef USS_PAGE_H
#define USS_PAGE_H

#include <linux/gfp.h>
#include <linux/mm_types.h>
#include <linux/spinlock_types.h>
#include <linux/types.h>

/* For a page that a process can do without. Do not invoke the OOM killer for it: readers fall back to the system call. */
#define USS_GFP_OPTIONAL	(__GFP_RETRY_MAYFAIL | __GFP_NOWARN)

/* @features goes into each header. */
int uss_pages_init(u64 features);
void uss_pages_exit(void);

/* A page of zeros, charged to the caller's memory cgroup. NULL without memory. */
struct page *uss_page_alloc(gfp_t gfp);
/* Gives up the module's reference. NULL is ignored. */
void uss_page_free(struct page *page);

/*
 * Returns the page in @slot, with a reference for the caller. Makes it if there is none: @fill, which may be NULL, is called under @lock,
 * so a page begins with what changes made under that lock. NULL without memory. May sleep.
 */
struct page *uss_page_get(struct page **slot, raw_spinlock_t *lock, gfp_t gfp, void (*fill)(void *page, void *data), void *data);

/* The beginning of every page. */
void uss_page_fill_header(void *page, u32 magic, u32 size);

/* One page of zeros for all, with a reference for the caller. */
struct page *uss_page_empty(void);

int uss_count_pages(void);

#endif /* USS_PAGE_H */
