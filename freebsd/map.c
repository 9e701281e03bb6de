/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * map.c - pages that the kernel and processes share
 *
 * 1. The pages are those of OBJT_PHYS objects.  Such an object needs no pager of ours: it outlives the module in the processes that have
 *    it mapped.  At unload its pages are filled with zeros, which make every reader fall back to the system call.
 *
 * 2. Neither the protection of a read-only page nor the maximum has VM_PROT_WRITE, and the entry is not copy-on-write.  So mprotect(2),
 *    ptrace(2) and procfs cannot write there, nor give the process a copy of its own.  The exception: once a program has set
 *    INHERIT_COPY (minherit(2)) and forked, its entry is copy-on-write, and a debugger that writes there gives it a private copy, which
 *    the module does not update.
 *
 * 3. The entries have VM_INHERIT_ZERO.  A child that the module does not see, because it is being unloaded, finds zeros.  In all others
 *    the fork handler maps the child's own pages there before the child runs, also if the program has changed the inheritance.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/proc.h>
#include <sys/resource.h>
#include <sys/resourcevar.h>

#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_extern.h>
#include <vm/vm_map.h>

#include "compat.h"
#include "map.h"

struct uss_object uss_empty;

void
uss_object_make(struct uss_object *object, u_int count, void **pages)
{
	vm_page_t page;
	u_int i;

	object->object = vm_pager_allocate(OBJT_PHYS, NULL, ptoa(count), VM_PROT_DEFAULT, 0, NULL);
	for (i = 0; i < count; i++) {
		page = uss_compat_grab_page(object->object, i);
		if (i == 0)
			object->page = (void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(page));
		if (pages != NULL)
			pages[i] = (void *)PHYS_TO_DMAP(VM_PAGE_TO_PHYS(page));
	}
}

void
uss_object_put(struct uss_object *object)
{
	if (object->object != NULL)
		vm_object_deallocate(object->object);
	object->object = NULL;
	object->page = NULL;
}

/* With the map locked. */
static int
uss_insert(vm_map_t map, const struct uss_mapping *mappings, u_int count, u_int pages, vm_offset_t address)
{
	vm_map_entry_t entry;
	vm_offset_t at;
	u_int i;
	int result;

	for (i = 0; i < count; i++) {
		at = address + i * ptoa(pages);
		vm_object_reference(mappings[i].object);
		result = vm_map_insert(map, mappings[i].object, 0, at, at + ptoa(pages), mappings[i].prot, mappings[i].prot,
		    MAP_PREFAULT_PARTIAL);
		if (result != KERN_SUCCESS) {
			vm_object_deallocate(mappings[i].object);
			vm_map_delete(map, address, at);
			return (vm_mmap_to_errno(result));
		}
		/* Not later: another thread may fork. */
		if (vm_map_lookup_entry(map, at, &entry))
			entry->inheritance = VM_INHERIT_ZERO;
	}
	return (0);
}

int
uss_map_new(struct vmspace *vmspace, const struct uss_mapping *mappings, u_int count, u_int pages, vm_offset_t *address)
{
	vm_map_t map = &vmspace->vm_map;
	vm_offset_t start, at;
	int error;

	/* Where mmap(2) looks, too; not below, where address 0 may be free. */
	start = round_page((vm_offset_t)vmspace->vm_daddr + lim_max(curthread, RLIMIT_DATA));
	vm_map_lock(map);
	at = vm_map_findspace(map, start, count * ptoa(pages));
	if (at + count * ptoa(pages) > vm_map_max(map) || at < start)
		error = ENOMEM;
	else
		error = uss_insert(map, mappings, count, pages, at);
	vm_map_unlock(map);
	*address = error == 0 ? at : 0;
	return (error);
}

/* With the map locked. */
static bool
uss_is_mapped(vm_map_t map, vm_offset_t address, vm_object_t object)
{
	vm_map_entry_t entry;

	return (vm_map_lookup_entry(map, address, &entry) && entry->start == address && (entry->eflags & MAP_ENTRY_IS_SUB_MAP) == 0 &&
	    entry->object.vm_object == object);
}

/*
 * Whether a page is what fork made of one of ours: zeros that are inherited as zeros, or, if the program has changed the inheritance
 * (minherit(2)), what the parent has there.  With the map locked.
 */
static bool
uss_is_inherited(vm_map_t map, vm_offset_t address, vm_object_t parent)
{
	vm_map_entry_t entry;

	if (uss_is_mapped(map, address, parent))
		return (true);
	return (vm_map_lookup_entry(map, address, &entry) && entry->inheritance == VM_INHERIT_ZERO && entry->object.vm_object == NULL);
}

int
uss_map_child(struct vmspace *vmspace, const struct uss_mapping *mappings, const struct uss_mapping *parent, u_int count,
    vm_offset_t address)
{
	vm_map_t map = &vmspace->vm_map;
	int error = 0;
	u_int i;

	vm_map_lock(map);
	for (i = 0; i < count; i++)
		if (!uss_is_inherited(map, address + ptoa(i), parent[i].object))
			error = EEXIST;
	if (error == 0) {
		vm_map_delete(map, address, address + ptoa(count));
		error = uss_insert(map, mappings, count, 1, address);
	}
	vm_map_unlock(map);
	return (error);
}

void
uss_map_replace(struct vmspace *vmspace, vm_offset_t address, vm_object_t ours, vm_object_t object)
{
	const struct uss_mapping mapping = { object, VM_PROT_READ };
	vm_map_t map = &vmspace->vm_map;

	vm_map_lock(map);
	if (uss_is_mapped(map, address, ours)) {
		vm_map_delete(map, address, address + PAGE_SIZE);
		uss_insert(map, &mapping, 1, 1, address);
	}
	vm_map_unlock(map);
}

bool
uss_map_has(struct vmspace *vmspace, vm_offset_t address, vm_object_t object)
{
	vm_map_t map = &vmspace->vm_map;
	bool has;

	vm_map_lock_read(map);
	has = uss_is_mapped(map, address, object);
	vm_map_unlock_read(map);
	return (has);
}
