/* SPDX-License-Identifier: GPL-2.0-only */
/* machine.h - the machine page: load averages and processors (see machine.c) */
#ifndef USS_MACHINE_H
#define USS_MACHINE_H

struct page;

int uss_machine_init(void);
/* When nothing is heard of timer ticks any more. */
void uss_machine_exit(void);

/* With a reference for the caller. */
struct page *uss_machine_page(void);
/* Copies it to @copy, of PAGE_SIZE. */
void uss_machine_peek(void *copy);

/* A timer tick is about to see whether new load averages are due. With interrupts off. */
void uss_machine_before_load(void);

#endif /* USS_MACHINE_H */
