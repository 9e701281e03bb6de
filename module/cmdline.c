// SPDX-License-Identifier: GPL-2.0-only
/*
 * cmdline.c - how other processes read the command line and the environment of a process
 *
 * 1. /proc/PID/cmdline reads the range from mm->arg_start to mm->arg_end by access_remote_vm(mm, address, ..., FOLL_ANON): first its last
 *    byte, which tells how far the text goes, then the text. /proc/PID/environ reads its range in the same way. No other code passes this
 *    flag alone. The hook redirects these calls to uss_cmdline_read(). Their callers check the permission.
 *
 * 2. It reads what access_remote_vm() would read, byte for byte, except that it does not make the process's stack grow for an address
 *    below it. It waits for the mmap_lock, but not for long (patience.c). If it does not get the lock, a command line reads as it was
 *    last read (kept.c) or, if that is not known, as empty; an environment reads as empty. (Calling the original function when the lock
 *    is free would not do: the lock could be taken in between, and then that function would wait.)
 *
 * 3. For an mm with a window (title.c) an address means:
 *    the window's last byte    with a title: not NUL, which makes the kernel read a text up to its NUL. Without one: the last byte of the
 *                              original command line, which a program may have overwritten for the same effect.
 *    the window's beginning    with a title: the title, copied from the kernel's own mapping of the pages, in one piece. Without one: the
 *                              original command line, from where it is.
 *    any other address         the environment
 *    Reading a title takes no mmap_lock, so nothing that the process does can delay its reader.
 *
 * 4. With ps_patience_ms=0 the original function reads processes without a window. No command line is kept, because not every read is
 *    seen, and no process is known to be stuck.
 */
#include <linux/atomic.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <usrsysshm/abi.h>

#include "cmdline.h"
#include "compat/compat.h"
#include "kept.h"
#include "patience.h"
#include "space.h"
#include "title.h"

#define USS_MAX_PATIENCE_MS	60000

static atomic_long_t uss_stuck_reads;

static int uss_set_patience(const char *text, const struct kernel_param *parameter)
{
	int err = param_set_uint_minmax(text, parameter, 0, USS_MAX_PATIENCE_MS);

	if (!err && !uss_ps_patience_ms) {
		uss_patience_forget_all();
		uss_kept_forget_all();
	}
	return err;
}

static const struct kernel_param_ops uss_patience_ops = { .set = uss_set_patience, .get = param_get_uint };
module_param_cb(ps_patience_ms, &uss_patience_ops, &uss_ps_patience_ms, 0644);
__MODULE_PARM_TYPE(ps_patience_ms, "uint");
MODULE_PARM_DESC(ps_patience_ms,
		 "milliseconds that a reader of /proc/PID/cmdline or environ waits for a locked process (default: 100; 0: no limit)");

long uss_count_stuck_reads(void)
{
	return atomic_long_read(&uss_stuck_reads);
}

/* One call of access_remote_vm(). */
struct uss_reading {
	struct mm_struct *mm;
	unsigned int gup_flags;
	struct uss_args args;		/* where the command line is in the process's memory */
	bool stuck;			/* did not get the lock in time */
};

/* What __access_remote_vm() does for a read, with the mmap_lock. Returns how many bytes could be read. */
static int uss_read_locked(const struct uss_reading *reading, unsigned long addr, void *buf, int len)
{
	struct mm_struct *mm = reading->mm;
	struct vm_area_struct *vma;
	struct page *page;
	int done = 0, piece;
	void *at;

	while (done < len && (vma = vma_lookup(mm, addr + done))) {
		if (uss_get_remote_page(mm, addr + done, reading->gup_flags, &page) == 1) {
			piece = min_t(int, len - done, PAGE_SIZE - offset_in_page(addr + done));
			at = kmap_local_page(page);
			memcpy(buf + done, at + offset_in_page(addr + done), piece);
			kunmap_local(at);
			put_page(page);
		} else {
			/* For example device memory. */
			piece = vma->vm_ops && vma->vm_ops->access ? vma->vm_ops->access(vma, addr + done, buf + done, len - done, 0) : 0;
			if (piece <= 0)
				break;
		}
		done += piece;
	}
	return done;
}

static bool uss_is_last_byte(const struct uss_args *args, unsigned long addr, int len)
{
	return len == 1 && addr == args->end - 1;
}

