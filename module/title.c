// SPDX-License-Identifier: GPL-2.0-only
/*
 * title.c - titles: what others see as a process's command line
 *
 * 1. The process writes its title into its title area (<usrsysshm/abi.h> says how). When it asks for the area, mm->arg_start and
 *    mm->arg_end are moved to a window: an address range that is large enough for every title. Until it sets a title others see
 *    what they would see without the window, byte for byte.
 *
 * 2. /proc/PID/cmdline reads the range by access_remote_vm(mm, address, ..., FOLL_ANON). So does environ, and nothing else has
 *    just that flag. For an mm with a window the call comes to uss_title_read() instead, which knows what each address means:
 *    the window's last byte    not NUL when there is a title, which has the kernel read a text up to its NUL; without a title the
 *                              last byte of the original command line, which a program may have overwritten to the same end
 *    the window's beginning    the title, copied from the kernel's own mapping of the pages, in one piece; without a title the
 *                              original command line, from where it really is
 *    anything else             the environment
 *
 * 3. Reading a title takes no mmap_lock, so nothing that the process does can hold up its reader. The environment of a titled
 *    process is waited for, but not for long.
 *
 *    Who reads arg_start in another way (audit's PROCTITLE, the process information of a core dump) finds the first slot's text there.
 *
 * 4. A program that sets arg_start itself (prctl PR_SET_MM) wins: the window is then not where its command line is.
 */
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <usrsysshm/abi.h>

#include "compat/compat.h"
#include "space.h"
#include "title.h"

/* How long the environment is waited for, when its process has a title. */
#define USS_PATIENCE_MS		100

/* Writers that keep to the rules never come near: to make us begin again, the title must be replaced between our load and our word. */
#define USS_READ_TRIES		16

void uss_title_open_window(struct uss_title *title, struct mm_struct *mm, unsigned long address)
{
	if (title->window)
		return;
	spin_lock(&mm->arg_lock);
	title->arg_start = mm->arg_start;
	title->arg_end = mm->arg_end;
	title->window = address;
	/* The kernel reads no more than the window, and of an overwritten command line no more than a page. */
	title->window_size = max3(mm->arg_end - mm->arg_start, USS_TITLE_MAX + 1UL, PAGE_SIZE);
	mm->arg_start = title->window;
	mm->arg_end = title->window + title->window_size;
	spin_unlock(&mm->arg_lock);
}

void uss_title_close_window(struct uss_title *title, struct mm_struct *mm)
{
	if (!title->window)
		return;
	spin_lock(&mm->arg_lock);
	if (mm->arg_start == title->window && mm->arg_end == title->window + title->window_size) {
		mm->arg_start = title->arg_start;
		mm->arg_end = title->arg_end;
	}
	spin_unlock(&mm->arg_lock);
	kfree(title->inherited);
}

void uss_title_inherit_window(struct uss_title *title, struct mm_struct *mm)
{
	/*
	 * Fork copied arg_start and arg_end without a lock: if the window was being opened just then, either may be that of before. A
	 * program's own choice is neither.
	 */
	if ((mm->arg_start == title->window || mm->arg_start == title->arg_start) &&
	    (mm->arg_end == title->window + title->window_size || mm->arg_end == title->arg_end)) {
		mm->arg_start = title->window;
		mm->arg_end = title->window + title->window_size;
	}
}

void uss_title_fill_page(struct uss_title *title, void *page)
{
	struct uss_title_page *area = page;

	if (!title->inherited)
		return;
	memcpy(page + USS_SLOT_OFFSET(0), title->inherited, title->inherited_length);
	area->slot[0] = USS_SLOT(1, 0, USS_SLOT_PUBLISHED);
	area->current_title = USS_TITLE(0, title->inherited_length, 1);
	kfree(title->inherited);
	title->inherited = NULL;
}

/* Copies from the title area. What was never touched is zeros. */
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

/* One reader of an area at a time. */
bool uss_title_copy(struct page **pages, char *text, u32 *length)
{
	struct uss_title_page *area = page_address(pages[0]);
	unsigned int slot, tries;
	bool copied = false;
	u64 title;

	for (tries = 0; tries < USS_READ_TRIES && !copied; tries++) {
		title = smp_load_acquire(&area->current_title);
		slot = USS_TITLE_SLOT(title);
		*length = USS_TITLE_LENGTH(title);
		/* No title, or somebody's scribbling. */
		if (slot >= USS_TITLE_SLOTS || *length > USS_TITLE_MAX)
			break;
		/* Who has not looked by now sees that nobody may claim the slot. */
		smp_store_mb(area->reading, title);
		uss_copy_from_pages(pages, USS_SLOT_OFFSET(slot), text, *length);
		/* The text before the word that says it was still the text: somebody may have looked before, or not look at all. */
		smp_rmb();
		copied = USS_SLOT_STAMP(READ_ONCE(area->slot[slot])) == USS_TITLE_STAMP(title);
	}
	smp_store_release(&area->reading, 0);
	return copied;
}

