/* SPDX-License-Identifier: MIT */
/*
 * usrsysshm.h - facts about the calling process and its system, read from shared pages instead of by system call
 *
 * libusrsysshm answers from the pages that usrsysshm.ko shares with each process that asks for them (<usrsysshm/abi.h>). It falls back to
 * the system call whenever the pages cannot answer: without the module, with an unknown ABI version, in a process without pages, or while a
 * field is not valid for the caller. The result is always what the system call would have returned at some instant during the call.
 *
 * Thread safety: all functions may be called from any thread at any time, before main and in constructors too. They take no locks and
 * allocate nothing from the heap. None is a cancellation point.
 *
 * Signal safety: all functions are async-signal-safe, unless their description says otherwise. They may be called in the child of fork,
 * vfork, clone, and of the raw system calls.
 *
 * errno: left unchanged on success, and on failure where no error is documented.
 *
 * Pages: the library requests them once, when it is loaded, by reading /proc/sys/kernel/usrsysshm. Without /proc or without the module at
 * that time, every call falls back to the system call. A program that unmaps its pages (munmap at uss_page_base()) must not call this
 * library afterwards.
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
 * uss_getpid - get the process id
 *
 * Replaces getpid(2). Since 0.1.
 *
 * Costs one load from the page and one test. Makes the system call while another process shares the caller's memory: in a child of vfork
 * until it execs or exits, and meanwhile in the other threads of its parent.
 *
 * Return: the process id in the caller's pid namespace. Never fails.
 */
pid_t uss_getpid(void);

/*
 * uss_forkid - get a number that differs in every process
 *
 * Replaces no system call, but the private pid caches that libraries use to detect a fork. Since 0.1.
 *
 * Store the number beside your state. If it differs later, the state belongs to another process. Pids are reused, this number is not.
 * It does not change while the process runs the same program, except when the module is unloaded.
 *
 * With the module, no other process has had the number since boot, across fork, vfork, clone and exec, in any pid namespace.
 * Without it, the number combines the pid with 63 random bits, drawn anew in each process that fork creates. A process and its children
 * then differ except with a probability of 2^-63. Three cases are not covered. A child that shares its parent's memory and has the same pid
 * (process 1 of a pid namespace, created with CLONE_VM by process 1 of the outer one) has its parent's number. Successive children that
 * share their parent's memory have the same number if they have the same pid. So do successive children of a process that had no memory
 * for a page at its first call; the number changes once when there is some. Without the module the top bit is set, with the module never,
 * so numbers of the two kinds cannot collide.
 *
 * Costs some instructions more than uss_getpid. While memory is shared (see there) it reads a small file below /proc/sys. If that fails
 * (no /proc, no free descriptor), it returns a number of the kind without the module for as long as memory is shared.
 *
 * Return: the number, never 0. Never fails.
 */
uint64_t uss_forkid(void);

/*
 * uss_start_time - get the creation time of the process
 *
 * Replaces field 22 of /proc/self/stat, which is the same instant rounded down to clock ticks and serves as the fallback. Since 0.1.
 *
 * Return: nanoseconds of CLOCK_BOOTTIME in the caller's time namespace; exec does not change it. 0 with errno set if there is neither a
 * page nor a usable /proc:
 *	ENOENT, EACCES, EMFILE, ENFILE, ENOMEM	as for open(2) of /proc/self/stat
 *	EIO					/proc is not a proc file system
 */
uint64_t uss_start_time(void);

/*
 * Titles: the text that ps(1), top(1), pgrep -f and /proc/PID/cmdline show instead of the command line.
 *
 * With the module a title is written into the title area, without a system call. Only the first one asks the module for it, by opening a
 * file in /proc; a program with a seccomp filter or a chroot should set a title before it enters either. Without the module, or with
 * USRSYSSHM_TITLE=classic in the environment at program start, the classic method is used: prctl(PR_SET_MM_MAP) tells the kernel where
 * the title is. This takes a few system calls and /proc, and needs no privilege. With either method the length of argv does not limit the
 * title, fork inherits it, and exec ends it.
 *
 * A reader that reads the title in one read(2) sees the old one or the new one, never a mixture. The classic method guarantees this
 * unless eight titles are set during one read; fewer if other threads stop in the middle of setting or removing a title. The classic
 * method also writes the end of the heap back to the kernel, as it was an instant before: no other thread may change the heap's size by
 * brk(2) at that time.
 *
 * The functions for titles need 8 KiB of stack.
 */

