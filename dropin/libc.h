/* SPDX-License-Identifier: MIT */
/*
 * libc.h - whose libc the drop-in stands before
 *
 * Its answers are glibc's to the last errno. musl's ld.so takes preloads too, and musl cuts a host name in silence and counts only the
 * processors that the caller may run on: what is more than the bare system call is left to a libc that is not glibc.
 */
#ifndef USS_LIBC_H
#define USS_LIBC_H

/* glibc's own name for its sysconf. Others have none. */
long __sysconf(int name) __attribute__((weak));

#define USS_LIBC_IS_GLIBC (__sysconf != 0)

/* Makes @function the one of this name that stands behind ours. */
#define USS_FIND_NEXT(function, name) (*(void **)&(function) = dlsym(RTLD_NEXT, name))

#endif /* USS_LIBC_H */
