/* SPDX-License-Identifier: GPL-2.0-only */
/* vma.h - our VMAs: map.c makes them, withdraw.c and unload.c recognise them */
#ifndef USS_VMA_H
#define USS_VMA_H

#include <linux/mm.h>

extern const struct vm_operations_struct uss_ro_vm_ops, uss_title_vm_ops;

/* The read-only pages. */
static inline bool uss_vma_is_ro(const struct vm_area_struct *vma)
{
	return vma->vm_ops == &uss_ro_vm_ops;
}

static inline bool uss_vma_is_ours(const struct vm_area_struct *vma)
{
	return uss_vma_is_ro(vma) || vma->vm_ops == &uss_title_vm_ops;
}

/*
 * The thread in unload.c that replaces mappings, and whether the mapping that it is replacing has been closed. Only that thread uses the
 * second.
 */
extern struct task_struct *uss_evictor;
extern bool uss_is_closed;

/* Called by each close method. */
static inline void uss_vma_closed(void)
{
	if (READ_ONCE(uss_evictor) == current)
		uss_is_closed = true;
}

#endif /* USS_VMA_H */
