/* SPDX-License-Identifier: GPL-2.0-only */
/* hooks.h - where the kernel tells us what happens to processes (see hooks.c) */
#ifndef USS_HOOKS_H
#define USS_HOOKS_H

int uss_hooks_init(void);

/* First, with at_exec, no more programs get pages; then, when none has any more, all other hooks are removed. */
void uss_hooks_stop_exec(void);
void uss_hooks_exit(void);

#endif /* USS_HOOKS_H */
