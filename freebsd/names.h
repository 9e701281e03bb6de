/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * names.h - the system pages: host name and domain name of each jail (see names.c)
 */
#ifndef USS_NAMES_H
#define	USS_NAMES_H

#include <vm/vm.h>

struct prison;
struct thread;
struct uss_space;
struct uss_system_page;

int	uss_names_init(void);
void	uss_names_exit(void);

/* The space gets the page of @prison, the owner's jail; its parent's, if @parent is not NULL and has it.  May sleep. */
void	uss_names_enter(struct uss_space *space, struct prison *prison, struct uss_space *parent);

/* The space gives its page up. */
void	uss_names_leave(struct uss_space *space);

/* The page to be mapped: one of zeros, if the space has none.  With the space locked. */
vm_object_t uss_names_object(struct uss_space *space);

/* Copies the page of the space.  Without valid names the sequence counter of the copy is odd or 0.  With the space locked. */
void	uss_names_copy(struct uss_space *space, struct uss_system_page *copy);

#endif /* !USS_NAMES_H */
