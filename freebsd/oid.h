/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * oid.h - sysctls of the kernel that the module answers while it is loaded (see oid.c)
 */
#ifndef USS_OID_H
#define	USS_OID_H

#include <sys/types.h>
#include <sys/sysctl.h>

struct uss_oid {
	struct sysctl_oid	oid;
	struct sysctl_oid	*original;
};

/* Answers the sysctl @name with @handler.  Returns an error number. */
int	uss_oid_replace(struct uss_oid *replacement, int *name, u_int namelen, int (*handler)(SYSCTL_HANDLER_ARGS));

/* Puts the original back, and waits for the handler to return in all threads.  Nothing to do if it was not replaced. */
void	uss_oid_restore(struct uss_oid *replacement);

/* What the original answers.  For the handler. */
int	uss_oid_original(SYSCTL_HANDLER_ARGS);

#endif /* !USS_OID_H */
