/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * names.c - the system pages: host name and domain name of each jail
 *
 * 1. A jail has a system page as long as a process in it has pages.  The process's credentials hold the jail.
 *
 * 2. Names change in two ways.  The sysctls kern.hostname and kern.domainname are answered by this file, which reports the change before
 *    and after.  jail_set(2) calls the modules' check method before it changes a name, with allprison_lock exclusively held until it has.
 *    A task waits for the end of such a change: it takes the lock shared.
 *
 * 3. While a change is under way anywhere, all pages are silent: their sequence counter is odd.  One change can affect many jails, and
 *    changes are rare.
 *
 * 4. jail_attach(2) calls the attach method before it changes the process's credentials.  From then on names are not served to the process
 *    until it executes another program; its children are served again.  A process that has threads when it asks is not served either: one
 *    of them may be in jail_attach(2).
 *
 * 5. A page holds USS_NAME_SIZE bytes of a name.  If a name of a jail is longer, its page stays silent.
 *
 * 6. A thread that is in the kernel's own handler when the module is loaded, and waits there for the memory of its argument, would set a
 *    name that no page shows.  In the first second no names are served; a longer wait is not covered.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/jail.h>
#include <sys/kernel.h>
#include <sys/lock.h>
#include <sys/malloc.h>
#include <sys/mutex.h>
#include <sys/osd.h>
#include <sys/proc.h>
#include <sys/queue.h>
#include <sys/refcount.h>
#include <sys/sx.h>
#include <sys/taskqueue.h>

#include <machine/atomic.h>

#include "header.h"
#include "names.h"
#include "oid.h"
#include "space.h"

static MALLOC_DEFINE(M_USRSYSSHM_NAMES, "usrsysshm names", "system pages of jails");

struct uss_system {
	LIST_ENTRY(uss_system) link;
	struct prison	*prison;
	u_int		refs;		/* only dropping the last one takes the lock */
	struct uss_object object;
};

static struct mtx uss_names_lock;	/* all below; before a prison's */
static LIST_HEAD(, uss_system) uss_systems;
static u_int uss_changes;		/* under way */
static u_int uss_jail_changes;		/* of these, in jail_set(2) */

static struct uss_oid uss_hostname, uss_domainname;
static int uss_jail_slot;

static void	uss_jail_changes_end(void *context, int pending);
static struct task uss_jail_task = TASK_INITIALIZER(0, uss_jail_changes_end, NULL);
static struct timeout_task uss_load_task;

/*
 * Pages
 */

static void
uss_system_silence(struct uss_system *system)
{
	struct uss_system_page *page = system->object.page;

	atomic_store_rel_32(&page->names_sequence, page->names_sequence | 1);
	/* A reader that copies a new name finds the counter odd, or changed. */
	atomic_thread_fence_seq_cst();
}

static bool
uss_fits(const char *name)
{

	return (strnlen(name, USS_NAME_SIZE) < USS_NAME_SIZE);
}

/* No change is under way. */
static void
uss_system_publish(struct uss_system *system)
{
	struct uss_system_page *page = system->object.page;
	struct prison *prison = system->prison;
	uint32_t next = (page->names_sequence | 1) + 1;
	bool fits;

	mtx_lock(&prison->pr_mtx);
	fits = uss_fits(prison->pr_hostname) && uss_fits(prison->pr_domainname);
	if (fits) {
		strncpy(page->names.nodename, prison->pr_hostname, USS_NAME_SIZE);
		strncpy(page->names.domainname, prison->pr_domainname, USS_NAME_SIZE);
	}
	mtx_unlock(&prison->pr_mtx);
	/* 0 would make every reader fall back for ever. */
	if (fits)
		atomic_store_rel_32(&page->names_sequence, next != 0 ? next : 2);
}

static void
uss_system_free(struct uss_system *system)
{

	uss_object_put(&system->object);
	free(system, M_USRSYSSHM_NAMES);
}

static struct uss_system *
uss_system_find(struct prison *prison)
{
	struct uss_system *system;

	LIST_FOREACH(system, &uss_systems, link)
		if (system->prison == prison)
			return (system);
	return (NULL);
}

