/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * space.c - processes that have pages, and those that share their memory
 *
 * 1. A space is the pages of one process, its owner.  It begins when the process asks, or is forked by one that has pages, and ends when
 *    the owner executes another program or exits.  Then its pages are filled with zeros, which remain in the memory of those that share it.
 *
 * 2. A sharer is another process that runs in the owner's memory (vfork, rfork with RFMEM).  While there is one, the pid reads 0.
 *    vm_refcnt does not tell whether memory is shared: it also counts processes that inspect this one (ps).
 *
 * 3. Each process is in one space at most.  The table of members has a lock for each bucket, each space has its own: no lock is shared by
 *    all.  Order: process, bucket, space.
 *
 * 4. A process that stops sharing its memory (rfork without RFPROC and RFMEM) has zeros instead of pages, and its old pages stay silent,
 *    because the sharers remain.  When it asks again, it gets a new space.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/hash.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>
#include <sys/queue.h>

#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_object.h>

#include <usrsysshm/abi.h>

#include "machine.h"
#include "names.h"
#include "space.h"

static MALLOC_DEFINE(M_USRSYSSHM, "usrsysshm", "shared pages of processes");

struct uss_member {
	LIST_ENTRY(uss_member) link;
	struct proc	*proc;
	struct uss_space *space;
	uint64_t	forkid;
	bool		owner;
};

#define	USS_BUCKETS	1024
#define	USS_RENEWALS	16

static struct uss_bucket {
	struct mtx	lock;
	LIST_HEAD(, uss_member) members;
} uss_buckets[USS_BUCKETS];

static u_int uss_owners;
static bool uss_are_closed;	/* set before each bucket is emptied, read with the bucket locked */

static struct uss_bucket *
uss_bucket(struct proc *p)
{

	return (&uss_buckets[hash32_buf(&p, sizeof(p), HASHINIT) % USS_BUCKETS]);
}

/* With the bucket locked. */
static struct uss_member *
uss_member_find(struct uss_bucket *bucket, struct proc *p)
{
	struct uss_member *member;

	LIST_FOREACH(member, &bucket->members, link)
		if (member->proc == p)
			return (member);
	return (NULL);
}

struct uss_space *
uss_space_create(struct proc *p)
{
	struct uss_space *space = malloc(sizeof(*space), M_USRSYSSHM, M_WAITOK | M_ZERO);

	refcount_init(&space->refs, 1);
	mtx_init(&space->lock, "usrsysshm space", NULL, MTX_DEF);
	space->vmspace = p->p_vmspace;
	uss_object_make(&space->object, 1, NULL);
	uss_process_begin(space, p);
	return (space);
}

void
uss_space_put(struct uss_space *space)
{

	if (!refcount_release(&space->refs))
		return;
	uss_names_leave(space);
	uss_title_free(space);
	uss_object_put(&space->object);
	mtx_destroy(&space->lock);
	free(space, M_USRSYSSHM);
}

bool
uss_space_renew(struct uss_space *space)
{
	bool may;

	mtx_lock(&space->lock);
	may = space->renewals < USS_RENEWALS;
	if (may)
		space->renewals++;
	mtx_unlock(&space->lock);
	return (may);
}

static void
uss_space_mappings(struct uss_space *space, struct uss_mapping mappings[USS_PAGES])
{

	mappings[USS_PROCESS_INDEX] = (struct uss_mapping){ space->object.object, VM_PROT_READ };
	mappings[USS_SYSTEM_INDEX] = (struct uss_mapping){ uss_names_object(space), VM_PROT_READ };
	mappings[USS_MACHINE_INDEX] = (struct uss_mapping){ uss_machine_object(), VM_PROT_READ };
}

/* With a reference to the system page, which the space loses at any time when the module is unloaded. */
static void
uss_space_mappings_hold(struct uss_space *space, struct uss_mapping mappings[USS_PAGES])
{

	mtx_lock(&space->lock);
	uss_space_mappings(space, mappings);
	vm_object_reference(mappings[USS_SYSTEM_INDEX].object);
	mtx_unlock(&space->lock);
}

int
uss_space_map(struct uss_space *space, struct vmspace *vmspace)
{
	struct uss_mapping mappings[USS_PAGES];
	int error;

	uss_space_mappings_hold(space, mappings);
	error = uss_map_new(vmspace, mappings, USS_PAGES, 1, &space->address);
	vm_object_deallocate(mappings[USS_SYSTEM_INDEX].object);
	return (error);
}

int
uss_space_map_child(struct uss_space *space, struct vmspace *vmspace, struct uss_space *parent)
{
	struct uss_mapping mappings[USS_PAGES], parents[USS_PAGES];
	int error;

	uss_space_mappings_hold(space, mappings);
	/* A thread of the parent may be in jail_attach(2).  The objects are compared only. */
	mtx_lock(&parent->lock);
	uss_space_mappings(parent, parents);
	mtx_unlock(&parent->lock);
	space->address = parent->address;
	error = uss_map_child(vmspace, mappings, parents, USS_PAGES, parent->address);
	vm_object_deallocate(mappings[USS_SYSTEM_INDEX].object);
	return (error);
}

