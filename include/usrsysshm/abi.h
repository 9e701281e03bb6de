/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * usrsysshm/abi.h - the pages that the kernel shares with each process that asks for them
 *
 * The contract between usrsysshm.ko and whoever reads the pages. Kernel and user space compile this same file.
 *
 * Where.  A process has no pages until it asks: reading /proc/sys/kernel/usrsysshm maps them, and gives the address of the process
 * page as an unsigned decimal, 0 when there are none. The file must be opened by the process that reads it. The other pages lie at
 * the offsets that the process page gives. The address stays the same until the next exec; to ask again gives it again. A forked
 * child finds pages of its own at the same address. The title area is asked for likewise, by /proc/sys/kernel/usrsysshm_title.
 *
 * How to read.  Zero means "ask the kernel": a zero field, a page of zeros, a cleared bit, a magic or an ABI version that the
 * reader does not know, a field that ends after header.size: each of them means to make the system call. A page is
 * all zeros when its process could not be given one, and after the module has gone. The bytes behind header.size are zeros, too: who
 * holds to this rule needs no other check of a field that an older module does not fill.
 *
 * How it grows.  Fields are only ever appended, their meaning never changes, and header.size says how far they go
 * (USS_HAS below). A new ABI version means that old readers must not read on. Features say what the module fills.
 *
 * Layout.  Fixed-size types with natural alignment, no pointers: the same for 32- and 64-bit programs. Byte order is the machine's.
 *
 * For each field below:   writer / readers / how it is accessed.
 *   kernel / process      the page is read-only for every process; "process" is whoever can read it: the threads of
 *                         its processes, and a debugger
 *   under X               complete and of one instant between two equal, even values of the sequence X that are not 0
 *   once                  written before the page can be seen, never changed
 *   single copy           one aligned load of the whole field is never torn (32 bits everywhere; 64 bits for 64-bit programs)
 */
#ifndef USRSYSSHM_ABI_H
#define USRSYSSHM_ABI_H

#include <linux/types.h>

#define USS_ABI_VERSION		1

/* header.features: what the module that made the page fills. Since ABI 1. */
#define USS_FEATURE_PID		(1 << 0)	/* process page: pid */
#define USS_FEATURE_FORKID	(1 << 1)	/* process page: forkid */
#define USS_FEATURE_START_TIME	(1 << 2)	/* process page: start_time */
#define USS_FEATURE_TITLE	(1 << 3)	/* title area: the kernel reads the title there */
#define USS_FEATURE_NAMES	(1 << 4)	/* system page: names */
#define USS_FEATURE_LOADAVG	(1 << 5)	/* machine page: loads */
#define USS_FEATURE_NPROCS	(1 << 6)	/* machine page: nprocs_onln */

/* Does `page`, which has a struct uss_header called header, reach to the end of `field`? */
#define USS_HAS(page, field) \
	((page)->header.size >= __builtin_offsetof(__typeof__(*(page)), field) + sizeof((page)->field))

/*
 * Every page begins with one. All fields: kernel / process / once. Since ABI 1.
 * (In the title area the process can overwrite it; the kernel never reads it there.)
 */
struct uss_header {
	__u32 magic;			/* which page this is: USS_MAGIC_... */
	__u32 abi_version;		/* USS_ABI_VERSION */
	__u32 size;			/* bytes of the page's structure, this header included */
	__u32 reserved;			/* 0 */
	__aligned_u64 features;		/* USS_FEATURE_... */
};

#define USS_MAGIC_PROCESS	0x50737375	/* "ussP" in little-endian memory */
#define USS_MAGIC_SYSTEM	0x53737375	/* "ussS" */
#define USS_MAGIC_MACHINE	0x4d737375	/* "ussM" */
#define USS_MAGIC_TITLE		0x54737375	/* "ussT" */

/* The process page: read-only, one per address space, speaks for the process that owns the address space. */
struct uss_process_page {
	struct uss_header header;

	/*
	 * What getpid(2) returns in this process, or 0.
	 * kernel / process / single copy. Since ABI 1.
	 *
	 * 0 from before the first instruction of a process that shares this address space without being a thread of its
	 * owner (vfork, posix_spawn, clone with CLONE_VM and without CLONE_THREAD) until the last of them has exec'd or exited, and
	 * for good once the owner has left the address space to such a process. So: whoever reads a pid here is its
	 * owner, and the page's other fields speak for it. Its value never changes from one non-zero value to another.
	 */
	__u32 pid;

