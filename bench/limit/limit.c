/* SPDX-License-Identifier: MIT */
/* limit.c - a function that returns a global variable, in a shared library of its own (see facts.c) */
#include "limit.h"

static int variable = 1;

int limit(void)
{
	return *(volatile int *)&variable;
}
