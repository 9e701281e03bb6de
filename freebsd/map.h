/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * map.h - pages that the kernel and processes share (see map.c)
 */
#ifndef USS_MAP_H
#define	USS_MAP_H

#include <sys/types.h>
#include <vm/vm.h>

struct vmspace;

/* A VM object, and where the kernel has its pages. */
struct uss_object {
	vm_object_t	object;		/* NULL: none */
	void		*page;		/* the first page */
};

/*
 * Makes an object of @count pages of zeros; @pages, if not NULL, gets where the kernel has each.  May sleep.  uss_object_put() gives up
 * the module's reference: the pages live on while a process has them mapped.
 */
void	uss_object_make(struct uss_object *object, u_int count, void **pages);
void	uss_object_put(struct uss_object *object);

/* One page of zeros for all, which stays one. */
extern struct uss_object uss_empty;

/* What to map: objects at consecutive addresses. */
struct uss_mapping {
	vm_object_t	object;
	vm_prot_t	prot;
};

/* Maps @count objects of @pages pages each at a free address of @vmspace, which goes to @address.  Returns an error number. */
int	uss_map_new(struct vmspace *vmspace, const struct uss_mapping *mappings, u_int count, u_int pages, vm_offset_t *address);

/*
 * Maps @count objects of one page each in a forked child, in place of what it has inherited at @address: zeros, or the parent's pages.
 * Fails with EEXIST if the child has anything else there: its parent has unmapped a page.
 */
int	uss_map_child(struct vmspace *vmspace, const struct uss_mapping *mappings, const struct uss_mapping *parent, u_int count,
	    vm_offset_t address);

/* Replaces the page at @address by @object, if it is one of ours. */
void	uss_map_replace(struct vmspace *vmspace, vm_offset_t address, vm_object_t ours, vm_object_t object);

/* Whether @object is mapped at @address. */
bool	uss_map_has(struct vmspace *vmspace, vm_offset_t address, vm_object_t object);

#endif /* !USS_MAP_H */
