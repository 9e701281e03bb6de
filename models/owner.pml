/* SPDX-License-Identifier: MIT */
/*
 * owner.pml - two processes that share their memory ask for its pages, and one of them unmaps them (module/ask.c, module/space.c), as a SPIN
 * model; run by models/run
 *
 * Process P asks in one thread. Another thread of it creates process S, before the request, during it, or after it. S may unmap the pages,
 * asks, and exits. Each mapping is a space of its own, with a number.
 *
 * Checked:	nobody reads the pid of the other in the page;
 *		the owner of a space is not recorded as a sharer of it;
 *		when S has exited, no space is about the names of S, whose namespace may be freed.
 *
 * Broken variants, each of which must be caught: BROKEN_SPACE searches for sharers of whatever space there is, not of the one that it began,
 * BROKEN_END ends the settling of such a space, BROKEN_OWNER lets a sharer become the owner.
 */
#define P	1
#define S	2

byte space, spaces;		/* the current one, 0: none; how many there were */

/* Of each space, under its lock. */
byte owner[4], names[4];
bool was_owned[4], settling[4], shared_by_p[4], shared_by_s[4];

bool listed, live, gone;	/* S */

#define PAGE	((space && !settling[space] && !shared_by_p[space] && !shared_by_s[space]) -> owner[space] : 0)

inline read_page(me)
{
	d_step { assert(PAGE == 0 || PAGE == me) }
}

inline check_space()
{
	assert(!(owner[space] == S && shared_by_s[space]) && !(owner[space] == P && shared_by_p[space]))
}

/* Examines the other process once. */
inline search(me, begun)
{
	d_step {
		if
#ifdef BROKEN_SPACE
		:: space && me == P && listed && live -> shared_by_s[space] = true
		:: space && me == S -> shared_by_p[space] = true
#else
		:: space && space == begun && me == P && listed && live -> shared_by_s[space] = true
		:: space && space == begun && me == S -> shared_by_p[space] = true
#endif
		:: else
		fi;
		check_space()
	}
}

inline ask(me, begun)
{
	d_step {
		if
		:: !space -> spaces++; space = spaces
		:: else
		fi
	}
	/* Here it may be another one already. */
	d_step {
		if
#ifdef BROKEN_OWNER
		:: space && !was_owned[space] ->
#else
		:: space && !was_owned[space] && !(me == S && shared_by_s[space]) && !(me == P && shared_by_p[space]) ->
#endif
			owner[space] = me;
			names[space] = me;
			was_owned[space] = true;
			settling[space] = true;
			begun = space
		:: else
		fi;
		check_space()
	}
	if
	:: begun ->
		search(me, begun);
		search(me, begun);
		d_step {
			if
#ifdef BROKEN_END
			:: space -> settling[space] = false
#else
			:: space && space == begun -> settling[space] = false
#endif
			:: else
			fi
		}
	:: else
	fi
}

active proctype asker()
{
	byte begun;

	ask(P, begun);
	read_page(P)
}

active proctype maker()
{
	d_step { live = true; listed = true }
	/* The hook on fork, before S runs. */
	d_step {
		if
		:: space -> shared_by_s[space] = true
		:: else
		fi
	}
	run sharer();
	read_page(P)
}

proctype sharer()
{
	byte begun;

	read_page(S);
	if
	:: d_step { space = 0 }
	:: skip
	fi;
	ask(S, begun);
	read_page(S);
	live = false;
	/* The hook on exit. */
	d_step {
		if
		:: space ->
			shared_by_s[space] = false;
			if
			:: owner[space] == S -> owner[space] = 0; names[space] = 0
			:: else
			fi
		:: else
		fi
	}
	gone = true
}

active proctype judge()
{
	gone;
	d_step { assert(!space || names[space] != S) }
}
