/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * usrsysshm/abi.h - layout of the pages that the kernel shares with each process that asks for them
 *
 * The contract between usrsysshm.ko and every reader of the pages. Kernel and user space compile this same file.
 *
 * Finding the pages.  A process has no pages until it reads /proc/sys/kernel/usrsysshm. The read maps them and returns the address of the
 * process page as an unsigned decimal, or 0 if there are none. The process that reads the file must have opened it itself. The other pages
 * lie at the offsets given in the process page. The address stays the same until the next exec; reading the file again returns it again. A
 * forked child has pages of its own at the same address. The title area is requested the same way, with /proc/sys/kernel/usrsysshm_title.
 *
 * Reading.  Zero means "make the system call". This applies to a zero field, a page of zeros, a cleared bit, an unknown magic or ABI
 * version, and a field that ends after header.size. A page is all zeros if the kernel could not allocate it for its process, and after the
 * module was unloaded. The bytes after header.size are zeros as well, so a reader that follows this rule needs no other check for a field
 * that an older module does not fill.
 *
 * Compatibility.  Fields are only ever appended and never change their meaning; header.size tells how far they reach (USS_HAS below). If
 * the ABI version is unknown, the reader must not read any further field. header.features tells which fields the module fills.
 *
 * Layout.  Fixed-size types with natural alignment and no pointers: identical for 32- and 64-bit programs. Byte order is the machine's.
 *
 * Each field below is annotated with   writer / readers / access.
 *   kernel / process      The page is read-only for every process. "process" is any reader: the threads of the page's
 *                         processes, and a debugger.
 *   under X               Consistent if the sequence counter X has the same value before and after the copy, even and not 0.
 *   once                  Written before the page becomes visible, then never changed.
 *   single copy           One aligned load of the whole field is never torn (32 bits on every machine; 64 bits in 64-bit programs).
 */
#ifndef USRSYSSHM_ABI_H
#define USRSYSSHM_ABI_H

#ifdef __linux__
#include <linux/types.h>
#else
#include <sys/types.h>

typedef uint32_t __u32;
typedef uint64_t __u64;
#define __aligned_u64 __u64 __attribute__((aligned(8)))
#endif

#define USS_ABI_VERSION		1

/* header.features: the fields that the module fills. Since ABI 1. */
#define USS_FEATURE_PID		(1 << 0)	/* process page: pid */
#define USS_FEATURE_FORKID	(1 << 1)	/* process page: forkid */
#define USS_FEATURE_START_TIME	(1 << 2)	/* process page: start_time */
#define USS_FEATURE_TITLE	(1 << 3)	/* title area: the kernel reads the title there */
#define USS_FEATURE_NAMES	(1 << 4)	/* system page: names */
#define USS_FEATURE_LOADAVG	(1 << 5)	/* machine page: loads */
#define USS_FEATURE_NPROCS	(1 << 6)	/* machine page: nprocs_onln */
#define USS_FEATURE_CPUTIME	(1 << 7)	/* CPU time page, and machine page: clock_... */

/* True if header.size of `page` covers `field`. `page` points to a structure with a struct uss_header named header. */
#define USS_HAS(page, field) ((page)->header.size >= __builtin_offsetof(__typeof__(*(page)), field) + sizeof((page)->field))

/*
 * The start of every page. All fields: kernel / process / once. Since ABI 1.
 * In the title area the process can overwrite it; the kernel never reads it there.
 */
struct uss_header {
	__u32 magic;			/* kind of page: USS_MAGIC_... */
	__u32 abi_version;		/* USS_ABI_VERSION */
	__u32 size;			/* bytes of the page's structure, including this header */
	__u32 reserved;			/* 0 */
	__aligned_u64 features;		/* USS_FEATURE_... */
};

#define USS_MAGIC_PROCESS	0x50737375	/* "ussP" in little-endian memory */
#define USS_MAGIC_SYSTEM	0x53737375	/* "ussS" */
#define USS_MAGIC_MACHINE	0x4d737375	/* "ussM" */
#define USS_MAGIC_CPUTIME	0x43737375	/* "ussC" */
#define USS_MAGIC_TITLE		0x54737375	/* "ussT" */

