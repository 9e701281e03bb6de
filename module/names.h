/* SPDX-License-Identifier: GPL-2.0-only */
/* names.h - the system pages: what uname(2) says in each UTS namespace (see names.c) */
#ifndef USS_NAMES_H
#define USS_NAMES_H

#include <linux/types.h>

struct uts_namespace;
struct uss_system;
struct uss_withdrawal;

/* Part of struct uss_space, under its lock. */
struct uss_space_names {
	struct uts_namespace *ns;		/* of all threads of the owner; NULL: they have no common one, or there is no owner */
	struct uss_system *system;		/* its system page, since the process touched it */
	struct uss_withdrawal *withdrawal;	/* memory for uss_withdraw(), allocated before the system page is mapped */
};

/* A thread in @ns is about to set a name, and has set it. Once begun, a change always ends. */
void uss_names_begin_change(struct uts_namespace *ns);
void uss_names_end_change(struct uts_namespace *ns);

/* Whether, from now on, every change is seen from its beginning to its end. */
void uss_names_set_ready(bool ready);
/* Of how many changes only the end was seen. */
unsigned int uss_names_count_unseen(void);

#endif /* USS_NAMES_H */
