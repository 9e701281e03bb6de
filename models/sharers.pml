/*
 * sharers.pml - when the process page holds a pid (module/process.c), as a SPIN model; run by models/run
 *
 * A process has two threads. Each creates a child that shares the memory (vfork, or CLONE_VM without waiting). A child runs, and leaves the
 * memory: by exit; by exec; or by an exec that fails half-way, which leaves once, followed by exit, which leaves again. The process may
 * exit before its children.
 *
 * Checked:	a reader that sees a pid other than 0 is the process with that pid, from a child's first instruction on;
 *		in the end, if the process still exists and nothing shares its memory, its page holds its pid.
 *
 * Broken variants, each of which must be caught: BROKEN_LATE calls the fork hook when the child may already run, BROKEN_BOOLEAN records
 * that there is a sharer but not which, BROKEN_COUNT counts the sharers, BROKEN_EXEC does not call the exec hook.
 */
#define CHILDREN	2
#define SELF		1	/* pid of the process; the children have 2 and 3 */

byte page = SELF;		/* the page */
bool owner = true;
bool sharer[CHILDREN + 2];
byte count;

#ifdef BROKEN_COUNT
#define ALONE	(count == 0)
#else
#define ALONE	(!sharer[2] && !sharer[3])
#endif

/* Runs under the lock of the address space, so it is one step for all others. */
#define PUBLISH	if :: owner && ALONE -> page = SELF :: else -> page = 0 fi

inline come(who)
{
	d_step { sharer[who] = true; count++; PUBLISH }
}

inline leave(who)
{
	d_step {
#ifdef BROKEN_BOOLEAN
		sharer[2] = false; sharer[3] = false;
#else
		sharer[who] = false;
#endif
		if :: count -> count-- :: else fi;
		PUBLISH
	}
}

/* Process @who reads the page in the shared memory. */
inline read_page(who)
{
	seen = page;
	assert(seen == 0 || seen == who)
}

proctype child(byte me; chan done)
{
	byte seen;

#ifdef BROKEN_LATE
	read_page(me);
	come(me);
#endif
	read_page(me);
	if
	:: skip				/* exit */
	:: skip ->			/* an exec that fails half-way */
		leave(me)
	:: skip ->			/* exec: it now has memory of its own */
#ifndef BROKEN_EXEC
		leave(me);
#endif
		goto gone
	fi;
	leave(me);
gone:
	done ! true
}

byte threads_left = 2, children_left;

proctype thread(byte mine)
{
	chan done = [1] of { bool };
	byte seen;

	children_left++;
#ifndef BROKEN_LATE
	come(mine);
#endif
	run child(mine, done);
	if
	:: done ? _ ; children_left--	/* vfork */
	:: true ->			/* it does not wait; another process does later */
		read_page(SELF);
		read_page(SELF);
		if
		:: true -> done ? _ ; children_left--
		:: true -> atomic { threads_left--; goto outlived }
		fi
	fi;
	read_page(SELF);
	threads_left--;
	goto end;
outlived:
	done ? _ ; children_left--;
end:
	skip
}

init {
	atomic { run thread(2); run thread(3) };
	threads_left == 0;
	if
	:: true ->			/* the process exists until all children have left */
		children_left == 0;
		assert(page == SELF)
	:: true ->			/* the process exits, and its children go on */
		d_step { owner = false; PUBLISH };
		assert(page == 0)
	fi
}