/* The process page: read-only, one per address space. Its fields are valid for the process that owns the address space. */
struct uss_process_page {
	struct uss_header header;

	/*
	 * The result of getpid(2) in this process, or 0.
	 * kernel / process / single copy. Since ABI 1.
	 *
	 * 0 while a process that is not a thread of the owner shares the address space (vfork, posix_spawn, clone with CLONE_VM and
	 * without CLONE_THREAD): from before the first instruction of the first such process until the last of them has exec'd or
	 * exited. 0 for good once the owner has left the address space to such a process. A reader that sees a pid is therefore the
	 * owner, and the other fields are valid for it. The value never changes from one non-zero value to another.
	 */
	__u32 pid;

	/*
	 * USS_SPEAKS_...: which of the fields that can become invalid for the process are still valid.
	 * kernel / process / single copy. Since ABI 1.
	 */
	__u32 speaks;

	/*
	 * The fork id: a number that no other address space has had since boot. Every fork and every exec gives a new one.
	 * kernel / process / once. Since ABI 1. Valid for the reader if pid, loaded after it, is not 0.
	 */
	__aligned_u64 forkid;

	/*
	 * When the process was created, in nanoseconds of CLOCK_BOOTTIME in its time namespace: field 22 of /proc/PID/stat, not
	 * rounded to clock ticks.
	 * kernel / process / written before pid first becomes non-zero, then never changed. Since ABI 1.
	 * Valid for the reader if USS_SPEAKS_START_TIME and a non-zero pid are loaded after it.
	 */
	__aligned_u64 start_time;

	__u32 system_offset;	/* bytes from this page to the system page. kernel / process / once. Since ABI 1. */
	__u32 cputime_offset;	/* bytes from this page to the CPU time page. kernel / process / once. With USS_FEATURE_CPUTIME. */
	__u32 reserved;		/* 0 */
	__u32 machine_offset;	/* bytes from this page to the machine page. kernel / process / once. Since ABI 1. */

	/*
	 * The address of the title area in this process, or 0 if it has none. Reading /proc/sys/kernel/usrsysshm_title creates it.
	 * kernel / process / single copy (a 32-bit program needs only the low half). Since ABI 1, with USS_FEATURE_TITLE.
	 */
	__aligned_u64 title_area;
};

/* speaks: start_time is valid. Cleared for good when the process enters another time namespace. Since ABI 1. */
#define USS_SPEAKS_START_TIME	(1 << 0)

/*
 * speaks: all threads of the process are in the UTS namespace of the system page. Cleared for good when a thread enters another one
 * (unshare, setns), or starts in another one (clone). Since ABI 1.
 */
#define USS_SPEAKS_SYSTEM	(1 << 1)

/*
 * speaks: uname(2) returns release and machine to this process as the system page has them. Not set under the personalities UNAME26 and
 * PER_LINUX32; cleared for good when a thread of the process sets its personality. Since ABI 1.
 */
#define USS_SPEAKS_UNAME	(1 << 2)

/*
 * The system page: read-only, shared by the processes of a UTS namespace.
 *
 * To read names:
 *	1. Load names_sequence (acquire). If it is 0 or odd, make the system call.
 *	2. Copy the names.
 *	3. Load names_sequence again (after an acquire fence). If it has changed, make the system call or start again.
 *	4. In the process page, load speaks and then pid. If USS_SPEAKS_SYSTEM is clear or pid is 0, make the system call: the names may be
 *	   those of another namespace. release and machine also need USS_SPEAKS_UNAME.
 */
#define USS_NAME_SIZE	65		/* with the NUL, as in struct utsname */