/* The maximum length of a title in bytes. A longer one is cut at the start of a UTF-8 character. */
#define USS_TITLE_LIMIT		2048

/*
 * uss_set_title - set the title without formatting
 * @text: the title, or NULL to restore the original command line
 * @length: bytes of @text; a NUL within them ends the title
 *
 * Replaces setproctitle(3) of the BSDs, and overwriting argv. Since 0.1.
 *
 * Threads and signal handlers may set titles concurrently; the last one to finish wins. No call waits for another.
 *
 * Return: 0, or -1 with errno set and the title unchanged. It fails only with the classic method, which is also used once more than a
 * dozen writers are in the middle of setting a title, or were killed there:
 *	ENOMEM	no memory
 *	EAGAIN	too many writers at once
 *	EIO	/proc is not a proc file system
 *	others	as for open(2) of /proc/self/stat and prctl(2)
 */
int uss_set_title(const char *text, size_t length);

/*
 * uss_setproctitle, uss_vsetproctitle - set a formatted title
 * @format: as for printf(3), or NULL to restore the original command line
 * @arguments: the arguments of @format; their value is undefined afterwards, as after vprintf(3)
 *
 * Replaces setproctitle(3). Since 0.1.
 *
 * The title is the program's name, ": ", and the formatted text. If @format begins with "-", it is the text after the "-" alone. If
 * formatting or setting fails, the title does not change and no error is reported; errno is left unchanged.
 *
 * Async-signal safety: setting the title is safe. Formatting is as safe as snprintf(3) with the same arguments; in glibc strings and
 * integers are safe in practice, without a guarantee.
 */
void uss_setproctitle(const char *format, ...) __attribute__((format(printf, 1, 2)));
void uss_vsetproctitle(const char *format, va_list arguments) __attribute__((format(printf, 1, 0)));

/*
 * uss_getproctitle - copy the title
 * @buffer: where to store it, cut if necessary and NUL-terminated unless @size is 0
 * @size: bytes of @buffer
 *
 * Replaces no system call, and makes none. Since 0.1.
 *
 * Return: the length of the whole title, as strlcpy(3); 0, with an empty text, if no title is set. Never fails.
 */
ssize_t uss_getproctitle(char *buffer, size_t size);

/*
 * uss_gethostname - get the host name of the caller's UTS namespace
 * @name: where to store it; a longer name is cut, without a NUL
 * @size: bytes of @name
 *
 * Replaces gethostname(2). Since 0.1.
 *
 * Costs two copies of at most 65 bytes and six tests. Makes the system call while a name is being set, while memory is shared (see uss_getpid), and
 * after a thread of the process has entered another UTS namespace, until exec; a forked child is served again.
 *
 * Return: 0, or -1 with errno set:
 *	ENAMETOOLONG	the name and its NUL did not fit; @name holds the part that did, as in glibc
 *	others		as for uname(2), for example from a seccomp filter
 */
int uss_gethostname(char *name, size_t size);

/*
 * uss_getdomainname - get the NIS domain name of the caller's UTS namespace
 * @name: where to store it; a longer name is cut, without a NUL
 * @size: bytes of @name
 *
 * Replaces getdomainname(2). Since 0.1. Costs and falls back as uss_gethostname.
 *
 * Return: 0, also if the name was cut, as in glibc; or -1 with errno set as for uname(2).
 */
int uss_getdomainname(char *name, size_t size);

/*
 * uss_uname - get all names of the system
 * @names: where to store them
 *
 * Replaces uname(2), identical to the last byte. Since 0.1.
 *
 * Falls back as uss_gethostname; and also with the personalities UNAME26 and PER_LINUX32, and after a thread of the process has set its
 * personality.
 *
 * Return: 0, or -1 with errno set as for uname(2): EFAULT if @names is NULL. Any other invalid pointer faults with SIGSEGV, unlike
 * uname(2).
 */
struct utsname;
int uss_uname(struct utsname *names);

/*
 * uss_getloadavg - get the load averages over 1, 5 and 15 minutes
 * @loadavg: where to store them
 * @count: how many to store; more than 3 means 3, less than 0 means 0
 *
 * Replaces getloadavg(3), which calls sysinfo(2). Since 0.1.
 *
 * Costs a copy of 24 bytes. Makes the system call while the kernel computes new values, a short time every five seconds.
 *
 * Return: the number of values stored, as in glibc; or -1 with errno set as for sysinfo(2).
 */
int uss_getloadavg(double loadavg[], int count);

