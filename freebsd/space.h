/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * space.h - processes that have pages, and those that share their memory (see space.c)
 */
#ifndef USS_SPACE_H
#define	USS_SPACE_H

#include <sys/param.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/refcount.h>

#include "map.h"
#include "process.h"
#include "title.h"

struct proc;
struct uss_system;

/* The pages of one process, its owner. */
struct uss_space {
	u_int		refs;
	struct vmspace	*vmspace;	/* where the pages are mapped; compared only */
	vm_offset_t	address;	/* of the process page; 0 until it is mapped */
	struct uss_object object;	/* the process page */

	struct mtx	lock;		/* all below */
	bool		dead;		/* the owner has left: the pages are zeros for good */
	u_int		sharers;	/* other processes in the owner's memory */
	u_int		renewals;	/* how often pages were made again in this memory, or in one that it is a copy of */
	struct uss_process process;
	struct uss_title title;
	struct uss_system *system;	/* its jail's page; NULL: not served */
};

/* The pages, in the order of their addresses. */
enum { USS_PROCESS_INDEX, USS_SYSTEM_INDEX, USS_MACHINE_INDEX, USS_PAGES };

void	uss_spaces_init(void);
void	uss_spaces_exit(void);

/* Makes a space that @p will own.  May sleep. */
struct uss_space *uss_space_create(struct proc *p);
void	uss_space_put(struct uss_space *space);

/*
 * Whether pages may be made again that the program has unmapped.  What it left of the old ones stays in memory, which is not accounted; so
 * this ends after a few times.
 */
bool	uss_space_renew(struct uss_space *space);

/* Maps its pages into the owner: at a free address, or where a forked child's parent has them. */
int	uss_space_map(struct uss_space *space, struct vmspace *vmspace);
int	uss_space_map_child(struct uss_space *space, struct vmspace *vmspace, struct uss_space *parent);

/* The space that @p is in, with a reference; NULL without one.  @owner, if not NULL, says whether @p owns it. */
struct uss_space *uss_space_get(struct proc *p, bool *owner);

/*
 * Puts @p into the space, unless it is in one or the module is being unloaded.  Says whether it did.  A sharer of two is counted in both.
 */
bool	uss_space_enter(struct uss_space *space, struct proc *p, bool owner);

/* The same for a sharer, with @p locked.  Without memory the space is given up: its pid reads 0 for good. */
void	uss_space_enter_locked(struct uss_space *space, struct proc *p);

/*
 * @p leaves @space; if that is NULL, whichever it is in: it executes another program or exits, and runs no more user code in this memory.
 */
void	uss_space_leave(struct proc *p, const struct uss_space *space);

/* From now on no process can become an owner. */
void	uss_spaces_close(void);

/* Ends all spaces. */
void	uss_spaces_end(void);

/* The fork id of @p, if it is in a space; 0 otherwise. */
uint64_t uss_space_forkid(struct proc *p);

u_int	uss_spaces_count(void);

#endif /* !USS_SPACE_H */
