/* SPDX-License-Identifier: GPL-2.0-only */
/* uts.h - the system pages, one for each UTS namespace (see uts.c) */
#ifndef USS_UTS_H
#define USS_UTS_H

#include <linux/types.h>

struct page;
struct uts_namespace;
struct uss_uts;

/* A new one, which takes over @page; NULL if that is NULL, or without memory. */
struct uss_uts *uss_uts_alloc(struct page *page);
void uss_uts_free(struct uss_uts *uts);

/*
 * Returns, with a reference, what there is of @ns, or else *@new, which is then NULL; NULL without either. The caller knows that the
 * namespace stays as long as the reference.
 */
struct uss_uts *uss_uts_get(struct uts_namespace *ns, struct uss_uts **new);
void uss_uts_put(struct uss_uts *uts);
struct page *uss_uts_page(struct uss_uts *uts);

/* A thread of @ns is about to set a name, and has set it. Nothing keeps it from the one to the other. */
void uss_uts_begin(struct uts_namespace *ns);
void uss_uts_end(struct uts_namespace *ns);

/* Is every change seen from its beginning to its end? */
void uss_uts_set_ready(bool ready);
/* How many changes were seen to end only. */
unsigned int uss_uts_count_unseen(void);
/* When no change is seen any more. */
void uss_uts_exit(void);

int uss_uts_count(void);

#endif /* USS_UTS_H */
