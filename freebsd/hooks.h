/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * hooks.h - the kernel reports what happens to processes (see hooks.c)
 */
#ifndef USS_HOOKS_H
#define	USS_HOOKS_H

void	uss_hooks_init(void);

/* Waits until no thread is in a handler. */
void	uss_hooks_exit(void);

#endif /* !USS_HOOKS_H */
