/* SPDX-License-Identifier: MIT */
/* Without the module the functions of names_calls behave like glibc's, too. */
#include "names/names_calls.c"
