/*
 * title.pml - the title protocol of include/usrsysshm/abi.h as a SPIN model; run by models/run
 *
 * Writers set titles while a reader, the kernel, reads. A writer is a thread, or a signal handler that interrupts another writer; the
 * interrupted one then makes no steps, which is among the orders of steps below. Two writers may be killed in the middle of writing
 * (possible for a process that shares the memory; kill(2) then returns ESRCH for its pid). A text consists of two halves, written one after
 * the other, so that a mixture can be detected.
 *
 * Checked:	the reader gets both halves of one title, and a published one;
 *		it retries at most once for each title that can be set (each writer here writes once; an endless sequence of titles, and
 *		removing a title, are not in the model);
 *		a title that was still current when the reader stored it in `reading` is not overwritten, except by old writers that do
 *		not check `reading` (the writers are such in half of all runs);
 *		no two writers write the same slot at the same time;
 *		no step waits for another one (no invalid end states), and a writer examines no slot more than twice.
 *
 * Broken variants, each of which must be caught: BROKEN_CURRENT claims the current slot, BROKEN_STAMP does not check the stamp after the
 * copy, BROKEN_READING does not store `reading`, BROKEN_ORDER checks `reading` first instead of last, BROKEN_EARLY declares the slot
 * published before it is current, BROKEN_DEATH claims slots of writers that have not exited, BROKEN_WAIT waits for a free slot.
 */
#define SLOTS	3
#define WRITERS	3
#define TRIES	4
#define NONE	SLOTS

#define FREE		0
#define WRITING		1
#define PUBLISHED	2

typedef Slot {
	byte stamp;
	byte state;
	byte who;
	byte first;	/* the halves of the text: the number of its writer */
	byte second;
	byte writers;	/* how many write it now; only for the assertion */
}
Slot slot[SLOTS];
byte current = NONE, current_stamp;	/* one word */
byte reading = NONE;
bool writers_look;
bool dead[WRITERS + 1], published[WRITERS + 1];

byte killed, begun;

/* An alternative to a step: the writer is killed. */
#define OR_KILLED \
	:: atomic { \
		killed < 2 -> killed++; dead[me] = true; \
		if :: writing -> slot[mine].writers-- :: else fi; \
		goto end_killed \
	}

inline claim()
{
	tried = 0;
	do
	:: tried <= SLOTS && mine == NONE ->
		i = (begin + tried) % SLOTS;
		/* Load the word, then current, then reading; then swap the word. */
#ifdef BROKEN_ORDER
		unread = (reading != i);
#endif
		d_step { stamp = slot[i].stamp; state = slot[i].state; who = slot[i].who; looks++; assert(looks <= SLOTS + 1) };
		d_step {
			good = false;
			if
			:: state == FREE -> good = true
#ifdef BROKEN_CURRENT
			:: state == PUBLISHED -> good = true
#else
			:: state == PUBLISHED -> good = !(current == i && current_stamp == stamp)
#endif
#ifdef BROKEN_DEATH
			:: state == WRITING -> good = tried > 0 && !(current == i && current_stamp == stamp)
#else
			:: state == WRITING -> good = tried > 0 && dead[who] && !(current == i && current_stamp == stamp)
#endif
			fi
		};
		d_step {
			if
#ifdef BROKEN_ORDER
			:: good && writers_look -> good = unread
#else
			:: good && writers_look -> good = (reading != i)
#endif
			:: else
			fi
		};
		atomic {
			if
			:: good && slot[i].stamp == stamp && slot[i].state == state && slot[i].who == who ->
				slot[i].stamp++;
				slot[i].state = WRITING;
				slot[i].who = me;
				mine = i; taken = slot[i].stamp
			:: else
			fi
		};
		tried++
	:: else -> break
	od
}

inline set_current()
{
	if
	:: d_step {
		current = mine; current_stamp = taken;
		published[me] = true
	}
	OR_KILLED
	fi
}

inline set_published()
{
	if
	:: atomic {
		if
		:: slot[mine].stamp == taken && slot[mine].state == WRITING && slot[mine].who == me ->
			slot[mine].state = PUBLISHED; slot[mine].who = 0
		:: else
		fi
	}
	OR_KILLED
	fi
}

proctype Writer(byte me)
{
	byte mine = NONE, taken, begin, tried, i, stamp, state, who, looks;
	bool good, unread, writing = false;

	/* The writers are symmetric: fix the order in which they begin. */
	atomic { begun == me - 1 -> begun = me; begin = (current == NONE -> 0 : (current + 1) % SLOTS) };
#ifdef BROKEN_WAIT
	do
	:: mine == NONE -> claim()
	:: else -> break
	od;
#else
	claim();
#endif
	if
	:: mine == NONE -> goto end_full
	:: else
	fi;
	if
	:: atomic { writing = true; slot[mine].writers++; assert(slot[mine].writers == 1); slot[mine].first = me }
	OR_KILLED
	fi;
	if
	:: atomic { slot[mine].second = me; writing = false; slot[mine].writers-- }
	OR_KILLED
	fi;
#ifdef BROKEN_EARLY
	set_published();
	set_current();
#else
	set_current();
	set_published();
#endif
end_full:
end_killed:
	skip
}

proctype Reader()
{
	byte at, stamp, first, second, tries = 0;
	bool said;

again:
	tries++;
	assert(tries <= TRIES);
	d_step { at = current; stamp = current_stamp };
	if
	:: at == NONE -> goto done
	:: else
	fi;
	d_step {
#ifndef BROKEN_READING
		reading = at;
#endif
		said = (current == at && current_stamp == stamp)
	};
	first = slot[at].first;
	second = slot[at].second;
#ifndef BROKEN_STAMP
	if
	:: atomic { slot[at].stamp != stamp -> assert(!(writers_look && said)); goto again }
	:: else
	fi;
#endif
	reading = NONE;
	assert(first == second);
	assert(published[first]);
done:
	skip
}

init {
	atomic {
		/* A title exists already: one that a forked child inherited, written with pid 0, which never counts as exited. */
		slot[0].stamp = 1; slot[0].state = PUBLISHED;
		current = 0; current_stamp = 1;
		published[0] = true;
		if
		:: writers_look = true
		:: writers_look = false
		fi;
		run Writer(1); run Writer(2); run Writer(3);
		run Reader()
	}
}
