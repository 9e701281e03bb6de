/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title.c - titles: the title area, and kern.proc.args
 *
 * 1. The process writes its title into its title area, by the protocol in <usrsysshm/abi.h>.  The kernel reads it there, through its own
 *    map, when another process reads kern.proc.args (ps, top, procstat -c, pgrep -f).  It takes no lock of the process.
 *
 * 2. setproctitle(3) of libc writes kern.proc.args.  The title set last wins: a title that was current when libc's was set is not shown
 *    again.
 *
 * 3. A forked child inherits the title as a text.  It gets an area when it asks for one, and the text is then its first title.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/malloc.h>
#include <sys/proc.h>

#include <machine/atomic.h>

#include <vm/vm.h>
#include <vm/pmap.h>
#include <vm/vm_map.h>

#include "compat.h"
#include "header.h"
#include "oid.h"
#include "space.h"

static MALLOC_DEFINE(M_USRSYSSHM_TITLE, "usrsysshm titles", "inherited titles");

/* A writer that follows the protocol does not make us start again so often: it would have to set a title within a few instructions. */
#define	USS_READ_TRIES	16

static struct uss_oid uss_args;

/*
 * Reading
 */

static void
uss_copy_from_pages(void *const *pages, u_int offset, char *text, u_int length)
{
	u_int piece;

	for (; length != 0; length -= piece, offset += piece, text += piece) {
		piece = MIN(length, PAGE_SIZE - offset % PAGE_SIZE);
		memcpy(text, (const char *)pages[offset / PAGE_SIZE] + offset % PAGE_SIZE, piece);
	}
}

/*
 * Never copies more than USS_TITLE_MAX bytes, whatever the area says.  Returns the length, or -1 without a title.  One reader of an area
 * at a time: the space is locked.
 */
static int
uss_copy_from_area(struct uss_title *title, char *text)
{
	struct uss_title_page *area = title->area.page;
	int length = -1, tries;
	uint64_t current;
	u_int slot;

	for (tries = 0; tries < USS_READ_TRIES && length < 0; tries++) {
		current = atomic_load_acq_64(&area->current_title);
		slot = USS_TITLE_SLOT(current);
		/* No title, or one that does not follow the protocol. */
		if (slot >= USS_TITLE_SLOTS || USS_TITLE_LENGTH(current) > USS_TITLE_MAX || current == title->overridden)
			break;
		/* A hazard pointer: a writer that looks at it from now on does not claim the slot. */
		atomic_store_rel_64(&area->reading, current);
		atomic_thread_fence_seq_cst();
		uss_copy_from_pages(title->pages, USS_SLOT_OFFSET(slot), text, USS_TITLE_LENGTH(current));
		/* Read the stamp after the text: a writer may have looked before our store, or does not look at all. */
		atomic_thread_fence_acq();
		if (USS_SLOT_STAMP(atomic_load_acq_64(&area->slot[slot])) == USS_TITLE_STAMP(current))
			length = USS_TITLE_LENGTH(current);
	}
	atomic_store_rel_64(&area->reading, 0);
	return (length);
}

/* Copies the title to @text, of USS_TITLE_MAX bytes.  Returns its length, or -1 without one. */
static int
uss_title_copy(struct uss_space *space, char *text)
{
	struct uss_title *title = &space->title;

	mtx_assert(&space->lock, MA_OWNED);
	if (space->dead)
		return (-1);
	if (title->area.object != NULL)
		return (uss_copy_from_area(title, text));
	if (title->inherited == NULL)
		return (-1);
	memcpy(text, title->inherited, title->inherited_length);
	return (title->inherited_length);
}

/* The current process has set a title with libc. */
static void
uss_title_override(void)
{
	struct uss_space *space;
	struct uss_title *title;
	char *inherited = NULL;
	bool owner;

	space = uss_space_get(curproc, &owner);
	if (space == NULL)
		return;
	title = &space->title;
	mtx_lock(&space->lock);
	if (owner && title->area.object != NULL) {
		title->overridden = atomic_load_acq_64(&((struct uss_title_page *)title->area.page)->current_title);
	} else if (owner) {
		inherited = title->inherited;
		title->inherited = NULL;
	}
	mtx_unlock(&space->lock);
	free(inherited, M_USRSYSSHM_TITLE);
	uss_space_put(space);
}

/*
 * Copies the title of the process @pid.  Returns its length, or -1: it has none, has left the memory where its pages are, or the current
 * process may not see it.
 */
static int
uss_title_see(pid_t pid, char *text)
{
	struct uss_space *space;
	struct proc *p;
	int length = -1;
	bool owner;

	if (pget(pid, PGET_CANSEE, &p) != 0)
		return (-1);
	space = uss_space_get(p, &owner);
	if (space != NULL && owner && space->vmspace == p->p_vmspace) {
		mtx_lock(&space->lock);
		length = uss_title_copy(space, text);
		mtx_unlock(&space->lock);
	}
	PROC_UNLOCK(p);
	if (space != NULL)
		uss_space_put(space);
	return (length);
}

