/* SPDX-License-Identifier: MIT */
/*
 * usrsysshm.h - what the system knows about the calling process, without asking it
 *
 * libusrsysshm answers from the pages that usrsysshm.ko shares with each process that asks (<usrsysshm/abi.h>), and makes the system call
 * whenever they cannot answer: no module, an unknown ABI version, a process without pages, a fact that does not hold just
 * now. The answer is always the one that the system call would have given at some instant during the call.
 *
 * All functions here may be called from any thread and at any time: before main, in constructors, in signal
 * handlers (they are async-signal-safe and leave errno alone unless they say otherwise), in the child of fork, vfork, clone, and raw
 * system calls of these. They take no locks and allocate nothing from the heap.
 *
 * The library asks for the pages once, when it is loaded, by reading /proc/sys/kernel/usrsysshm; without a /proc, or without the module at
 * that time, all calls fall back to the system call. A program that unmaps its pages (munmap on what uss_page_base gives) must not call this library afterwards.
 */
#ifndef USRSYSSHM_H
#define USRSYSSHM_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * uss_getpid - the id of the calling process
 *
 * Replaces getpid(2). Never fails. Costs one load from the page and one test; a system call while another process shares the caller's
 * memory (in the child of vfork before it execs, and in its parent's other threads).
 */
pid_t uss_getpid(void);

/*
 * uss_forkid - a number that tells a process from every other
 *
 * Replaces no system call: it replaces the private pid caches by which libraries notice that they are in a forked child. Keep the
 * number beside your state; when it differs, your state is another process's. Pids come again, this number does not.
 *
 * With the module: never given to another process since boot, across fork, vfork, clone and exec in any pid namespace.
 * Without: 63 random bits in each process made by fork, joined with the pid. A process and its children differ, but for a chance
 * of 2^-63, and but for a child that both shares its memory and has the same pid: process 1 of a pid namespace, made with CLONE_VM by
 * process 1 of the outer one. Of children that share their parent's memory one after the other, two with the same pid have
 * the same number. The numbers of either kind never meet: without the module the top bit is set.
 *
 * Returns the number, never 0. It stays the same as long as the process runs the same program; it also
 * changes when the module is unloaded. Costs as much as uss_getpid, and while the memory is shared two small
 * reads below /proc/sys: should those be impossible there (no /proc, no free descriptor), a number of its own for as long.
 */
uint64_t uss_forkid(void);

/*
 * uss_start_time - when the calling process was created
 *
 * In nanoseconds of CLOCK_BOOTTIME as the caller's time namespace shows it; exec does not change it. Replaces reading field 22 of
 * /proc/self/stat, which is the same instant rounded down to clock ticks, and which it falls back to without the module.
 *
 * Returns 0 with errno set (ENOENT, EACCES, EMFILE, ENFILE, ENOMEM: as open(2) of /proc/self/stat; EIO: not a real /proc) when there is
 * neither a page nor a /proc.
 */
uint64_t uss_start_time(void);

/*
 * Titles: what ps(1), top(1), pgrep -f and /proc/PID/cmdline show instead of the command line.
 *
 * With the module a title is written into a page, without a system call. (The very first one asks the module for that page: it opens a file
 * of /proc, as it does without the module; a program with a seccomp filter or a chroot sets one before.) Without it, or with
 * USRSYSSHM_TITLE=classic in the environment that the program starts with, prctl(PR_SET_MM_MAP) is told where it is, which takes a few system calls and /proc,
 * and works for ordinary users. Either way the length of argv does not matter, fork inherits the title, exec ends it.
 *
 * Who reads the title in one read(2) gets the old one or the new one, never a mixture; the old way holds to that as long as there are
 * not eight new titles during one read (fewer, when others stand still in the middle of setting or removing one). The old way also
 * writes back to the kernel where the heap ends, as it was an instant before: no other thread should be changing the heap's size by
 * brk(2) just then. Calls need 3 KiB of stack.
 */

/* The longest title, in bytes. What is longer is cut, where a UTF-8 character begins. */
#define USS_TITLE_LIMIT		2048

/*
 * uss_set_title - sets the title to @length bytes at @text, without formatting; up to its NUL, if it has one
 *
 * Replaces setproctitle(3) of the BSDs, and writing over argv. NULL restores the original command line.
 *
 * Threads and signal handlers may call it at once; the last to finish decides. It never waits for another. Async-signal-safe.
 *
 * Returns 0. Without the module, and when more than a dozen others are in the middle of setting a title (or were killed there), also -1
 * with errno set and the title as it was: ENOMEM, EAGAIN, and what open(2) of /proc/self/stat and prctl(2) say.
 */
int uss_set_title(const char *text, size_t length);

/*
 * uss_setproctitle - sets the title as setproctitle(3) does
 *
 * The program's name, ": ", and the formatted text; the text alone when @format begins with "-". NULL restores the original
 * command line. Errors leave the title as it was. As safe as uss_set_title; the formatting is as safe in signal handlers as
 * snprintf(3) is with the same arguments: glibc's is for strings and integers, without being promised.
 */
void uss_setproctitle(const char *format, ...) __attribute__((format(printf, 1, 2)));
void uss_vsetproctitle(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/*
 * uss_getproctitle - copies the title to @buffer, of @size bytes, cut if need be and always with a NUL if size is not 0
 *
 * Returns the title's length, as strlcpy(3) does; 0 and an empty text when there is none. Async-signal-safe as uss_set_title.
 */
ssize_t uss_getproctitle(char *buffer, size_t size);

/*
 * uss_gethostname - copies the host name to @name, of @size bytes
 *
 * Replaces gethostname(2), in the caller's UTS namespace. What does not fit is cut, without a NUL.
 *
 * Returns 0, or -1 with errno ENAMETOOLONG when name and NUL did not fit, as glibc's does. Costs a copy of 65 bytes and three tests.
 * Asks while a name is being set, after the process or a thread of it has entered another UTS namespace (until exec; a forked
 * child is served again), and while memory is shared as uss_getpid says.
 */
int uss_gethostname(char *name, size_t size);

/*
 * uss_getdomainname - copies the NIS domain name to @name, of @size bytes
 *
 * Replaces getdomainname(2), as uss_gethostname does. Returns 0, also when the name was cut, as glibc's does.
 */
int uss_getdomainname(char *name, size_t size);

/*
 * uss_uname - fills in @names
 *
 * Replaces uname(2), to the last byte. Returns 0, or -1 with errno EFAULT for NULL; any other invalid pointer
 * faults with SIGSEGV, unlike uname(2). Falls back to the system call as uss_gethostname does, and with the personalities UNAME26 and
 * PER_LINUX32 or after a call of personality(2) that sets one.
 */
struct utsname;
int uss_uname(struct utsname *names);

/*
 * uss_getloadavg - the load averages over 1, 5 and 15 minutes, as many as @count says
 *
 * Replaces getloadavg(3), and sysinfo(2) which that calls. Returns how many were stored, at most 3, as glibc's does. Costs a copy of 24
 * bytes; asks for an instant every five seconds, when the kernel works out new ones.
 */
int uss_getloadavg(double loadavg[], int count);

/*
 * uss_nprocs_onln - how many processors are online
 *
 * Replaces sysconf(_SC_NPROCESSORS_ONLN), whose glibc makes three system calls of it. Returns the number. The first call looks whether
 * /sys/devices/system/cpu/online, where glibc reads, is the kernel's own: where it is missing or another file system (as lxcfs,
 * which shows a container its share) all calls are left to sysconf, also those of forked children. What is mounted there after that, by
 * a change of root or of mount namespace too, is not noticed before exec. Falls back to sysconf while a processor comes or goes.
 *
 * The look is a statfs(2): a program that a seccomp filter kills for it calls this function, or uss_served, once before it installs the
 * filter.
 */
long uss_nprocs_onln(void);

/*
 * uss_page_base - where the calling process has its pages
 *
 * Returns the address of its struct uss_process_page (<usrsysshm/abi.h>), NULL when it has none that this library can
 * read: then every call asks the kernel. A forked child has its own pages at the same address.
 */
const void *uss_page_base(void);

/*
 * uss_served - which facts come from pages at this moment
 *
 * Returns USS_SERVED_... bits; 0 when every call falls back to the system call. The first call may make the statfs(2) of uss_nprocs_onln.
 */
unsigned int uss_served(void);

#define USS_SERVED_PID		(1u << 0)	/* uss_getpid */
#define USS_SERVED_FORKID	(1u << 1)	/* uss_forkid */
#define USS_SERVED_START_TIME	(1u << 2)	/* uss_start_time */
#define USS_SERVED_TITLE	(1u << 3)	/* uss_set_title and its kin */
#define USS_SERVED_NAMES	(1u << 4)	/* uss_gethostname, uss_getdomainname */
#define USS_SERVED_UNAME	(1u << 5)	/* uss_uname */
#define USS_SERVED_LOADAVG	(1u << 6)	/* uss_getloadavg */
#define USS_SERVED_NPROCS	(1u << 7)	/* uss_nprocs_onln */

#ifdef __cplusplus
}
#endif

#endif /* USRSYSSHM_H */
