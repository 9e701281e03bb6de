/* SPDX-License-Identifier: MIT */
/* served.c - which facts are served from pages: one line for each fact */
#include <usrsysshm.h>

#include "machine.h"
#include "names.h"
#include "process.h"
#include "title.h"

const void *uss_page_base(void)
{
	return uss_process == &uss_no_page ? NULL : (const void *)uss_process;
}

unsigned int uss_served(void)
{
	unsigned int served = 0;

	served |= uss_machine_served();
	served |= uss_names_served();
	served |= uss_process_served();
	/* Not while another process shares the memory. */
	if (served & USS_SERVED_PID)
		served |= uss_title_served();
	return served;
}
