/*
 * names.pml - how the names in the system page are kept right (module/uts.c), as a SPIN model; run by models/run
 *
 * Two setters set names, each by system call, where the end is heard of while the kernel's lock is still held, or by sysctl, where it is
 * heard of after that. A process makes the page at any time, and two readers read. A name is two halves, written and copied one
 * after the other, so that a mixture can be seen; names are numbers that only grow.
 *
 * Checked:	who reads in the page gets both halves of one name, which is not older than what the kernel would have said at the
 *		beginning of the read, and not newer than what it has at its end;
 *		when a setter has returned, nobody reads an older name any more (that is the same);
 *		in the end the page speaks again.
 *
 * Broken on purpose, each to be caught: BROKEN_BEGIN does not silence the page, BROKEN_OTHERS publishes at the end of a change whether or not
 * others are on their way, BROKEN_PAGE lets a page that is made during a change speak, BROKEN_AGAIN reads the sequence once.
 */
#define SETTERS	2
#define READERS	2

byte kernel_first, kernel_second;	/* the kernel's name */
bool locked;				/* its lock of names */
byte given;				/* the numbers that were given out */
byte visible;				/* what a system call would say: changes as the lock is released */

byte changing;				/* those between begin and end; under our lock, like all below */
bool made;
byte sequence, first, second;		/* the page */
bool ours;				/* our lock */
byte setters_left = SETTERS;

#define LOCK	atomic { !ours -> ours = true }
#define UNLOCK	ours = false

/* Copies the name; the caller holds our lock, and readers look at any time. */
inline publish()
{
	first = kernel_first;
	second = kernel_second;
	sequence = (sequence | 1) + 1
}

inline begin()
{
	LOCK;
	changing++;
#ifndef BROKEN_BEGIN
	if
	:: made -> sequence = sequence | 1
	:: else
	fi;
#endif
	UNLOCK
}

inline end()
{
	LOCK;
	changing--;
	if
#ifdef BROKEN_OTHERS
	:: made -> publish()
#else
	:: made && changing == 0 -> publish()
#endif
	:: else
	fi;
	UNLOCK
}

active [SETTERS] proctype setter()
{
	bool by_sysctl;

	if
	:: by_sysctl = true
	:: by_sysctl = false
	fi;
	begin();
	atomic { !locked -> locked = true; given++ };
	kernel_first = given;
	kernel_second = given;
	if
	:: by_sysctl ->
		d_step { locked = false; visible = given };
		end()
	:: else ->
		end();
		d_step { locked = false; visible = given }
	fi;
	setters_left--
}

active proctype maker()
{
	LOCK;
	made = true;
#ifdef BROKEN_PAGE
	publish();
#else
	if
	:: changing -> sequence = 1
	:: else -> publish()
	fi;
#endif
	UNLOCK
}

active [READERS] proctype reader()
{
	byte oldest = visible, before, one, two;

	before = sequence;
	if
	:: before == 0 || (before & 1) -> goto ask
	:: else
	fi;
	one = first;
	two = second;
#ifndef BROKEN_AGAIN
	if
	:: sequence != before -> goto ask
	:: else
	fi;
#endif
	assert(one == two);
	assert(one >= oldest && one <= given);
ask:
	skip
}

active proctype last()
{
	made && setters_left == 0 && !ours -> assert(sequence && !(sequence & 1) && first == given)
}
