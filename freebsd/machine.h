/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * machine.h - the machine page: the number of processors (see machine.c)
 */
#ifndef USS_MACHINE_H
#define	USS_MACHINE_H

#include <vm/vm.h>

void	uss_machine_init(void);
void	uss_machine_exit(void);
vm_object_t uss_machine_object(void);

/* The page itself, of struct uss_machine_page.  It does not change. */
const void *uss_machine_page(void);

#endif /* !USS_MACHINE_H */