static struct uss_system *
uss_system_get(struct prison *prison)
{
	struct uss_system *system, *new;

	new = malloc(sizeof(*new), M_USRSYSSHM_NAMES, M_WAITOK | M_ZERO);
	uss_object_make(&new->object, 1, NULL);
	uss_header_fill(new->object.page, USS_MAGIC_SYSTEM, sizeof(struct uss_system_page));
	mtx_lock(&uss_names_lock);
	system = uss_system_find(prison);
	if (system != NULL) {
		refcount_acquire(&system->refs);
	} else {
		system = new;
		new = NULL;
		system->prison = prison;
		refcount_init(&system->refs, 1);
		uss_system_silence(system);
		if (uss_changes == 0)
			uss_system_publish(system);
		LIST_INSERT_HEAD(&uss_systems, system, link);
	}
	mtx_unlock(&uss_names_lock);
	if (new != NULL)
		uss_system_free(new);
	return (system);
}

static void
uss_system_put(struct uss_system *system)
{
	u_int refs = system->refs;
	bool last;

	while (refs > 1)
		if (atomic_fcmpset_int(&system->refs, &refs, refs - 1))
			return;
	mtx_lock(&uss_names_lock);
	last = refcount_release(&system->refs);
	if (last) {
		/* It may still be mapped somewhere. */
		uss_system_silence(system);
		LIST_REMOVE(system, link);
	}
	mtx_unlock(&uss_names_lock);
	if (last)
		uss_system_free(system);
}

/*
 * Spaces
 */

void
uss_names_enter(struct uss_space *space, struct prison *prison, struct uss_space *parent)
{
	struct uss_system *system = NULL;

	if (parent != NULL) {
		mtx_lock(&parent->lock);
		system = parent->system;
		if (system != NULL && system->prison == prison)
			refcount_acquire(&system->refs);
		else
			system = NULL;
		mtx_unlock(&parent->lock);
	}
	if (system == NULL)
		system = uss_system_get(prison);
	mtx_lock(&space->lock);
	space->system = system;
	space->process.speaks |= USS_SPEAKS_SYSTEM;
	mtx_unlock(&space->lock);
}

void
uss_names_leave(struct uss_space *space)
{
	struct uss_system *system;

	mtx_lock(&space->lock);
	system = space->system;
	space->system = NULL;
	space->process.speaks &= ~USS_SPEAKS_SYSTEM;
	uss_process_publish(space);
	mtx_unlock(&space->lock);
	if (system != NULL)
		uss_system_put(system);
}

vm_object_t
uss_names_object(struct uss_space *space)
{

	return (space->system != NULL ? space->system->object.object : uss_empty.object);
}

void
uss_names_copy(struct uss_space *space, struct uss_system_page *copy)
{
	struct uss_system_page *page;
	uint32_t before;

	memset(copy, 0, sizeof(*copy));
	if (space->system == NULL)
		return;
	page = space->system->object.page;
	before = atomic_load_acq_32(&page->names_sequence);
	memcpy(copy, page, sizeof(*copy));
	atomic_thread_fence_acq();
	copy->names_sequence = atomic_load_acq_32(&page->names_sequence) == before ? before : 0;
}

/*
 * Changes
 */

static void
uss_names_begin(u_int *jail_changes)
{
	struct uss_system *system;

	mtx_lock(&uss_names_lock);
	uss_changes++;
	if (jail_changes != NULL)
		++*jail_changes;
	LIST_FOREACH(system, &uss_systems, link)
		uss_system_silence(system);
	mtx_unlock(&uss_names_lock);
}

/* With the lock. */
static void
uss_names_end_locked(u_int changes)
{
	struct uss_system *system;

	uss_changes -= changes;
	if (changes == 0 || uss_changes != 0)
		return;
	LIST_FOREACH(system, &uss_systems, link)
		uss_system_publish(system);
}

static void
uss_names_end(u_int changes)
{

	mtx_lock(&uss_names_lock);
	uss_names_end_locked(changes);
	mtx_unlock(&uss_names_lock);
}

