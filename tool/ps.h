/* SPDX-License-Identifier: MIT */
/* ps.h - a process that `usrsysshm ps` lists (ps.c), and how each system reads it (ps_linux.c) */
#ifndef USS_PS_H
#define USS_PS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct uss_ps {
	int pid;
	unsigned int uid;
	char state;
	char name[64];
	char *command; /* arguments, each with its NUL: length bytes */
	ssize_t length; /* -1: could not be read in time */
	bool stuck;
};

/* Returns all pids in ascending order, their number in @count; NULL on failure, after an error message. */
int *uss_ps_list(size_t *count);

/* Reads the process @process->pid. Frees @process->command before. Returns 1, 0 if the process has exited, -1 on failure. */
int uss_ps_read(struct uss_ps *process);

/* Returns the name of a user, or the number. */
const char *uss_ps_user(unsigned int uid);

/* Returns the width of the pid column in ps: that of the largest pid, at least 5. */
int uss_ps_pid_width(void);

#endif /* USS_PS_H */
