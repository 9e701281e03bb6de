/* SPDX-License-Identifier: MIT */
/*
 * selftest.h - a run of `usrsysshm selftest`: the trials, and what they record
 *
 * selftest.c runs the trials and prints the table, selftest_facts.c compares page and system call, the other files make the events.
 * The record is in memory that all processes of a trial share, through exec too. Everything below that is not marked otherwise may be
 * called in threads, signal handlers and vfork children.
 */
#ifndef USS_SELFTEST_H
#define USS_SELFTEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>
#include <usrsysshm.h>
#include <usrsysshm/abi.h>

enum uss_outcome { USS_HOLDS, USS_NOT_ALLOWED, USS_NOT_SERVED, USS_DIFFERS, USS_OUTCOMES };

/* The result of a trial. */
struct uss_finding {
	uint32_t outcome;
	uint32_t compared; /* answers of the library compared with the system call */
	uint32_t served; /* how many of them came from a page */
	char why[200]; /* if it does not hold; of several reasons the first one of the worst kind */
};

#define USS_TRIALS_MAX 64
#define USS_FORKIDS_MAX 4096

/* The shared memory. */
struct uss_selftest {
	uint32_t current; /* the trial that runs */
	bool wait; /* --wait */
	uint32_t offered; /* USS_SERVED_...: what a process can be served here */
	uint32_t forkids_used;
	uint64_t forkids[USS_FORKIDS_MAX]; /* of processes that trials have made */
	struct uss_finding findings[USS_TRIALS_MAX];
};

extern struct uss_selftest *uss_selftest;

struct uss_trial {
	const char *name;
	void (*run)(void);
};

/* The trials of each file; the last has no name. */
extern const struct uss_trial uss_trials_processes[], uss_trials_namespaces[], uss_trials_names[], uss_trials_machine[],
	uss_trials_cputime[], uss_trials_titles[];

/* Everything but CPU time (see selftest_cputime.c). uss_self_expect() leaves out what the module or this system does not offer. */
/* clang-format off */
#define USS_SERVED_ALL \
	(USS_SERVED_PID | USS_SERVED_FORKID | USS_SERVED_START_TIME | USS_SERVED_TITLE | USS_SERVED_NAMES | USS_SERVED_UNAME | \
	 USS_SERVED_LOADAVG | USS_SERVED_NPROCS)
/* clang-format on */
/* What a process that has entered another UTS namespace is still served. */
#define USS_SERVED_PROCESS (USS_SERVED_PID | USS_SERVED_FORKID | USS_SERVED_START_TIME)

/* selftest.c: records the outcome of the current trial, if it is worse than what is recorded. */
void uss_self_differs(const char *format, ...) __attribute__((format(printf, 1, 2)));
void uss_self_not_served(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Records that @what could not be done here, and errno. */
void uss_self_not_allowed(const char *what);

/* fork(2); the child exits with its parent. Returns -1 on failure, which is recorded. */
pid_t uss_self_fork(void);

/* Waits for a child; a signal that killed it is recorded. */
void uss_self_reap(pid_t pid);

/* Runs @function in a child of its own, and waits for it. Not in vfork children. */
void uss_self_in_child(void (*function)(void));

/* unshare(2), if necessary with a user namespace, where an ordinary user may do it. Returns false on failure, which is recorded. */
bool uss_self_unshare(int flags);

/* Replaces the program by this one, which compares everything and exits. Returns if that fails. */
void uss_self_exec(void);

/* The descriptor of the shared memory: the argument of `selftest --look`, which uss_self_exec() executes. */
int uss_self_memory(void);

/* Reads a small file. Returns its length, or -1 with errno set. */
ssize_t uss_self_read(const char *path, char *text, size_t size);

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t uss_self_now(void);

/* selftest_facts.c: compares every fact once. @where goes into the message. */
void uss_self_compare(const char *where);

/* The same without the facts that need files: what can be compared a thousand times. */
void uss_self_compare_often(const char *where, int times);

void uss_self_compare_cputime(const char *where);
void uss_self_compare_loads(const char *where);
void uss_self_compare_processors(const char *where);

/* The set of facts that this process can be served. */
unsigned int uss_self_offered(void);

/* Records that one of these facts does not come from a page, if that stays so for a third of a second. */
void uss_self_expect(unsigned int facts, const char *where);

/* Counts a comparison of the fact whose bit is @fact. */
void uss_self_count(unsigned int fact);

/* Counts a comparison of an answer that came, or did not come, from a page. */
void uss_self_count_answer(bool from_page);

#ifdef __x86_64__
/* selftest_machine.c: makes the system call @number as a 32-bit program does; a negated errno on failure. */
long uss_self_call32(int number, uint32_t first, uint32_t second);

/* Whether this kernel has these calls. If not, that is recorded. */
bool uss_self_can_call32(void);
#endif

/* Records this process's fork id, which no other may have had. */
void uss_self_new_forkid(const char *where);

#endif /* USS_SELFTEST_H */
