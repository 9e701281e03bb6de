/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * stuck.c - for tests: sysctl debug.uss_stuck=PID keeps the map of that process locked until a signal ends the writer
 *
 * Whoever reads the process's memory, its command line for example, waits so long.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/sysctl.h>

#include <vm/vm.h>
#include <vm/vm_param.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>
#include <vm/vm_extern.h>

static int
uss_stuck(SYSCTL_HANDLER_ARGS)
{
	struct vmspace *vmspace;
	struct proc *p;
	int pid = 0, error;

	error = SYSCTL_OUT(req, &pid, sizeof(pid));
	if (error != 0 || req->newptr == NULL)
		return (error);
	error = SYSCTL_IN(req, &pid, sizeof(pid));
	if (error == 0)
		error = pget(pid, PGET_HOLD, &p);
	if (error != 0)
		return (error);
	vmspace = vmspace_acquire_ref(p);
	PRELE(p);
	if (vmspace == NULL)
		return (ESRCH);
	vm_map_lock(&vmspace->vm_map);
	while (tsleep(vmspace, PCATCH, "ussstk", hz) == EWOULDBLOCK)
		;
	vm_map_unlock(&vmspace->vm_map);
	vmspace_free(vmspace);
	return (EINTR);
}

/* Unload the module when no thread is in there: the kernel does not wait for it. */
SYSCTL_PROC(_debug, OID_AUTO, uss_stuck, CTLTYPE_INT | CTLFLAG_RW | CTLFLAG_MPSAFE, NULL, 0, uss_stuck, "I", "Locks the memory of a process");

static int
uss_stuck_event(module_t module __unused, int event, void *arg __unused)
{

	return (event == MOD_LOAD || event == MOD_UNLOAD ? 0 : EOPNOTSUPP);
}

static moduledata_t uss_stuck_module = { "uss_stuck", uss_stuck_event, NULL };

DECLARE_MODULE(uss_stuck, uss_stuck_module, SI_SUB_DRIVERS, SI_ORDER_ANY);
