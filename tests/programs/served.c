/* SPDX-License-Identifier: MIT */
/* served: prints the bits of uss_served(), without that of CPU time, which not every machine has. */
#include <stdio.h>
#include <usrsysshm.h>

int main(void)
{
	printf("%u\n", uss_served() & ~USS_SERVED_CPUTIME);
	return 0;
}
