/* SPDX-License-Identifier: GPL-2.0-only */
/* hooks.h - where the kernel tells us what happens to processes (see hooks.c) */
#ifndef USS_HOOKS_H
#define USS_HOOKS_H

/* Prints why it fails. */
int uss_hooks_init(void);

/* First, with at_exec, programs stop getting pages at exec. Later, when no process has pages any more, all other hooks go. */
void uss_hooks_stop_exec(void);
void uss_hooks_exit(void);

#endif /* USS_HOOKS_H */
