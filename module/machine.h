/* SPDX-License-Identifier: GPL-2.0-only */
/* machine.h - the machine page: load averages and processors online (see machine.c) */
#ifndef USS_MACHINE_H
#define USS_MACHINE_H

struct uss_machine_page;

/* A timer tick is about to check whether new load averages are due. With interrupts off. */
void uss_machine_before_load(void);

/* The machine page, for the clock that clock.c publishes there. */
struct uss_machine_page *uss_machine_contents(void);

#endif /* USS_MACHINE_H */
