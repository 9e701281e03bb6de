/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * header.h - the beginning of every page
 */
#ifndef USS_HEADER_H
#define	USS_HEADER_H

#include <sys/types.h>

#include <usrsysshm/abi.h>

/* What this module serves. */
#define	USS_FEATURES	(USS_FEATURE_PID | USS_FEATURE_FORKID | USS_FEATURE_START_TIME | USS_FEATURE_TITLE | USS_FEATURE_NAMES | \
			    USS_FEATURE_NPROCS)
#define	USS_FEATURE_WORDS	"pid forkid start_time title names nprocs"

static inline void
uss_header_fill(void *page, uint32_t magic, uint32_t size)
{
	struct uss_header *header = page;

	header->magic = magic;
	header->abi_version = USS_ABI_VERSION;
	header->size = size;
	header->features = USS_FEATURES;
}

#endif /* !USS_HEADER_H */
