/* SPDX-License-Identifier: MIT */
/* served: prints the bits of uss_served(). */
#include <stdio.h>
#include <usrsysshm.h>

int main(void)
{
	printf("%u\n", uss_served());
	return 0;
}
