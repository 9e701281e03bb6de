// SPDX-License-Identifier: GPL-2.0-only
/*
 * title.c - titles: the title area, and the window that leads readers of the command line there
 *
 * 1. The process writes its title into its title area, by the protocol in <usrsysshm/abi.h>. The kernel reads it there.
 *
 * 2. When the process asks for the area, mm->arg_start and mm->arg_end are moved to a window: an address range in the area, large enough
 *    for every title. Reads of that range come to cmdline.c. Until the process sets a title, they show what they would show without the
 *    window, byte for byte.
 *
 * 3. Code that reads arg_start in another way (audit's PROCTITLE, the process information of a core dump) finds the first slot's text.
 *
 * 4. A program that sets arg_start itself (prctl PR_SET_MM) wins: its command line is then not at the window.
 *
 * 5. A forked child has its own area at the same address. Its parent's title is copied at fork and written into the area when the child
 *    first touches it.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <usrsysshm/abi.h>

#include "facts.h"
#include "page.h"
#include "space.h"
#include "title.h"

/* A writer that follows the protocol never makes us start again so often: it would have to set a title between our load and store. */
#define USS_READ_TRIES	16

/*
 * The window
 */

void uss_title_open_window(struct uss_space *space, void *data)
{
	struct uss_title *title = &space->title;
	struct mm_struct *mm = space->mm;
	unsigned long *area = data;

	*area = space->process.title_area;
	if (!*area || title->window)
		return;
	lockdep_assert_held(&mm->arg_lock);
	title->arg_start = mm->arg_start;
	title->arg_end = mm->arg_end;
	title->window = *area + USS_SLOT_OFFSET(0);
	/* The kernel reads no more than the window, and of an overwritten command line no more than a page. */
	title->window_size = max3(mm->arg_end - mm->arg_start, USS_TITLE_MAX + 1UL, PAGE_SIZE);
	mm->arg_start = title->window;
	mm->arg_end = title->window + title->window_size;
}

/* The last VMA has gone, and the window does not change any more. */
static void uss_title_close_window(struct uss_space *space)
{
	struct uss_title *title = &space->title;
	struct mm_struct *mm = space->mm;

	if (!title->window)
		return;
	spin_lock(&mm->arg_lock);
	if (mm->arg_start == title->window && mm->arg_end == title->window + title->window_size) {
		mm->arg_start = title->arg_start;
		mm->arg_end = title->arg_end;
	}
	spin_unlock(&mm->arg_lock);
}

static void uss_title_inherit_window(struct uss_title *title, struct mm_struct *mm)
{
	/*
	 * Fork copied arg_start and arg_end without a lock. If the window was being opened just then, each may be the new or the original
	 * one. A value that the program set itself is neither.
	 */
	if ((mm->arg_start == title->window || mm->arg_start == title->arg_start) &&
	    (mm->arg_end == title->window + title->window_size || mm->arg_end == title->arg_end)) {
		mm->arg_start = title->window;
		mm->arg_end = title->window + title->window_size;
	}
}

void uss_title_has_window(struct uss_space *space, void *data)
{
	bool *has = data;

	*has = space->title.window;
}

/*
 * The area
 */

bool uss_title_has_area(const struct uss_space *space)
{
	return space->process.title_area != 0;
}

void uss_title_set_area(struct uss_space *space, unsigned long area)
{
	raw_spin_lock(&space->lock);
	uss_process_set_title_area(space, area);
	raw_spin_unlock(&space->lock);
}

void uss_title_unset_area(struct uss_space *space, unsigned long area)
{
	raw_spin_lock(&space->lock);
	if (space->process.title_area == area)
		uss_process_set_title_area(space, 0);
	raw_spin_unlock(&space->lock);
}

static void uss_fill_title_page(void *page, void *filled_for)
{
	struct uss_space *space = filled_for;
	struct uss_title *title = &space->title;
	struct uss_title_page *area = page;

	uss_page_fill_header(page, USS_MAGIC_TITLE, sizeof(*area));
	if (!title->inherited)
		return;
	memcpy(page + USS_SLOT_OFFSET(0), title->inherited, title->inherited_length);
	area->slot[0] = USS_SLOT(1, 0, USS_SLOT_PUBLISHED);
	area->current_title = USS_TITLE(0, title->inherited_length, 1);
}

/* The first page exists, and the inherited title is in it. */
static void uss_title_free_inherited(struct uss_space *space)
{
	char *inherited;

	raw_spin_lock(&space->lock);
	inherited = space->title.inherited;
	space->title.inherited = NULL;
	raw_spin_unlock(&space->lock);
	kfree(inherited);
}