/*
 * uss_nprocs_onln - get the number of processors online
 *
 * Replaces sysconf(_SC_NPROCESSORS_ONLN), which takes three system calls in glibc. Since 0.1.
 *
 * The first call opens /sys/devices/system/cpu/online, which glibc reads, and checks by fstatfs(2) that it belongs to sysfs. If it cannot be
 * opened or is on another file system (lxcfs shows a container its share this way), all calls fall back to sysconf, in forked children
 * too. A later mount there is not noticed before exec; nor is a chroot(2) into a directory without /sys and /proc, a setns(2) into a mount
 * namespace with another file there, or a sandbox that forbids to open it (Landlock), after which sysconf would return something else.
 * Also falls back while a processor comes or goes, and always in a library compiled with another libc, such as musl, whose sysconf counts
 * the processors that the caller may run on.
 *
 * A program that installs a seccomp filter which kills on openat(2) or fstatfs(2) should call this function, or uss_served, once before.
 *
 * Return: the number; or what sysconf returns. As async-signal-safe as sysconf(3).
 */
long uss_nprocs_onln(void);

/*
 * uss_thread_cputime - get the CPU time of the calling thread
 * @time: where to store it
 *
 * Replaces clock_gettime(2) with CLOCK_THREAD_CPUTIME_ID, to the nanosecond. Since 0.1.
 *
 * Costs one RDTSCP and a multiplication. The first call of a process faults once. From then on the module watches context switches, which
 * costs some instructions at each. A thread is served once it has been switched to after that. Makes the system call where the scheduler
 * does not use an x86-64 time-stamp counter as its clock, in 32-bit and x32 programs, and in a process with a thread that may not read
 * that counter (PR_SET_TSC of prctl(2), strict seccomp). Threads of SCHED_DEADLINE make it too.
 *
 * Successive answers never go backwards, whether they come from the page or from the system call.
 *
 * In a 32-bit program compiled with _TIME_BITS=64, whose struct timespec is larger, the name stands for uss_thread_cputime64. A 32-bit
 * library has both functions, whatever it was compiled with.
 *
 * Return: 0, or -1 with errno set as for clock_gettime(2): EFAULT if @time is NULL. Any other invalid pointer faults with SIGSEGV, unlike
 * clock_gettime(2).
 */
struct timespec;
#if defined(__USE_TIME_BITS64) && __TIMESIZE == 32
#pragma redefine_extname uss_thread_cputime uss_thread_cputime64
#endif
int uss_thread_cputime(struct timespec *time);

/*
 * uss_page_base - get the address of the process page
 *
 * Replaces no system call, and makes none. Since 0.1.
 *
 * The address stays the same until exec. A forked child has its own pages at the same address.
 *
 * Return: the caller's struct uss_process_page (<usrsysshm/abi.h>). NULL if it has none that this library can read; every call then falls
 * back to the system call. Never fails.
 */
const void *uss_page_base(void);

/*
 * uss_served - get which calls are answered from pages at this moment
 *
 * Replaces no system call; the first call may make the system calls of the first uss_nprocs_onln. Since 0.1.
 *
 * Return: a set of USS_SERVED_...; 0 if every call falls back to the system call. Never fails.
 */
unsigned int uss_served(void);

/*
 * uss_version - get the version of the library
 *
 * Replaces no system call. Since 0.1. The module's version is in /sys/module/usrsysshm/version; the two may differ.
 *
 * Return: a constant text such as "0.1.0".
 */
const char *uss_version(void);

#define USS_SERVED_PID		(1u << 0)	/* uss_getpid */
#define USS_SERVED_FORKID	(1u << 1)	/* uss_forkid */
#define USS_SERVED_START_TIME	(1u << 2)	/* uss_start_time */
#define USS_SERVED_TITLE	(1u << 3)	/* uss_set_title, uss_setproctitle, uss_vsetproctitle, uss_getproctitle */
#define USS_SERVED_NAMES	(1u << 4)	/* uss_gethostname, uss_getdomainname */
#define USS_SERVED_UNAME	(1u << 5)	/* uss_uname */
#define USS_SERVED_LOADAVG	(1u << 6)	/* uss_getloadavg */
#define USS_SERVED_NPROCS	(1u << 7)	/* uss_nprocs_onln */
#define USS_SERVED_CPUTIME	(1u << 8)	/* uss_thread_cputime, from the first call on */

#ifdef __cplusplus
}
#endif

#endif /* USRSYSSHM_H */