	/*
	 * USS_SPEAKS_...: which of the facts that can lose their meaning still have it.
	 * kernel / process / single copy. Since ABI 1.
	 */
	__u32 speaks;

	/*
	 * A number that no other address space has had since boot: a new one with every fork and every exec.
	 * kernel / process / once. Since ABI 1. Speaks for the reader if pid, read after it, is not 0.
	 */
	__aligned_u64 forkid;

	/*
	 * When the process was created, in ns of CLOCK_BOOTTIME as its time namespace shows it: field 22 of
	 * /proc/PID/stat, not rounded to clock ticks.
	 * kernel / process / written before pid first becomes non-zero, not changed after that. Since ABI 1.
	 * Speaks for the reader if USS_SPEAKS_START_TIME and a non-zero pid are read after it.
	 */
	__aligned_u64 start_time;

	__u32 system_offset;	/* bytes from this page to the system page. kernel / process / once. Since ABI 1. */
	__u32 reserved[2];	/* 0 */
	__u32 machine_offset;	/* bytes from this page to the machine page. kernel / process / once. Since ABI 1. */

	/*
	 * The address of the title area in this process, or 0: it has none. Reading /proc/sys/kernel/usrsysshm_title makes one.
	 * kernel / process / single copy (a 32-bit program needs the low half only). Since ABI 1, with USS_FEATURE_TITLE.
	 */
	__aligned_u64 title_area;
};

/* speaks: start_time holds. Cleared for good when the process enters another time namespace. Since ABI 1. */
#define USS_SPEAKS_START_TIME	(1 << 0)

/*
 * speaks: the system page is that of the UTS namespace in which all threads of the process are. Cleared for good when one of
 * them enters another, or begins in another (unshare, setns, clone). Since ABI 1.
 */
#define USS_SPEAKS_SYSTEM	(1 << 1)

/*
 * speaks: uname(2) shows this process release and machine as the system page does. Not so with the personalities UNAME26
 * and PER_LINUX32, and cleared for good when a thread of the process sets its personality. Since ABI 1.
 */
#define USS_SPEAKS_UNAME	(1 << 2)

/*
 * The system page: read-only, shared by the processes of a UTS namespace.
 *
 * The names are read between two loads of names_sequence (the first with acquire; an acquire fence before the second), and
 * are right if both gave the same even number that is not 0. After that a non-zero pid and USS_SPEAKS_SYSTEM, for release
 * and machine also USS_SPEAKS_UNAME, are to be read in the process page; before that the names may be another namespace's.
 */
#define USS_NAME_SIZE	65		/* with the NUL, as in struct utsname */

/* What uname(2) fills in, in its order, to the last byte. */
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

	/* Odd while a name is being set, 0 when none can be read. kernel / process / single copy. Since ABI 1. */
	__u32 names_sequence;
	__u32 reserved;		/* 0 */

	/* kernel / process / under names_sequence. Since ABI 1, with USS_FEATURE_NAMES. */
	struct uss_names names;
};

/* The machine page: read-only, one for all processes. Its facts are the same in every namespace. */
struct uss_machine_page {
	struct uss_header header;

	/*
	 * How many processors are online, or 0 while one comes or goes.
	 * kernel / process / single copy. Since ABI 1, with USS_FEATURE_NPROCS.
	 */
	__u32 nprocs_onln;

	/* As names_sequence, for loads: odd while the kernel works out new ones. Since ABI 1. */
	__u32 loads_sequence;

	/*
	 * Load averages over 1, 5 and 15 minutes, times 65536, as sysinfo(2) gives them.
	 * kernel / process / under loads_sequence. Since ABI 1, with USS_FEATURE_LOADAVG.
	 */
	__aligned_u64 loads[3];
};

