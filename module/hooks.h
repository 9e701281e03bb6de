/* SPDX-License-Identifier: GPL-2.0-only */
/* hooks.h - where the kernel tells us what happens to processes (see hooks.c) */
#ifndef USS_HOOKS_H
#define USS_HOOKS_H

/* Both print why they fail. With at_exec, uss_hooks_start_exec() makes programs get pages at exec. */
int uss_hooks_init(void);
int uss_hooks_start_exec(void);

/*
 * First, programs stop getting pages at exec. Later, when no process has pages any more, command lines are read by the kernel's own function
 * again. Then all other hooks go. uss_hooks_exit() waits for readers that are still in cmdline.c.
 */
void uss_hooks_stop_exec(void);
void uss_hooks_stop_reading(void);
void uss_hooks_exit(void);

#endif /* USS_HOOKS_H */