/* kern.hostname and kern.domainname. */
static int
uss_names_sysctl(SYSCTL_HANDLER_ARGS)
{
	int error;

	if (req->newptr == NULL)
		return (uss_oid_original(oidp, arg1, arg2, req));
	uss_names_begin(NULL);
	error = uss_oid_original(oidp, arg1, arg2, req);
	uss_names_end(1);
	return (error);
}

/* jail_set(2) is about to change a jail, with allprison_lock exclusively held. */
static int
uss_jail_check(void *prison __unused, void *options __unused)
{

	uss_names_begin(&uss_jail_changes);
	taskqueue_enqueue(taskqueue_thread, &uss_jail_task);
	return (0);
}

static void
uss_jail_changes_end(void *context __unused, int pending __unused)
{

	sx_slock(&allprison_lock);
	mtx_lock(&uss_names_lock);
	/* All changes counted here are complete: an unfinished one would still hold the lock. */
	uss_names_end_locked(uss_jail_changes);
	uss_jail_changes = 0;
	mtx_unlock(&uss_names_lock);
	sx_sunlock(&allprison_lock);
}

/* The current process is about to enter a jail. */
static int
uss_jail_attach(void *prison __unused, void *thread)
{
	struct proc *p = ((struct thread *)thread)->td_proc;
	struct uss_space *space;
	vm_object_t object;
	bool owner;

	space = uss_space_get(p, &owner);
	if (space == NULL)
		return (0);
	/* Compared only. */
	mtx_lock(&space->lock);
	object = uss_names_object(space);
	mtx_unlock(&space->lock);
	if (owner && object != uss_empty.object) {
		uss_map_replace(p->p_vmspace, space->address + ptoa(USS_SYSTEM_INDEX), object, uss_empty.object);
		uss_names_leave(space);
	}
	uss_space_put(space);
	return (0);
}

static osd_method_t uss_jail_methods[PR_MAXMETHOD] = {
	[PR_METHOD_CHECK] = uss_jail_check,
	[PR_METHOD_ATTACH] = uss_jail_attach,
};

/*
 * Loading and unloading
 */

static void
uss_names_loaded(void *context __unused, int pending __unused)
{

	uss_names_end(1);
}

int
uss_names_init(void)
{
	int hostname[] = { CTL_KERN, KERN_HOSTNAME }, domainname[] = { CTL_KERN, KERN_NISDOMAINNAME };
	int error;

	mtx_init(&uss_names_lock, "usrsysshm names", NULL, MTX_DEF);
	TIMEOUT_TASK_INIT(taskqueue_thread, &uss_load_task, 0, uss_names_loaded, NULL);
	uss_jail_slot = osd_jail_register(NULL, uss_jail_methods);
	uss_names_begin(NULL);
	taskqueue_enqueue_timeout(taskqueue_thread, &uss_load_task, hz);
	error = uss_oid_replace(&uss_hostname, hostname, nitems(hostname), uss_names_sysctl);
	if (error == 0)
		error = uss_oid_replace(&uss_domainname, domainname, nitems(domainname), uss_names_sysctl);
	if (error != 0)
		uss_names_exit();
	return (error);
}

/*
 * Overwrites the methods in the free slot @slot by none.  osd_deregister(9) leaves them there, and FreeBSD 12 still calls them if another
 * module has a later slot.  The first free slot is given out first; one after @slot means that another module has it already.
 */
static void
uss_jail_forget(int slot)
{
	int got = osd_jail_register(NULL, NULL);

	if (got < slot)
		uss_jail_forget(slot);
	osd_jail_deregister(got);
}

void
uss_names_exit(void)
{

	uss_oid_restore(&uss_hostname);
	uss_oid_restore(&uss_domainname);
	osd_jail_deregister(uss_jail_slot);
	uss_jail_forget(uss_jail_slot);
	taskqueue_drain(taskqueue_thread, &uss_jail_task);
	while (taskqueue_cancel_timeout(taskqueue_thread, &uss_load_task, NULL) != 0)
		taskqueue_drain_timeout(taskqueue_thread, &uss_load_task);
	mtx_destroy(&uss_names_lock);
}
