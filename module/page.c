// SPDX-License-Identifier: GPL-2.0-only
/* page.c - the pages that processes map: allocated, charged, filled and counted */
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include <usrsysshm/abi.h>

#include "page.h"

static struct page *uss_empty;
static u64 uss_features;

/* One processor counts an allocation, another one the free: only the sum means something. */
static DEFINE_PER_CPU(int, uss_pages);

int uss_count_pages(void)
{
	int cpu, sum = 0;

	for_each_possible_cpu(cpu)
		sum += per_cpu(uss_pages, cpu);
	return sum;
}

struct page *uss_page_alloc(gfp_t gfp)
{
	struct page *page = alloc_page(gfp | GFP_KERNEL_ACCOUNT | __GFP_ZERO);

	if (page)
		this_cpu_inc(uss_pages);
	return page;
}

void uss_page_free(struct page *page)
{
	if (!page)
		return;
	/* Processes may still hold it, by vmsplice(2) for one. */
	put_page(page);
	this_cpu_dec(uss_pages);
}

static struct page *uss_page_install(struct page **slot, raw_spinlock_t *lock, struct page *new, void (*fill)(void *page, void *data),
				     void *data)
{
	struct page *page;

	raw_spin_lock(lock);
	if (!*slot) {
		if (fill)
			fill(page_address(new), data);
		/* Pairs with the acquire in uss_page_get(): a thread that finds the page finds it filled. */
		smp_store_release(slot, new);
		new = NULL;
	}
	page = *slot;
	get_page(page);
	raw_spin_unlock(lock);
	uss_page_free(new);
	return page;
}

struct page *uss_page_get(struct page **slot, raw_spinlock_t *lock, gfp_t gfp, void (*fill)(void *page, void *data), void *data)
{
	struct page *page = smp_load_acquire(slot);

	/* The caller's fault holds the VMA, which holds the space, which holds the page. */
	if (page) {
		get_page(page);
		return page;
	}
	page = uss_page_alloc(gfp);
	return page ? uss_page_install(slot, lock, page, fill, data) : NULL;
}

void uss_page_fill_header(void *page, u32 magic, u32 size)
{
	struct uss_header *header = page;

	header->magic = magic;
	header->abi_version = USS_ABI_VERSION;
	header->size = size;
	header->features = uss_features;
}

struct page *uss_page_empty(void)
{
	get_page(uss_empty);
	return uss_empty;
}

int uss_pages_init(u64 features)
{
	uss_features = features;
	uss_empty = alloc_page(GFP_KERNEL | __GFP_ZERO);
	return uss_empty ? 0 : -ENOMEM;
}

void uss_pages_exit(void)
{
	put_page(uss_empty);
}
