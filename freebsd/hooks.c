/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * hooks.c - the kernel reports what happens to processes
 *
 * process_fork is called when the child is complete and has not run.  process_exec is called before the process gets its new memory; it
 * runs no user code in the old memory afterwards, even if exec fails from there on.  process_exit is called when the last thread exits.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/eventhandler.h>
#include <sys/imgact.h>
#include <sys/proc.h>
#include <sys/unistd.h>

#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>

#include "hooks.h"
#include "names.h"
#include "space.h"

static eventhandler_tag uss_fork_tag, uss_exec_tag, uss_exit_tag;

/* The child has memory of its own, a copy of memory that has the pages of @parent. */
static void
uss_fork_copy(struct uss_space *parent, struct proc *child)
{
	struct uss_space *space;

	/* The parent's request is not finished, so the child has inherited no pages. */
	if (parent->address == 0 || parent->dead)
		return;
	space = uss_space_create(child);
	space->renewals = parent->renewals;
	uss_names_enter(space, child->p_ucred->cr_prison, parent);
	uss_title_inherit(space, parent);
	if (uss_space_enter(space, child, true)) {
		mtx_lock(&space->lock);
		uss_process_publish(space);
		mtx_unlock(&space->lock);
		if (uss_space_map_child(space, child->p_vmspace, parent) != 0)
			uss_space_leave(child, space);
	}
	/* Without pages of its own it must not have its parent's, which minherit(2) can let it inherit. */
	uss_map_replace(child->p_vmspace, parent->address, parent->object.object, uss_empty.object);
	uss_space_put(space);
}

static void
uss_fork(void *arg __unused, struct proc *parent, struct proc *child, int flags)
{
	struct uss_space *space;

	space = uss_space_get(parent, NULL);
	if (space == NULL)
		return;
	if (flags & RFMEM)
		uss_space_enter(space, child, false);
	else
		uss_fork_copy(space, child);
	uss_space_put(space);
}

static void
uss_exec(void *arg __unused, struct proc *p, struct image_params *image __unused)
{

	uss_space_leave(p, NULL);
}

static void
uss_exit(void *arg __unused, struct proc *p)
{

	uss_space_leave(p, NULL);
}

void
uss_hooks_init(void)
{

	uss_fork_tag = EVENTHANDLER_REGISTER(process_fork, uss_fork, NULL, EVENTHANDLER_PRI_FIRST);
	uss_exec_tag = EVENTHANDLER_REGISTER(process_exec, uss_exec, NULL, EVENTHANDLER_PRI_FIRST);
	uss_exit_tag = EVENTHANDLER_REGISTER(process_exit, uss_exit, NULL, EVENTHANDLER_PRI_FIRST);
}

/* Whether a removed handler is still in the list, because threads are running through the list. */
static bool
uss_hook_lingers(const char *name, eventhandler_tag tag)
{
	struct eventhandler_list *list = eventhandler_find_list(name);
	struct eventhandler_entry *entry;
	bool lingers = false;

	TAILQ_FOREACH(entry, &list->el_entries, ee_link)
		if (entry == tag && entry->ee_priority == EHE_DEAD_PRIORITY)
			lingers = true;
	EHL_UNLOCK(list);
	return (lingers);
}

/* EVENTHANDLER_DEREGISTER waits until no thread is in the list, which may never happen.  This waits until the entry is removed. */
static void
uss_hook_remove(const char *name, eventhandler_tag tag)
{
	struct eventhandler_list *list = eventhandler_find_list(name);

	eventhandler_deregister_nowait(list, tag);
	while (uss_hook_lingers(name, tag))
		pause("usshook", 1);
}

void
uss_hooks_exit(void)
{

	uss_hook_remove("process_fork", uss_fork_tag);
	uss_hook_remove("process_exec", uss_exec_tag);
	uss_hook_remove("process_exit", uss_exit_tag);
}
