/* SPDX-License-Identifier: GPL-2.0-only */
/* machine.h - the machine page: load averages and processors online (see machine.c) */
#ifndef USS_MACHINE_H
#define USS_MACHINE_H

/* A timer tick is about to check whether new load averages are due. With interrupts off. */
void uss_machine_before_load(void);

#endif /* USS_MACHINE_H */
