/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * kld.h - unloads and loads the module
 */
#ifndef KLD_H
#define	KLD_H

#include <sys/param.h>
#include <sys/linker.h>

#include "test.h"

static char kld_path[MAXPATHLEN];

/* Finds the file of the module that is loaded. */
static inline void
kld_begin(void)
{
	struct kld_file_stat stat = { .version = sizeof(stat) };
	int id = kldfind("usrsysshm.ko");

	SKIP(geteuid() != 0, "only root unloads modules");
	CHECK(id >= 0 && kldstat(id, &stat) == 0, "the module is not loaded: %s", strerror(errno));
	strlcpy(kld_path, stat.pathname, sizeof(kld_path));
}

static inline void
kld_unload(void)
{
	CHECK(kldunload(kldfind("usrsysshm.ko")) == 0, "kldunload: %s", strerror(errno));
}

static inline void
kld_load(void)
{
	CHECK(kldload(kld_path) > 0, "kldload %s: %s", kld_path, strerror(errno));
}

#endif /* !KLD_H */