/* What uname(2) fills in: the same fields in the same order, identical to the last byte. */
struct uss_names {
	char sysname[USS_NAME_SIZE];
	char nodename[USS_NAME_SIZE];		/* gethostname(2) */
	char release[USS_NAME_SIZE];
	char version[USS_NAME_SIZE];
	char machine[USS_NAME_SIZE];
	char domainname[USS_NAME_SIZE];		/* getdomainname(2) */
};

struct uss_system_page {
	struct uss_header header;

	/* Sequence counter of names: odd while a name is set, 0 if they cannot be read. kernel / process / single copy. Since ABI 1. */
	__u32 names_sequence;
	__u32 reserved;		/* 0 */

	/* kernel / process / under names_sequence. Since ABI 1, with USS_FEATURE_NAMES. */
	struct uss_names names;
};

/* The machine page: read-only, one for all processes. Its fields are the same in every namespace; pid and speaks do not matter for them. */
struct uss_machine_page {
	struct uss_header header;

	/*
	 * The number of processors online, or 0 while one comes or goes.
	 * kernel / process / single copy. Since ABI 1, with USS_FEATURE_NPROCS.
	 */
	__u32 nprocs_onln;

	/*
	 * Sequence counter of loads, as names_sequence: odd while the kernel computes new ones, 0 if they cannot be read.
	 * kernel / process / single copy. Since ABI 1.
	 */
	__u32 loads_sequence;

	/*
	 * Load averages over 1, 5 and 15 minutes, times 65536, as sysinfo(2) returns them.
	 * kernel / process / under loads_sequence. Since ABI 1, with USS_FEATURE_LOADAVG.
	 */
	__aligned_u64 loads[3];

	/*
	 * The scheduler's clock, in nanoseconds, as a function of the time-stamp counter:  (counter * clock_mult >> clock_shift) +
	 * clock_offset, where the product has 96 bits.
	 * clock_sequence: as names_sequence. kernel / process / single copy. The others: kernel / process / under clock_sequence.
	 * Since ABI 1, with USS_FEATURE_CPUTIME.
	 */
	__u32 clock_sequence;
	__u32 clock_mult;
	__u32 clock_shift;
	__u32 reserved;		/* 0 */
	__aligned_u64 clock_offset;
};

/*
 * The CPU time page: read-only, one per address space. The CPU time of each thread. Since ABI 1, with USS_FEATURE_CPUTIME.
 *
 * It has a slot for each processor, which holds the run time of the thread that runs there, if that thread's address space is this one. A
 * thread that reads the counter and the number of its processor in one instruction (RDTSCP) and finds its processor's slot valid, before
 * and after, is the thread that the slot is about, whatever it shares with others. The page begins when the process first reads it.
 *
 * To read the CPU time of the calling thread, as clock_gettime(CLOCK_THREAD_CPUTIME_ID) returns it:
 *	1. Load enabled. If it is 0, make the system call: a thread of the process may be forbidden to read the counter.
 *	2. Load the clock's clock_sequence (acquire) and its numbers from the machine page. If it is 0 or odd, make the system call.
 *	3. Load the sequence of the slot of the processor on which the thread probably runs (acquire), and run_time. If the sequence is 0 or
 *	   odd, make the system call.
 *	4. RDTSCP, and a load fence. The lower 12 bits of ECX are the processor's number. If it is not the assumed one, start again.
 *	5. Load the slot's sequence and clock_sequence again. If one has changed, start again.
 *	6. The CPU time is run_time + the clock at the counter's value, modulo 2^64 nanoseconds.
 */
struct uss_cputime_slot {
	/*
	 * Even: a thread of this address space runs on the processor. Odd, or 0: none does. Changes at each switch to or from such a one.
	 * kernel / process / single copy, acquire.
	 */
	__aligned_u64 sequence;
	/* The thread's CPU time minus the scheduler's clock. kernel / process / under sequence. */
	__aligned_u64 run_time;
	__aligned_u64 reserved[6];	/* 0; a cache line for each processor */
};