/* kern.proc.args.PID */
static int
uss_args_sysctl(SYSCTL_HANDLER_ARGS)
{
	char *text = NULL;
	int error, length = -1;

	if (arg2 == 1 && req->newptr == NULL && uss_spaces_count() != 0) {
		text = malloc(USS_TITLE_MAX + 1, M_USRSYSSHM_TITLE, M_WAITOK);
		length = uss_title_see(uss_compat_args_pid(*(int *)arg1), text);
	}
	if (length >= 0) {
		text[length] = '\0';
		error = SYSCTL_OUT(req, text, length + 1);
	} else {
		error = uss_oid_original(oidp, arg1, arg2, req);
		if (error == 0 && req->newptr != NULL)
			uss_title_override();
	}
	free(text, M_USRSYSSHM_TITLE);
	return (error);
}

/*
 * The area
 */

void
uss_title_inherit(struct uss_space *child, struct uss_space *parent)
{
	struct uss_title *title = &child->title;
	int length;

	if (parent->title.area.object == NULL && parent->title.inherited == NULL)
		return;
	title->inherited = malloc(USS_TITLE_MAX, M_USRSYSSHM_TITLE, M_WAITOK);
	mtx_lock(&parent->lock);
	length = uss_title_copy(parent, title->inherited);
	mtx_unlock(&parent->lock);
	if (length < 0) {
		free(title->inherited, M_USRSYSSHM_TITLE);
		title->inherited = NULL;
	} else {
		title->inherited_length = length;
	}
}

/* Fills in the first page; the first slot lies within it. */
static void
uss_title_fill(struct uss_title_page *area, const char *text, int length)
{

	uss_header_fill(area, USS_MAGIC_TITLE, sizeof(*area));
	if (length < 0)
		return;
	memcpy((char *)area + USS_SLOT_OFFSET(0), text, length);
	area->slot[0] = USS_SLOT(1, 0, USS_SLOT_PUBLISHED);
	area->current_title = USS_TITLE(0, length, 1);
}

/* Makes @new the area, unless the space has got one meanwhile.  Gives back what is not needed any more. */
static uint64_t
uss_title_install(struct uss_space *space, struct uss_title *new, struct uss_object *before)
{
	char *text = malloc(USS_TITLE_MAX, M_USRSYSSHM_TITLE, M_WAITOK), *inherited;
	struct uss_title *title = &space->title;
	uint64_t address;

	mtx_lock(&space->lock);
	inherited = title->inherited;
	if (title->area.object == before->object && !space->dead) {
		uss_title_fill(new->area.page, text, uss_title_copy(space, text));
		*before = title->area;
		*title = *new;
		space->process.title_area = new->address;
		uss_process_publish(space);
	} else {
		*before = new->area;
		inherited = NULL;
	}
	address = space->process.title_area;
	mtx_unlock(&space->lock);
	free(inherited, M_USRSYSSHM_TITLE);
	free(text, M_USRSYSSHM_TITLE);
	return (address);
}

uint64_t
uss_title_ask(struct uss_space *space)
{
	struct uss_title new = { .overridden = 0 };
	struct uss_mapping mapping;
	struct uss_object before;
	vm_offset_t address;
	uint64_t result;

	mtx_lock(&space->lock);
	before = space->title.area;
	address = space->title.address;
	mtx_unlock(&space->lock);
	if (before.object != NULL && uss_map_has(curproc->p_vmspace, address, before.object))
		return (address);
	if (before.object != NULL && !uss_space_renew(space))
		return (0);
	uss_object_make(&new.area, USS_TITLE_PAGES, new.pages);
	mapping = (struct uss_mapping){ new.area.object, VM_PROT_READ | VM_PROT_WRITE };
	if (uss_map_new(curproc->p_vmspace, &mapping, 1, USS_TITLE_PAGES, &new.address) != 0) {
		uss_object_put(&new.area);
		return (0);
	}
	result = uss_title_install(space, &new, &before);
	if (result != new.address)
		vm_map_remove(&curproc->p_vmspace->vm_map, new.address, new.address + ptoa(USS_TITLE_PAGES));
	uss_object_put(&before);
	return (result);
}

void
uss_title_free(struct uss_space *space)
{

	free(space->title.inherited, M_USRSYSSHM_TITLE);
	uss_object_put(&space->title.area);
}

int
uss_title_init(void)
{
	int args[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS };

	return (uss_oid_replace(&uss_args, args, nitems(args), uss_args_sysctl));
}

void
uss_title_exit(void)
{

	uss_oid_restore(&uss_args);
}
