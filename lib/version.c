/* SPDX-License-Identifier: MIT */
/* version.c - the version of the library, which the file VERSION holds for the whole project */
#include <usrsysshm.h>

const char *uss_version(void)
{
	return USS_VERSION;
}