/*
 * The title area: the process may write all of it, so the kernel trusts none of it. Since ABI 1, with USS_FEATURE_TITLE.
 *
 * The title is a text in one of USS_TITLE_SLOTS slots, and current_title names the slot. Nobody writes into a slot that is current:
 * at every instant a complete title can be read there, whatever became of those who were writing another one.
 *
 * To write:	1. Claim a slot and compare-and-swap its word to the next stamp, USS_SLOT_WRITING, and the writer's pid. To be claimed
 *		   is a slot that is free, or published but not current. Who has had to pass over another one also claims one that
 *		   is being written by a process that is no more (kill(2) says ESRCH), and not current. Last of all look at
 *		   `reading`; the slot named there is not claimed. Nobody waits.
 *		2. Write the text into it (after the claim: release fence).
 *		3. Publish: exchange current_title for USS_TITLE(slot, length, stamp) (acquire and release), or for 0: no title.
 *		   Then compare-and-swap the slot's word from what the claim made it to USS_SLOT_PUBLISHED.
 *		4. Give back the slot that was current before: compare-and-swap its word, if it still has that title's stamp, to free.
 *		A writer that ends anywhere in between leaves a slot that others can claim.
 * To read:	1. Load current_title (acquire). 0: no title; the original command line is shown.
 *		2. The kernel alone: store it in `reading`.
 *		3. Copy the text (for the kernel, after a full fence).
 *		4. Load the slot's word (after the copy: acquire fence). Another stamp than that in current_title: begin again.
 *		5. The kernel alone: store 0 in `reading` (release).
 *
 * Writers: the process's threads and signal handlers, and the kernel once, when it makes the first page, which holds
 * the title that a forked child inherits. `reading` is written by the kernel only. Readers: the kernel, which bounds and
 * checks everything, and the process.
 */
#define USS_TITLE_SLOTS		15
#define USS_TITLE_MAX		2048	/* bytes of a title */
#define USS_SLOT_SIZE		2112	/* room for a title and a NUL, which is not part of it */

/* A word of slot[]: how often the slot was claimed (40 bits), the writer's pid (22 bits), and its state. */
#define USS_SLOT_FREE		0
#define USS_SLOT_WRITING	1
#define USS_SLOT_PUBLISHED	2
#define USS_SLOT(stamp, pid, state) \
	((__u64)(stamp) << 24 | (__u64)(pid) << 2 | (state))
#define USS_SLOT_STAMP(word)	((__u64)(word) >> 24)
#define USS_SLOT_PID(word)	((int)((word) >> 2 & 0x3fffff))
#define USS_SLOT_STATE(word)	((int)((word) & 3))

/* current_title: 24 bits for slot (plus 1, so that it is never 0) and length, 40 bits for the stamp. */
#define USS_TITLE(slot, length, stamp) \
	((__u64)(stamp) << 24 | (__u64)(length) << 8 | (__u64)((slot) + 1))
#define USS_TITLE_SLOT(title)	((unsigned int)((title) & 0xff) - 1)
#define USS_TITLE_LENGTH(title)	((unsigned int)((title) >> 8 & 0xffff))
#define USS_TITLE_STAMP(title)	((__u64)(title) >> 24)
#define USS_STAMP_MASK		(((__u64)1 << 40) - 1)

struct uss_title_page {
	struct uss_header header;
	__aligned_u64 current_title;		/* process / kernel, process / 64-bit atomic */
	__aligned_u64 slot[USS_TITLE_SLOTS];	/* process / kernel, process / 64-bit atomic */
	__aligned_u64 reading;			/* a title or 0: kernel / process / 64-bit atomic */
};

/* Where slot n begins, in bytes from the title area's beginning. The first one lies whole in the first 4096. */
#define USS_SLOT_OFFSET(n)	(192 + (n) * USS_SLOT_SIZE)

/* The layout is the same for every compiler, language and word size, or this does not compile. */
#if defined(__cplusplus) && __cplusplus < 201103L
#define USS_ASSERT(condition, message) typedef char uss_layout_check[(condition) ? 1 : -1]
#elif defined(__cplusplus)
#define USS_ASSERT(condition, message) static_assert(condition, message)
#else
#define USS_ASSERT(condition, message) __extension__ _Static_assert(condition, message)
#endif
#define USS_AT(type, field, offset) \
	USS_ASSERT(__builtin_offsetof(struct type, field) == (offset), #type "." #field " has moved")

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
USS_AT(uss_process_page, reserved, 52);
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
USS_ASSERT(sizeof(struct uss_machine_page) == 56, "struct uss_machine_page has changed");
USS_AT(uss_title_page, header, 0);
USS_AT(uss_title_page, current_title, 24);
USS_AT(uss_title_page, slot, 32);
USS_AT(uss_title_page, reading, 152);
USS_ASSERT(sizeof(struct uss_title_page) == 160, "struct uss_title_page has changed");

#undef USS_AT
#undef USS_ASSERT

#endif /* USRSYSSHM_ABI_H */
