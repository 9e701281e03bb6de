/* SPDX-License-Identifier: MIT */
/*
 * libc.h - which libc the drop-in interposes
 *
 * The drop-in's results are those of glibc, including errno. musl's ld.so also preloads libraries, but musl truncates a host name silently
 * and counts only the processors that the caller may run on. With another libc than glibc, every function that is more than a bare system
 * call is therefore passed to that libc.
 */
#ifndef USS_LIBC_H
#define USS_LIBC_H

/* glibc's internal name for its sysconf. Other libcs do not have it. */
long __sysconf(int name) __attribute__((weak));

#define USS_LIBC_IS_GLIBC (__sysconf != 0)

/*
 * Sets @function to the next definition of @name after ours in the search order. Takes a lock of the dynamic linker. glibc holds it while
 * it runs the constructors of a library, musl while it loads one; a signal handler may have interrupted either. So it is called in a
 * constructor, and later only by what runs before that one. (setproctitle is an exception: title.c.)
 */
#define USS_FIND_NEXT(function, name) (*(void **)&(function) = dlsym(RTLD_NEXT, name))

#endif /* USS_LIBC_H */
