/* SPDX-License-Identifier: GPL-2.0-only */
/* process.h - the process page: pid, fork id, start time, and for which process they are valid (see process.c) */
#ifndef USS_PROCESS_H
#define USS_PROCESS_H

#include <linux/list.h>
#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/types.h>

struct uss_sharer;
struct uss_space;

/* Part of struct uss_space, under its lock. */
struct uss_process {
	struct page *page;
	u64 forkid;
	struct signal_struct *owner;	/* compared, never dereferenced; NULL: none */
	struct list_head sharers;
	unsigned int sharers_count;
	bool was_owned;			/* there has been an owner: there will be no other */
	bool settling;			/* the owner has asked; ask.c is finding the sharers */
	bool given_up;			/* a sharer was not recorded */
	pid_t pid;			/* as the owner sees itself */
	u32 speaks;			/* USS_SPEAKS_... */
	u64 start_time;
	unsigned long title_area;	/* its address, 0: none */
};

/* All locked: with the lock of the space held. */
bool uss_process_is_owner(const struct uss_space *space, const struct task_struct *task);
bool uss_process_is_sharer(struct uss_space *space, const struct task_struct *task);
/* Does any other process run in the owner's memory? */
bool uss_process_is_shared(const struct uss_space *space);

/* Nothing is allocated or freed under the lock. Adding uses *@new, which is then NULL. Removing returns the record, NULL if there was none. */
void uss_process_add_sharer(struct uss_space *space, struct task_struct *task, struct uss_sharer **new);
struct uss_sharer *uss_process_remove_sharer(struct uss_space *space, struct task_struct *task);

/* The page says for which other facts it is valid, USS_SPEAKS_..., and where the title area is. */
void uss_process_set_valid(struct uss_space *space, u32 points);
void uss_process_clear_valid(struct uss_space *space, u32 points);
void uss_process_set_title_area(struct uss_space *space, unsigned long area);

/* Until settled, the pid reads 0 and the page is valid for no other fact. */
void uss_process_set_settling(struct uss_space *space, bool settling);

/* For uss_space_call(): the current process's fork id, a u64; unchanged if it is neither owner nor sharer. */
void uss_process_find_forkid(struct uss_space *space, void *forkid);

/* Of the current process, as field 22 of /proc/self/stat before it is rounded. */
u64 uss_current_start_time(void);

#endif /* USS_PROCESS_H */
