/* SPDX-License-Identifier: GPL-2.0-only */
/* clock.h - the scheduler's clock as a function of the time-stamp counter (see clock.c) */
#ifndef USS_CLOCK_H
#define USS_CLOCK_H

#include <linux/types.h>
#include <usrsysshm/abi.h>

/* Finds the clock. Returns false, and says why, if it cannot be computed from the counter. May sleep. */
bool uss_clock_probe(void);

/*
 * Publishes the clock in @page, the machine page, as long as it holds. @stop is called when the current thread has lost the right to read the
 * counter (PR_SET_TSC, strict seccomp). Returns an error code, after which the clock is not published.
 */
int uss_clock_init(struct uss_machine_page *page, void (*stop)(void));
void uss_clock_exit(void);

/* A thread's run time has diverged from the clock: withdraws the clock for good. In atomic context, also with a run queue's lock held. */
void uss_clock_diverged(void);

/* False, and withdraws the clock for good, if the kernel has declared the counter unstable. A probe that should have seen it can miss it. */
bool uss_clock_is_stable(void);

/* Adds to the current thread's run time what it has run until now, as its system call would. Takes the run queue's lock. */
void uss_clock_charge(void);

#endif /* USS_CLOCK_H */
