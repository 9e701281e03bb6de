/* SPDX-License-Identifier: GPL-2.0-only */
/* function.h - kernel functions that ftrace can hook, by name */
#ifndef USS_FUNCTION_H
#define USS_FUNCTION_H

/*
 * Finds the address to hook, for ftrace_set_filter_ip(). Not ftrace_set_filter(): given a name, it reports success also when it had no memory
 * for the entry, and an empty filter means all functions. Returns an error code. May sleep.
 */
int uss_function_find(const char *name, unsigned long *address);

/* The function that called a hooked function, as the hook was told by @ip and @parent_ip; 0 if that is not known. */
unsigned long uss_function_caller(unsigned long ip, unsigned long parent_ip);

#endif /* USS_FUNCTION_H */
