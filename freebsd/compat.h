/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * What differs between FreeBSD 12, 13, 14 and 15. No other file tests a version.
 */
#ifndef USS_COMPAT_H
#define	USS_COMPAT_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/proc.h>
#include <sys/rwlock.h>

#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_param.h>
#include <vm/vm_object.h>
#include <vm/vm_page.h>
#include <vm/vm_pager.h>

/* The kernel writes the pages of processes through its map of all memory. */
#if !defined(PMAP_HAS_DMAP)
#error "usrsysshm needs a processor whose kernel maps all memory (amd64, arm64, riscv64)"
#endif

/* A page of zeros in a new OBJT_PHYS object. May sleep. The page lives as long as the object. */
static inline vm_page_t
uss_compat_grab_page(vm_object_t object, vm_pindex_t index)
{
	vm_page_t page;

	VM_OBJECT_WLOCK(object);
#if __FreeBSD_version >= 1300000
	page = vm_page_grab(object, index, VM_ALLOC_ZERO);
	VM_OBJECT_WUNLOCK(object);
	vm_page_valid(page);
	vm_page_xunbusy(page);
#else
	page = vm_page_grab(object, index, VM_ALLOC_NOBUSY | VM_ALLOC_ZERO);
	page->valid = VM_PAGE_BITS_ALL;
	VM_OBJECT_WUNLOCK(object);
#endif
	return (page);
}

/* The process that kern.proc.args.@pid is about. */
static inline pid_t
uss_compat_args_pid(pid_t pid)
{
#if __FreeBSD_version >= 1400000
	if (pid == -1)
		return (curproc->p_pid);
#endif
	return (pid);
}

#endif /* !USS_COMPAT_H */