static struct page *uss_title_page(struct uss_space *space, unsigned int index)
{
	struct page *page = uss_page_get(&space->title.pages[index], &space->lock, 0, index ? NULL : uss_fill_title_page, space);

	if (page && !index && READ_ONCE(space->title.inherited))
		uss_title_free_inherited(space);
	return page;
}

static void uss_title_peek(struct uss_space *space, unsigned int index, void *copy)
{
	if (space->title.pages[index])
		memcpy(copy, page_address(space->title.pages[index]), PAGE_SIZE);
}

static void uss_title_free(struct uss_space *space)
{
	int i;

	uss_title_close_window(space);
	kfree(space->title.inherited);
	for (i = 0; i < USS_TITLE_PAGES; i++)
		uss_page_free(space->title.pages[i]);
}

/*
 * Reading a title
 */

/* Copies from the title area. A page that was never touched is zeros. */
static void uss_copy_from_pages(struct page **pages, unsigned int offset, char *text, unsigned int length)
{
	struct page *page;
	unsigned int piece;

	for (; length; length -= piece, offset += piece, text += piece) {
		piece = min_t(unsigned int, length, PAGE_SIZE - offset_in_page(offset));
		page = pages[offset >> PAGE_SHIFT];
		if (page)
			memcpy(text, page_address(page) + offset_in_page(offset), piece);
		else
			memset(text, 0, piece);
	}
}

/* Never copies more than USS_TITLE_MAX bytes, whatever the area says. One reader of an area at a time: the space is locked. */
static bool uss_copy_from_area(struct page **pages, char *text, u32 *length)
{
	struct uss_title_page *area = page_address(pages[0]);
	unsigned int slot, tries;
	bool copied = false;
	u64 title;

	for (tries = 0; tries < USS_READ_TRIES && !copied; tries++) {
		title = smp_load_acquire(&area->current_title);
		slot = USS_TITLE_SLOT(title);
		*length = USS_TITLE_LENGTH(title);
		/* No title, or one that does not follow the protocol. */
		if (slot >= USS_TITLE_SLOTS || *length > USS_TITLE_MAX)
			break;
		/* A hazard pointer: a writer that looks at it from now on does not claim the slot. */
		smp_store_mb(area->reading, title);
		uss_copy_from_pages(pages, USS_SLOT_OFFSET(slot), text, *length);
		/* Read the stamp after the text: a writer may have looked before our store, or does not look at all. */
		smp_rmb();
		copied = USS_SLOT_STAMP(READ_ONCE(area->slot[slot])) == USS_TITLE_STAMP(title);
	}
	smp_store_release(&area->reading, 0);
	return copied;
}

static bool uss_copy_text(struct uss_space *space, char *text, u32 *length)
{
	struct uss_title *title = &space->title;

	lockdep_assert_held(&space->lock);
	if (title->pages[0])
		return uss_copy_from_area(title->pages, text, length);
	if (!title->inherited)
		return false;
	*length = title->inherited_length;
	memcpy(text, title->inherited, *length);
	return true;
}

void uss_title_copy(struct uss_space *space, void *data)
{
	struct uss_title_copy *copy = data;

	copy->title = space->title;
	copy->titled = uss_copy_text(space, copy->text, &copy->length);
}

static void uss_title_inherit(struct uss_space *child, struct uss_space *parent)
{
	struct uss_title_copy copy;

	/* Once, with the first of the child's VMAs. Most processes have no title. */
	if (child->title.window || !READ_ONCE(parent->title.window))
		return;
	copy.text = kmalloc(USS_TITLE_MAX, GFP_KERNEL_ACCOUNT | __GFP_NOFAIL);
	raw_spin_lock(&parent->lock);
	uss_title_copy(parent, &copy);
	raw_spin_unlock(&parent->lock);
	child->title.window = copy.title.window;
	child->title.window_size = copy.title.window_size;
	child->title.arg_start = copy.title.arg_start;
	child->title.arg_end = copy.title.arg_end;
	if (copy.titled) {
		child->title.inherited = copy.text;
		child->title.inherited_length = copy.length;
	} else {
		kfree(copy.text);
	}
	uss_title_inherit_window(&child->title, child->mm);
}

const struct uss_fact uss_title_fact = {
	.names = "title",
	.features = USS_FEATURE_TITLE,
	.first = USS_TITLE_PGOFF,
	.pages = USS_TITLE_PAGES,
	.page = uss_title_page,
	.peek = uss_title_peek,
	.free = uss_title_free,
	.inherit = uss_title_inherit,
};
