/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * jail.h - jails for tests, without files
 */
#ifndef JAIL_H
#define	JAIL_H

#include <sys/param.h>
#include <sys/jail.h>
#include <sys/uio.h>

#include "test.h"

static inline struct iovec
jail_text(const char *text)
{
	return ((struct iovec){ (void *)(uintptr_t)text, strlen(text) + 1 });
}

/* A jail of its own with the host name @hostname.  It lives as long as the last process in it, and @attach puts the caller there. */
static inline int
jail_create(const char *hostname, bool attach)
{
	struct iovec parameters[] = {
		jail_text("path"), jail_text("/"), jail_text("host.hostname"), jail_text(hostname), jail_text("host"), { NULL, 0 },
		jail_text("persist"), { NULL, 0 },
	};
	int host = 1, id;

	parameters[5] = (struct iovec){ &host, sizeof(host) };
	id = jail_set(parameters, nitems(parameters), JAIL_CREATE | (attach ? JAIL_ATTACH : 0));
	CHECK(id > 0, "jail_set: %s", strerror(errno));
	return (id);
}

static inline void
jail_rename(int id, const char *hostname)
{
	struct iovec parameters[] = {
		jail_text("jid"), { &id, sizeof(id) }, jail_text("host.hostname"), jail_text(hostname),
	};

	CHECK(jail_set(parameters, nitems(parameters), JAIL_UPDATE) == id, "jail_set: %s", strerror(errno));
}

#endif /* !JAIL_H */
