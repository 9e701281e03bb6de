/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * process.h - the process page: pid, fork id, start time (see process.c)
 */
#ifndef USS_PROCESS_H
#define	USS_PROCESS_H

#include <sys/types.h>

struct proc;
struct uss_space;

/* Part of struct uss_space, under its lock. */
struct uss_process {
	pid_t		pid;
	bool		settling;	/* the owner has asked; its sharers are not all known yet */
	uint64_t	forkid;
	uint64_t	start_time;	/* 0: not known yet */
	uint32_t	speaks;
	uint64_t	title_area;
};

void	uss_process_init(void);

/* Fills in the page of a new space, whose owner is @p. */
void	uss_process_begin(struct uss_space *space, struct proc *p);

/* The owner has left: zeros.  With the space locked. */
void	uss_process_end(struct uss_space *space);

/* Writes the fields that can change.  With the space locked. */
void	uss_process_publish(struct uss_space *space);

/* @p has its start time, which a process that is being created does not have.  With the space locked. */
void	uss_process_set_start_time(struct uss_space *space, struct proc *p);

uint64_t uss_process_start_time(struct proc *p);

/* A number that no other process has had since boot. */
uint64_t uss_process_next_forkid(void);

#endif /* !USS_PROCESS_H */
