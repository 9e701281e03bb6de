// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmdline.c - how others read the command line of a process with a title
 *
 * 1. /proc/PID/cmdline reads the range from mm->arg_start to mm->arg_end by access_remote_vm(mm, address, ..., FOLL_ANON). So does
 *    /proc/PID/environ its range, and no other code passes just that flag. For an mm with a window (title.c) the call comes to
 *    uss_cmdline_read() instead, to which an address means:
 *    the window's last byte    with a title: not NUL, which makes the kernel read a text up to its NUL. Without one: the last byte of the
 *                              original command line, which a program may have overwritten for the same effect.
 *    the window's beginning    with a title: the title, copied from the kernel's own mapping of the pages, in one piece. Without one: the
 *                              original command line, from where it is.
 *    any other address         the environment
 *
 * 2. Reading a title takes no mmap_lock, so nothing that the process does can delay its reader. A reader waits for the environment
 *    of a titled process, but not for long.
 */
#include <linux/delay.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <usrsysshm/abi.h>

#include "cmdline.h"
#include "compat/compat.h"
#include "space.h"
#include "title.h"

/* For how long a reader waits for the mmap_lock of a titled process. */
#define USS_PATIENCE_MS		100

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

/* What access_remote_vm() does for a read. Returns how many bytes could be read. */
static int uss_read_memory(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags, bool patient)
{
	struct page *page;
	int done = 0, piece;
	void *at;

	if (!uss_lock_patiently(mm, patient))
		return 0;
	/* Where nothing is mapped, nothing is read: not even a stack grows for it. */
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
 * How far the kernel would read the original command line. If its last byte is not NUL, the program has overwritten it, and the text may
 * go on into the environment, if that follows.
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
		/* To the kernel a NUL is the same as nothing read. And a read that begins here begins behind the command line. */
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

bool uss_cmdline_is_concerned(struct mm_struct *mm, unsigned int gup_flags)
{
	bool has_window = false;

	if (gup_flags == FOLL_ANON)
		uss_space_call(mm, uss_title_has_window, &has_window);
	return has_window;
}

int uss_cmdline_read(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags)
{
	struct uss_title_copy copy = { .titled = false };
	const struct uss_title *title = &copy.title;
	int got;

	copy.text = kmalloc(USS_TITLE_MAX + 1, GFP_KERNEL);
	if (!copy.text)
		return 0;
	uss_space_call(mm, uss_title_copy, &copy);
	if (!title->window || addr < title->window || addr >= title->window + title->window_size) {
		got = uss_read_memory(mm, addr, buf, len, gup_flags, !copy.titled);
	} else if (!copy.titled) {
		got = uss_read_untitled(mm, title, addr, buf, len, gup_flags);
	} else if (len == 1 && addr == title->window + title->window_size - 1) {
		*(char *)buf = 'x';
		got = 1;
	} else {
		/* All of it from the window's beginning, at once. */
		copy.text[copy.length] = '\0';
		got = addr == title->window ? min_t(int, len, copy.length + 1) : 0;
		memcpy(buf, copy.text, got);
	}
	kfree(copy.text);
	return got;
}