struct uss_space *
uss_space_get(struct proc *p, bool *owner)
{
	struct uss_bucket *bucket = uss_bucket(p);
	struct uss_space *space = NULL;
	struct uss_member *member;

	/*
	 * Pairs with the fence in ask.c: a process that was made in the memory of one that asks is found there, or the member is found here.
	 */
	atomic_thread_fence_seq_cst();
	if (LIST_EMPTY(&bucket->members))
		return (NULL);
	mtx_lock(&bucket->lock);
	member = uss_member_find(bucket, p);
	if (member != NULL) {
		space = member->space;
		refcount_acquire(&space->refs);
		if (owner != NULL)
			*owner = member->owner;
	}
	mtx_unlock(&bucket->lock);
	return (space);
}

static void
uss_space_add_sharer(struct uss_space *space)
{

	mtx_lock(&space->lock);
	space->sharers++;
	uss_process_publish(space);
	mtx_unlock(&space->lock);
}

/* Says whether it used @member. */
static bool
uss_member_insert(struct uss_member *member, struct uss_space *space, struct proc *p, bool owner)
{
	struct uss_bucket *bucket = uss_bucket(p);
	struct uss_member *found;
	bool is_new;

	mtx_lock(&bucket->lock);
	found = uss_member_find(bucket, p);
	is_new = found == NULL && !(owner && uss_are_closed);
	if (is_new) {
		refcount_acquire(&space->refs);
		member->proc = p;
		member->space = space;
		member->owner = owner;
		member->forkid = owner ? space->process.forkid : uss_process_next_forkid();
		LIST_INSERT_HEAD(&bucket->members, member, link);
		if (owner)
			atomic_add_int(&uss_owners, 1);
		else
			uss_space_add_sharer(space);
	} else if (!owner && found->space != space) {
		/* It is still in the space of an owner that has left this memory.  When it goes, @space is not told: the pid reads 0 for good. */
		uss_space_add_sharer(space);
	}
	mtx_unlock(&bucket->lock);
	return (is_new);
}

bool
uss_space_enter(struct uss_space *space, struct proc *p, bool owner)
{
	struct uss_member *member = malloc(sizeof(*member), M_USRSYSSHM, M_WAITOK);

	if (uss_member_insert(member, space, p, owner))
		return (true);
	free(member, M_USRSYSSHM);
	return (false);
}

void
uss_space_enter_locked(struct uss_space *space, struct proc *p)
{
	struct uss_member *member = malloc(sizeof(*member), M_USRSYSSHM, M_NOWAIT);

	PROC_LOCK_ASSERT(p, MA_OWNED);
	if (member == NULL)
		uss_space_add_sharer(space);
	else if (!uss_member_insert(member, space, p, false))
		free(member, M_USRSYSSHM);
}

static void
uss_space_end(struct uss_space *space)
{

	mtx_lock(&space->lock);
	if (!space->dead) {
		space->dead = true;
		uss_process_end(space);
	}
	mtx_unlock(&space->lock);
}

static void
uss_member_leave(struct uss_member *member)
{
	struct uss_space *space = member->space;

	if (member->owner) {
		uss_space_end(space);
		uss_names_leave(space);
		atomic_subtract_int(&uss_owners, 1);
	} else {
		mtx_lock(&space->lock);
		space->sharers--;
		uss_process_publish(space);
		mtx_unlock(&space->lock);
	}
	uss_space_put(space);
	free(member, M_USRSYSSHM);
}

void
uss_space_leave(struct proc *p, const struct uss_space *space)
{
	struct uss_bucket *bucket = uss_bucket(p);
	struct uss_member *member;

	/* See uss_space_get(). */
	atomic_thread_fence_seq_cst();
	if (LIST_EMPTY(&bucket->members))
		return;
	mtx_lock(&bucket->lock);
	member = uss_member_find(bucket, p);
	if (member != NULL && space != NULL && member->space != space)
		member = NULL;
	if (member != NULL)
		LIST_REMOVE(member, link);
	mtx_unlock(&bucket->lock);
	if (member != NULL)
		uss_member_leave(member);
}

uint64_t
uss_space_forkid(struct proc *p)
{
	struct uss_bucket *bucket = uss_bucket(p);
	struct uss_member *member;
	uint64_t forkid = 0;

	mtx_lock(&bucket->lock);
	member = uss_member_find(bucket, p);
	if (member != NULL)
		forkid = member->forkid;
	mtx_unlock(&bucket->lock);
	return (forkid);
}

void
uss_spaces_close(void)
{

	uss_are_closed = true;
}

void
uss_spaces_end(void)
{
	struct uss_member *member;
	u_int i;

	for (i = 0; i < USS_BUCKETS; i++) {
		mtx_lock(&uss_buckets[i].lock);
		while ((member = LIST_FIRST(&uss_buckets[i].members)) != NULL) {
			LIST_REMOVE(member, link);
			mtx_unlock(&uss_buckets[i].lock);
			uss_member_leave(member);
			mtx_lock(&uss_buckets[i].lock);
		}
		mtx_unlock(&uss_buckets[i].lock);
	}
}

u_int
uss_spaces_count(void)
{

	return (atomic_load_acq_int(&uss_owners));
}

void
uss_spaces_init(void)
{
	u_int i;

	uss_object_make(&uss_empty, 1, NULL);
	for (i = 0; i < USS_BUCKETS; i++)
		mtx_init(&uss_buckets[i].lock, "usrsysshm members", NULL, MTX_DEF);
}

void
uss_spaces_exit(void)
{
	u_int i;

	for (i = 0; i < USS_BUCKETS; i++)
		mtx_destroy(&uss_buckets[i].lock);
	uss_object_put(&uss_empty);
}
