/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * machine.c - the machine page, one for all processes: the number of processors
 *
 * It is that of sysctl hw.ncpu, which does not change after boot.  Load averages are not served: nothing reports when the kernel computes
 * new ones.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/smp.h>

#include "header.h"
#include "machine.h"
#include "map.h"

static struct uss_object uss_machine;

vm_object_t
uss_machine_object(void)
{

	return (uss_machine.object);
}

const void *
uss_machine_page(void)
{

	return (uss_machine.page);
}

void
uss_machine_init(void)
{
	struct uss_machine_page *page;

	uss_object_make(&uss_machine, 1, NULL);
	page = uss_machine.page;
	uss_header_fill(page, USS_MAGIC_MACHINE, sizeof(*page));
	page->nprocs_onln = mp_ncpus;
}

void
uss_machine_exit(void)
{

	memset(uss_machine.page, 0, sizeof(struct uss_machine_page));
	uss_object_put(&uss_machine);
}
