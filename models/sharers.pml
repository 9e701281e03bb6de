/*
 * sharers.pml - when the process page says its pid (module/space.c), as a SPIN model; run by models/run
 *
 * A process with two threads, each of which makes a child that shares the memory (vfork, or CLONE_VM and not waited for). A child runs, and
 * leaves: by exit; by exec; or by an exec that fails half-way, which leaves once, and then by exit, which leaves again. The process may
 * exit before its children.
 *
 * Checked:	whoever reads a pid in the page that is not 0 is the process it names, from a child's first instruction on;
 *		in the end, if the process is there and shares with nobody, its page says who it is.
 *
 * Broken on purpose, each to be caught: BROKEN_LATE hears of a child when it may run already, BROKEN_BOOLEAN remembers that there is a sharer,
 * not which, BROKEN_COUNT counts them, BROKEN_EXEC does not hear of exec.
 */
#define CHILDREN	2
#define SELF		1	/* its pid; the children's are 2 and 3 */

byte page = SELF;		/* the page */
bool owner = true;
bool sharer[CHILDREN + 2];
byte count;

#ifdef BROKEN_COUNT
#define ALONE	(count == 0)
#else
#define ALONE	(!sharer[2] && !sharer[3])
#endif

/* Under the space's lock: one step for all others. */
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

/* In the shared memory, as process @who. */
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
	:: skip ->			/* exec: it has gone to memory of its own */
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
	:: true ->			/* it does not wait; somebody else will */
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
	:: true ->			/* it stays, until all are alone */
		children_left == 0;
		assert(page == SELF)
	:: true ->			/* it exits, and its children go on */
		d_step { owner = false; PUBLISH };
		assert(page == 0)
	fi
}
