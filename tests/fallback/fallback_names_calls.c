/* SPDX-License-Identifier: MIT */
/* Without the module the same calls do the same: what glibc's do. */
#include "names/names_calls.c"