static bool uss_lock_patiently(struct mm_struct *mm, bool patient)
{
	unsigned long end = jiffies + msecs_to_jiffies(USS_PATIENCE_MS);

	if (patient)
		return mmap_read_lock_killable(mm) == 0;
	while (!mmap_read_trylock(mm)) {
		if (time_after(jiffies, end) || fatal_signal_pending(current))
			return false;
		usleep_range(500, 2000);
	}
	return true;
}

/* What access_remote_vm() does for a read: how much could be read. */
static int uss_read_memory(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags, bool patient)
{
	struct page *page;
	int done = 0, piece;
	void *at;

	if (!uss_lock_patiently(mm, patient))
		return 0;
	/* Where nothing is mapped nothing is read: not even a stack is made to grow for it. */
	while (done < len && vma_lookup(mm, addr + done) && uss_get_remote_page(mm, addr + done, gup_flags, &page) == 1) {
		piece = min_t(int, len - done, PAGE_SIZE - offset_in_page(addr + done));
		at = kmap_local_page(page);
		memcpy(buf + done, at + offset_in_page(addr + done), piece);
		kunmap_local(at);
		put_page(page);
		done += piece;
	}
	mmap_read_unlock(mm);
	return done;
}

/*
 * How far the kernel would read the original command line, from @start on. Where its last byte is not NUL the program has overwritten it,
 * and its text may go on into the environment, if that follows.
 */
static unsigned long uss_command_line_end(struct mm_struct *mm, const struct uss_title *title, unsigned int gup_flags)
{
	unsigned long end = title->arg_end, env_start, env_end;
	char last;

	if (title->arg_end <= title->arg_start || uss_read_memory(mm, title->arg_end - 1, &last, 1, gup_flags, true) != 1 || !last)
		return end;
	spin_lock(&mm->arg_lock);
	env_start = mm->env_start;
	env_end = mm->env_end;
	spin_unlock(&mm->arg_lock);
	return env_start == end && env_end >= env_start ? env_end : end;
}

/* A read in the window of a process that has no title: as the kernel reads where there is no window. */
static int uss_read_untitled(struct mm_struct *mm, const struct uss_title *title, unsigned long addr, void *buf, int len,
			     unsigned int gup_flags)
{
	unsigned long end;

	if (len == 1 && addr == title->window + title->window_size - 1) {
		/* For the kernel a NUL is the same as nothing read; and a read that begins here begins behind the command line. */
		if (uss_read_memory(mm, title->arg_end - 1, buf, 1, gup_flags, true) == 1 && *(char *)buf)
			return 1;
		if (title->window_size > title->arg_end - title->arg_start)
			return 0;
	}
	addr = title->arg_start + (addr - title->window);
	end = uss_command_line_end(mm, title, gup_flags);
	if (addr >= end)
		return 0;
	return uss_read_memory(mm, addr, buf, min_t(unsigned long, len, end - addr), gup_flags, true);
}

bool uss_title_is_concerned(struct mm_struct *mm, unsigned int gup_flags)
{
	return gup_flags == FOLL_ANON && uss_space_has_window(mm);
}

/* In the place of access_remote_vm(); the caller holds @mm, and sleeping is allowed. */
int uss_title_read(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags)
{
	struct uss_title title;
	char *text;
	bool titled;
	u32 length;
	int got;

	text = kmalloc(USS_TITLE_MAX + 1, GFP_KERNEL);
	if (!text)
		return 0;
	titled = uss_space_get_title(mm, &title, text, &length);
	if (!title.window || addr < title.window || addr >= title.window + title.window_size) {
		got = uss_read_memory(mm, addr, buf, len, gup_flags, !titled);
	} else if (!titled) {
		got = uss_read_untitled(mm, &title, addr, buf, len, gup_flags);
	} else if (len == 1 && addr == title.window + title.window_size - 1) {
		*(char *)buf = 'x';
		got = 1;
	} else {
		/* All of it from the window's beginning, at once. */
		text[length] = '\0';
		got = addr == title.window ? min_t(int, len, length + 1) : 0;
		memcpy(buf, text, got);
	}
	kfree(text);
	return got;
}
