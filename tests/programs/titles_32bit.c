/* SPDX-License-Identifier: MIT */
/* titles_32bit: the program titles, compiled for 32 bits */
#include "titles.c"