/* Reads the process's memory. */
static int uss_read_memory(struct uss_reading *reading, unsigned long addr, char *buf, int len)
{
	const struct uss_args *args = &reading->args;
	bool in_args = addr >= args->start && addr < args->end, keep;
	char last = '\0';
	int got;

	if (!uss_lock_patiently(reading->mm)) {
		reading->stuck = true;
		return in_args ? uss_kept_read(reading->mm, args, addr, buf, len) : 0;
	}
	got = uss_read_locked(reading, addr, buf, len);
	/* A read of only the last byte is not kept if that is not NUL: it only tells the kernel that the text goes on. */
	keep = in_args && got > 0 && !(uss_is_last_byte(args, addr, len) && *buf);
	if (keep && got >= args->end - addr)
		last = buf[args->end - 1 - addr];
	else if (keep)
		uss_read_locked(reading, args->end - 1, &last, 1);
	mmap_read_unlock(reading->mm);
	if (keep)
		uss_kept_store(reading->mm, args, addr, buf, got, last);
	return got;
}

/*
 * How far the kernel would read the original command line. If its last byte is not NUL, the program has overwritten it, and the text may
 * go on into the environment, if that follows.
 */
static unsigned long uss_command_line_end(struct uss_reading *reading)
{
	unsigned long end = reading->args.end, env_start, env_end;
	struct mm_struct *mm = reading->mm;
	char last;

	if (end <= reading->args.start || uss_read_memory(reading, end - 1, &last, 1) != 1 || !last)
		return end;
	spin_lock(&mm->arg_lock);
	env_start = mm->env_start;
	env_end = mm->env_end;
	spin_unlock(&mm->arg_lock);
	return env_start == end && env_end >= env_start ? env_end : end;
}

/* A read in the window of a process without a title. The kernel gets what it would get without the window. */
static int uss_read_untitled(struct uss_reading *reading, const struct uss_title *title, unsigned long addr, char *buf, int len)
{
	unsigned long end;

	if (len == 1 && addr == title->window + title->window_size - 1) {
		/* The kernel treats a NUL like a failed read. If the window is larger, this address is behind the command line. */
		if (uss_read_memory(reading, title->arg_end - 1, buf, 1) == 1 && *buf)
			return 1;
		if (title->window_size > title->arg_end - title->arg_start)
			return 0;
	}
	addr = title->arg_start + (addr - title->window);
	end = uss_command_line_end(reading);
	if (addr >= end)
		return 0;
	return uss_read_memory(reading, addr, buf, min_t(unsigned long, len, end - addr));
}

/* A read of a process with a window. */
static int uss_read_window(struct uss_reading *reading, unsigned long addr, char *buf, int len)
{
	struct uss_title_copy copy = { .titled = false };
	const struct uss_title *title = &copy.title;
	int got;

	copy.text = kmalloc(USS_TITLE_MAX + 1, GFP_KERNEL);
	if (!copy.text)
		return 0;
	uss_space_call(reading->mm, uss_title_copy, &copy);
	if (!title->window || addr < title->window || addr >= title->window + title->window_size) {
		got = uss_read_memory(reading, addr, buf, len);
	} else if (!copy.titled) {
		reading->args = (struct uss_args){ title->arg_start, title->arg_end };
		got = uss_read_untitled(reading, title, addr, buf, len);
	} else if (len == 1 && addr == title->window + title->window_size - 1) {
		*buf = 'x';
		got = 1;
	} else {
		/* Only a read from the window's beginning gets the title, in one piece. */
		copy.text[copy.length] = '\0';
		got = addr == title->window ? min_t(int, len, copy.length + 1) : 0;
		memcpy(buf, copy.text, got);
	}
	kfree(copy.text);
	return got;
}

static bool uss_has_window(struct mm_struct *mm)
{
	bool has_window = false;

	uss_space_call(mm, uss_title_has_window, &has_window);
	return has_window;
}

bool uss_cmdline_is_concerned(struct mm_struct *mm, unsigned int gup_flags)
{
	return gup_flags == FOLL_ANON && (READ_ONCE(uss_ps_patience_ms) || uss_has_window(mm));
}

int uss_cmdline_read(struct mm_struct *mm, unsigned long addr, void *buf, int len, unsigned int gup_flags)
{
	/* Without arg_lock: if the program moves its command line now, the pair may not fit together, and the copy is never found. */
	struct uss_args args = { READ_ONCE(mm->arg_start), READ_ONCE(mm->arg_end) };
	struct uss_reading reading = { .mm = mm, .gup_flags = gup_flags, .args = args };
	int got = uss_has_window(mm) ? uss_read_window(&reading, addr, buf, len) : uss_read_memory(&reading, addr, buf, len);

	/* Each read(2) of a command line counts once: with its last byte, which is read first. A killed reader did not give up. */
	if (reading.stuck && !fatal_signal_pending(current) &&
	    (addr < args.start || addr >= args.end || uss_is_last_byte(&args, addr, len)))
		atomic_long_inc(&uss_stuck_reads);
	return got;
}

void uss_cmdline_forget(const struct mm_struct *mm)
{
	uss_patience_forget(mm);
	uss_kept_forget(mm);
}

int uss_cmdline_init(void)
{
	return uss_kept_init();
}

void uss_cmdline_exit(void)
{
	uss_patience_stop();
	uss_kept_exit();
}