struct uss_cputime_page {
	struct uss_header header;
	/* 0 until the threads are checked, then 1; 0 for good once one of them may not read the counter. kernel / process / single copy. */
	__u32 enabled;
	__u32 slots;			/* one for each possible processor. kernel / process / once. */
	__aligned_u64 reserved[4];	/* 0 */
	/* struct uss_cputime_slot slot[slots] follows, at USS_CPUTIME_SLOTS; it may continue in the next pages. */
};
#define USS_CPUTIME_SLOTS	64	/* bytes from the start of the page */

/*
 * The title area: the process can write all of it, so the kernel trusts none of it. Since ABI 1, with USS_FEATURE_TITLE.
 *
 * The title is a text in one of USS_TITLE_SLOTS slots; current_title names the slot. A slot is never written while it is current, so a
 * complete title can be read at every instant, no matter what happens to the writers of other titles.
 *
 * To write:	1. Claim a slot: compare-and-swap its word to the next stamp, USS_SLOT_WRITING and the writer's pid. A slot can be claimed
 *		   if it is free, or published and not current. A writer that has skipped one slot may also claim a slot that is being
 *		   written, if its writer has exited (kill(2) returns ESRCH) and then, after an acquire fence, it is not current. As the
 *		   last check before the swap, load `reading`, and skip the slot named there. No writer waits.
 *		2. Write the text into the slot (after the claim: release fence).
 *		3. Publish: store USS_TITLE(slot, length, stamp) in current_title (release). Then compare-and-swap the slot's word from the
 *		   value set by the claim to USS_SLOT_PUBLISHED (full fence). To remove the title, exchange current_title for 0.
 *		A writer that exits between any two steps leaves a slot that others can claim.
 * To read:	1. Load current_title (acquire). If it is 0 there is no title, and the original command line is shown.
 *		2. Kernel only: store it in `reading`.
 *		3. Copy the text (kernel: after a full fence).
 *		4. Load the slot's word (after the copy: acquire fence). If its stamp differs from that in current_title, start again.
 *		5. Kernel only: store 0 in `reading` (release).
 *
 * Writers: the process's threads and signal handlers. The kernel writes once, when it creates the first page, which then holds the title
 * inherited by a forked child; `reading` is written only by the kernel. Readers: the process, and the kernel, which validates everything
 * and copies a bounded number of bytes.
 */
#define USS_TITLE_SLOTS		15
#define USS_TITLE_MAX		2048	/* bytes of a title, at most */
#define USS_SLOT_SIZE		2112	/* bytes: a title and a NUL that is not part of it */

/* A word of slot[]: the stamp, which counts the claims of the slot (40 bits), the writer's pid (22 bits), and the state (2 bits). */
#define USS_SLOT_FREE		0
#define USS_SLOT_WRITING	1
#define USS_SLOT_PUBLISHED	2
#define USS_SLOT(stamp, pid, state) ((__u64)(stamp) << 24 | (__u64)(pid) << 2 | (state))
#define USS_SLOT_STAMP(word)	((__u64)(word) >> 24)
#define USS_SLOT_PID(word)	((int)((word) >> 2 & 0x3fffff))
#define USS_SLOT_STATE(word)	((int)((word) & 3))

/* current_title: the slot plus 1, so that a title is never 0 (8 bits), the length (16 bits), and the stamp (40 bits). */
#define USS_TITLE(slot, length, stamp) ((__u64)(stamp) << 24 | (__u64)(length) << 8 | (__u64)((slot) + 1))
#define USS_TITLE_SLOT(title)	((unsigned int)((title) & 0xff) - 1)
#define USS_TITLE_LENGTH(title)	((unsigned int)((title) >> 8 & 0xffff))
#define USS_TITLE_STAMP(title)	((__u64)(title) >> 24)
#define USS_STAMP_MASK		(((__u64)1 << 40) - 1)

struct uss_title_page {
	struct uss_header header;
	__aligned_u64 current_title;		/* process / kernel, process / 64-bit atomic */
	__aligned_u64 slot[USS_TITLE_SLOTS];	/* process / kernel, process / 64-bit atomic */
	__aligned_u64 reading;			/* hazard pointer, a title or 0: kernel / process / 64-bit atomic */
};

