/* SPDX-License-Identifier: GPL-2.0-only */
/* space.h - an address space that has pages, and whom its process page speaks for (see space.c) */
#ifndef USS_SPACE_H
#define USS_SPACE_H

#include <linux/mm_types.h>
#include <linux/sched.h>
#include <linux/types.h>

/* The order of the pages in the address space. */
#define USS_PROCESS_PGOFF	0
#define USS_SYSTEM_PGOFF	1
#define USS_MACHINE_PGOFF	2
#define USS_RO_PAGES		3
#define USS_TITLE_PAGES		8
#define USS_ALL_PAGES		(USS_RO_PAGES + USS_TITLE_PAGES)

struct nsproxy;
struct uss_header;
struct uss_space;
struct uss_title;

int uss_spaces_init(void);
void uss_spaces_exit(void);

/*
 * Lifecycle: one reference for each of our VMAs in @mm. The caller holds @mm's mmap_lock for writing. uss_space_get() returns NULL if
 * there is none, uss_space_create() NULL without memory, uss_space_attach() does the one or the other and does not fail.
 */
struct uss_space *uss_space_get(struct mm_struct *mm);
struct uss_space *uss_space_create(struct mm_struct *mm, gfp_t gfp);
struct uss_space *uss_space_attach(struct mm_struct *mm);
void uss_space_put(struct uss_space *space);

/* Calls @function with the lock of @mm's space held, if there is a space: says whether it did. */
bool uss_space_call(const struct mm_struct *mm, void (*function)(struct uss_space *space, void *data), void *data);

/* For ask.c, in such a function. An owner is set once in the life of a space: false if there has been one. */
bool uss_space_begin_settling(struct uss_space *space, struct task_struct *task);
void uss_space_add_sharer(struct uss_space *space, struct task_struct *task);
/* The names are not valid if @thread of the owner is in another namespace, or may be on its way there (@in_doubt). With its task_lock(). */
void uss_space_compare(struct uss_space *space, struct task_struct *thread, bool in_doubt);
void uss_space_settled(struct uss_space *space);

/* The title area begins at @area, or does not any more. With the mmap_lock for writing. */
bool uss_space_has_title_area(const struct uss_space *space);
void uss_space_set_title_area(struct uss_space *space, unsigned long area);
void uss_space_unset_title_area(struct uss_space *space, unsigned long area);
/* Others see the title from now on. Returns where the title area is, 0 without. */
unsigned long uss_space_open_window(struct mm_struct *mm);

/* The title, for title.c: a new child's from its parent; is there a window; all about it, and the text. */
void uss_space_inherit_title(struct uss_space *child, struct uss_space *parent);
bool uss_space_has_window(struct mm_struct *mm);
bool uss_space_get_title(struct mm_struct *mm, struct uss_title *title, char *text, u32 *length);

/* An mm that has pages and was not given in this @round, not 0, with a reference for mmput(); NULL when there is no more. */
struct mm_struct *uss_spaces_get_mm(unsigned int round);
bool uss_spaces_are_empty(void);

/* The pages, made at first touch; each call returns a referenced page, or NULL without memory. */
struct page *uss_space_process_page(struct uss_space *space);
struct page *uss_space_title_page(struct uss_space *space, pgoff_t index);
struct page *uss_space_system_page(struct uss_space *space);
struct page *uss_empty_page(void);

/* Copies a page of the process to @copy, of PAGE_SIZE, without making it: zeros for one that it has not touched, but for its process page. */
void uss_space_peek(struct uss_space *space, pgoff_t pgoff, void *copy);

/* The beginning of every page. */
void uss_fill_header(struct uss_header *header, u32 magic, u32 size);

/* What happens to processes. All may be called in atomic context, for tasks whose address space has no pages too. */
void uss_space_fork(struct task_struct *parent, struct task_struct *child);
void uss_space_leave(struct task_struct *task);
void uss_space_namespaces(struct task_struct *task, struct nsproxy *new);
void uss_space_personality(struct task_struct *task);

/* The facts about the current process, asked. Zero: not known. */
u64 uss_current_forkid(void);
u64 uss_current_start_time(void);

int uss_count_processes(void);
int uss_count_pages(void);

#endif /* USS_SPACE_H */
