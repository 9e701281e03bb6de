/* SPDX-License-Identifier: MIT */
/* forkid.h - fork ids without the module (see forkid.c) */
#ifndef USS_FORKID_H
#define USS_FORKID_H

#include <stdint.h>

#include "pages.h"

uint64_t uss_own_forkid(void) USS_HIDDEN;

#endif /* USS_FORKID_H */
