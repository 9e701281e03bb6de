/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * oid.c - sysctls of the kernel that the module answers while it is loaded
 *
 * The original oid is exchanged for one of ours, under the lock that every look-up takes, so every look-up finds one of them.  Ours is
 * dynamic: the kernel counts the threads in its handler.  It does not count those in static oids, so these stay as they are.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/proc.h>

#include "oid.h"

int
uss_oid_replace(struct uss_oid *replacement, int *name, u_int namelen, int (*handler)(SYSCTL_HANDLER_ARGS))
{
	struct sysctl_oid *original;
	int error, index;

	sysctl_wlock();
	error = sysctl_find_oid(name, namelen, &original, &index, NULL);
	if (error == 0) {
		replacement->original = original;
		replacement->oid = *original;
		replacement->oid.oid_kind |= CTLFLAG_DYN;
		replacement->oid.oid_running = 0;
		replacement->oid.oid_refcnt = 1;
		replacement->oid.oid_handler = handler;
		sysctl_unregister_oid(original);
		sysctl_register_oid(&replacement->oid);
	}
	sysctl_wunlock();
	return (error);
}

static bool
uss_oid_is_running(struct uss_oid *replacement)
{
	bool running;

	/* With the lock: a thread decrements the count while it holds the lock, and uses the oid until it releases it. */
	sysctl_wlock();
	running = replacement->oid.oid_running != 0;
	sysctl_wunlock();
	return (running);
}

void
uss_oid_restore(struct uss_oid *replacement)
{

	if (replacement->original == NULL)
		return;
	sysctl_wlock();
	sysctl_unregister_oid(&replacement->oid);
	sysctl_register_oid(replacement->original);
	sysctl_wunlock();
	while (uss_oid_is_running(replacement))
		pause("ussoid", 1);
	replacement->original = NULL;
}

int
uss_oid_original(SYSCTL_HANDLER_ARGS)
{
	/* The oid is the first member. */
	struct sysctl_oid *original = ((struct uss_oid *)oidp)->original;

	return (original->oid_handler(original, arg1, arg2, req));
}
