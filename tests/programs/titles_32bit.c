/* SPDX-License-Identifier: MIT */
/* titles, in a 32-bit program */
#include "titles.c"
