/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * user.c - the module's sysctls
 *
 *	kern.usrsysshm			the address of the process page; reading it maps the pages
 *	kern.usrsysshm_title		the address of the title area; reading it maps the area
 *	kern.usrsysshm_self		fork id and start time of the reader, two 64-bit numbers
 *	kern.usrsysshm_features		what is served, as words
 *	kern.usrsysshm_processes	how many processes have pages
 *	kern.usrsysshm_pages.PID	copies of the pages of a process, for one that may debug it (show.h)
 *
 * They are added dynamically: a static SYSCTL_PROC of a module is not removed safely when the module is unloaded.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/sysctl.h>

#include "ask.h"
#include "header.h"
#include "show.h"
#include "space.h"
#include "user.h"

static struct sysctl_ctx_list uss_sysctls;

/* A request for the size alone maps nothing. */
static int
uss_pages_sysctl(SYSCTL_HANDLER_ARGS)
{
	uint64_t address = 0;
	int error = 0;

	if (req->oldptr != NULL)
		error = arg2 ? uss_ask_title(&address) : uss_ask(&address);
	return (error != 0 ? error : SYSCTL_OUT(req, &address, sizeof(address)));
}

static int
uss_self_sysctl(SYSCTL_HANDLER_ARGS)
{
	uint64_t self[2];

	uss_ask_self(&self[0], &self[1]);
	return (SYSCTL_OUT(req, self, sizeof(self)));
}

static int
uss_features_sysctl(SYSCTL_HANDLER_ARGS)
{

	return (SYSCTL_OUT(req, USS_FEATURE_WORDS, sizeof(USS_FEATURE_WORDS)));
}

static int
uss_processes_sysctl(SYSCTL_HANDLER_ARGS)
{
	u_int count = uss_spaces_count();

	return (SYSCTL_OUT(req, &count, sizeof(count)));
}

/* kern.usrsysshm_pages is a node without children. */
static int
uss_show_sysctl(SYSCTL_HANDLER_ARGS)
{
	struct uss_pages *pages;
	int error;

	if (arg2 != 1)
		return (EINVAL);
	pages = malloc(sizeof(*pages), M_TEMP, M_WAITOK | M_ZERO);
	error = uss_show(*(int *)arg1, pages);
	if (error == 0)
		error = SYSCTL_OUT(req, pages, sizeof(*pages));
	free(pages, M_TEMP);
	return (error);
}

static void
uss_user_add(const char *name, int type, intmax_t arg2, int (*handler)(SYSCTL_HANDLER_ARGS), const char *format, const char *description)
{

	sysctl_add_oid(&uss_sysctls, SYSCTL_STATIC_CHILDREN(_kern), OID_AUTO, name, type | CTLFLAG_RD | CTLFLAG_CAPRD | CTLFLAG_MPSAFE,
	    NULL, arg2, handler, format, description, NULL);
}

int
uss_user_init(void)
{

	sysctl_ctx_init(&uss_sysctls);
	uss_user_add("usrsysshm_features", CTLTYPE_STRING, 0, uss_features_sysctl, "A", "What the shared pages serve");
	uss_user_add("usrsysshm_processes", CTLTYPE_UINT, 0, uss_processes_sysctl, "IU", "Processes that have shared pages");
	uss_user_add("usrsysshm_self", CTLTYPE_OPAQUE, 0, uss_self_sysctl, "S,usrsysshm_self", "Fork id and start time of the reader");
	/* Not in capability mode, because it names a process. */
	sysctl_add_oid(&uss_sysctls, SYSCTL_STATIC_CHILDREN(_kern), OID_AUTO, "usrsysshm_pages", CTLTYPE_NODE | CTLFLAG_RD | CTLFLAG_MPSAFE,
	    NULL, 0, uss_show_sysctl, "N", "Copies of the pages of a process", NULL);
	uss_user_add("usrsysshm_title", CTLTYPE_U64, 1, uss_pages_sysctl, "QU", "Maps the title area; its address");
	uss_user_add("usrsysshm", CTLTYPE_U64, 0, uss_pages_sysctl, "QU", "Maps the shared pages; their address");
	return (0);
}

void
uss_user_exit(void)
{

	sysctl_ctx_free(&uss_sysctls);
}