/* Offset of slot n in bytes from the start of the title area. The whole of the first slot lies within the first 4096 bytes. */
#define USS_SLOT_OFFSET(n)	(192 + (n) * USS_SLOT_SIZE)

/* Compilation fails if a compiler, a language or a word size gives another layout. */
#if defined(__cplusplus) && __cplusplus < 201103L
#define USS_ASSERT(condition, message) typedef char uss_layout_check[(condition) ? 1 : -1]
#elif defined(__cplusplus)
#define USS_ASSERT(condition, message) static_assert(condition, message)
#else
#define USS_ASSERT(condition, message) __extension__ _Static_assert(condition, message)
#endif
#define USS_AT(type, field, offset) USS_ASSERT(__builtin_offsetof(struct type, field) == (offset), #type "." #field " has moved")

USS_AT(uss_header, magic, 0);
USS_AT(uss_header, abi_version, 4);
USS_AT(uss_header, size, 8);
USS_AT(uss_header, reserved, 12);
USS_AT(uss_header, features, 16);
USS_ASSERT(sizeof(struct uss_header) == 24, "struct uss_header has changed");
USS_AT(uss_process_page, header, 0);
USS_AT(uss_process_page, pid, 24);
USS_AT(uss_process_page, speaks, 28);
USS_AT(uss_process_page, forkid, 32);
USS_AT(uss_process_page, start_time, 40);
USS_AT(uss_process_page, system_offset, 48);
USS_AT(uss_process_page, cputime_offset, 52);
USS_AT(uss_process_page, reserved, 56);
USS_AT(uss_process_page, machine_offset, 60);
USS_AT(uss_process_page, title_area, 64);
USS_ASSERT(sizeof(struct uss_process_page) == 72, "struct uss_process_page has changed");
USS_AT(uss_system_page, header, 0);
USS_AT(uss_system_page, names_sequence, 24);
USS_AT(uss_system_page, reserved, 28);
USS_AT(uss_system_page, names, 32);
USS_ASSERT(sizeof(struct uss_names) == 6 * USS_NAME_SIZE, "struct uss_names has changed");
USS_ASSERT(sizeof(struct uss_system_page) == 424, "struct uss_system_page has changed");
USS_AT(uss_machine_page, header, 0);
USS_AT(uss_machine_page, nprocs_onln, 24);
USS_AT(uss_machine_page, loads_sequence, 28);
USS_AT(uss_machine_page, loads, 32);
USS_AT(uss_machine_page, clock_sequence, 56);
USS_AT(uss_machine_page, clock_mult, 60);
USS_AT(uss_machine_page, clock_shift, 64);
USS_AT(uss_machine_page, reserved, 68);
USS_AT(uss_machine_page, clock_offset, 72);
USS_ASSERT(sizeof(struct uss_machine_page) == 80, "struct uss_machine_page has changed");
USS_AT(uss_cputime_slot, sequence, 0);
USS_AT(uss_cputime_slot, run_time, 8);
USS_AT(uss_cputime_slot, reserved, 16);
USS_ASSERT(sizeof(struct uss_cputime_slot) == 64, "struct uss_cputime_slot has changed");
USS_AT(uss_cputime_page, header, 0);
USS_AT(uss_cputime_page, enabled, 24);
USS_AT(uss_cputime_page, slots, 28);
USS_AT(uss_cputime_page, reserved, 32);
USS_ASSERT(sizeof(struct uss_cputime_page) == USS_CPUTIME_SLOTS, "struct uss_cputime_page has changed");
USS_AT(uss_title_page, header, 0);
USS_AT(uss_title_page, current_title, 24);
USS_AT(uss_title_page, slot, 32);
USS_AT(uss_title_page, reading, 152);
USS_ASSERT(sizeof(struct uss_title_page) == 160, "struct uss_title_page has changed");

#undef USS_AT
#undef USS_ASSERT

#endif /* USRSYSSHM_ABI_H */
