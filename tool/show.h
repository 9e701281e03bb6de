/* SPDX-License-Identifier: MIT */
/* show.h - what `usrsysshm show` shows (show.c), and how each system reads it (show_linux.c) */
#ifndef USS_SHOW_H
#define USS_SHOW_H

#include <stdint.h>
#include <usrsysshm/abi.h>

struct uss_shown {
	int pid;
	char name[64];
	uint64_t base; /* address of the process page */
	struct uss_process_page page;
	struct uss_system_page system;
	struct uss_machine_page machine;
	struct uss_cputime_page cputime;
};

/* Returns this process's pid; 0 with errno set if it has none. */
int uss_show_own_pid(void);

/*
 * Reads name and pages of the process @process->pid. The sequence counter of a page that could not be read consistently becomes 0. Returns
 * USS_OK; otherwise prints an error and returns the exit code.
 */
int uss_show_read(struct uss_shown *process);

/* Why a process has a start time that is not valid, or makes the system call for its names. */
extern const char *const uss_show_no_start_time, *const uss_show_no_names;

#endif /* USS_SHOW_H */
