/*
 * names.pml - how the names in the system page are kept exact (module/names.c), as a SPIN model; run by models/run
 *
 * Two setters set names, each by system call or by sysctl. The hook for the end of a change is called with uts_sem still held (system
 * call), or after its release (sysctl). A process creates the page at any time, and two readers read. A name consists of two halves,
 * written and copied one after the other, so that a mixture can be detected; names are increasing numbers.
 *
 * Checked:	a reader of the page gets both halves of one name. It is not older than the system call's result at the beginning of the
 *		read, and not newer than the kernel's name at its end;
 *		so once a setter has returned, no reader gets an older name;
 *		in the end the page can be read again.
 *
 * Broken variants, each of which must be caught: BROKEN_BEGIN does not make the sequence odd, BROKEN_OTHERS publishes at the end of a
 * change even if other changes are in progress, BROKEN_PAGE publishes in a page that is created during a change, BROKEN_AGAIN does not load
 * the sequence a second time.
 */
#define SETTERS	2
#define READERS	2

byte kernel_first, kernel_second;	/* the kernel's name */
bool locked;				/* uts_sem */
byte given;				/* the last number used */
byte visible;				/* what a system call would return: changes when uts_sem is released */

byte changing;				/* setters between begin and end; under our lock, like all below */
bool made;				/* the page exists */
byte sequence, first, second;		/* the page */
bool ours;				/* our lock */
byte setters_left = SETTERS;

#define LOCK	atomic { !ours -> ours = true }
#define UNLOCK	ours = false

/* Copies the name. The caller holds our lock; readers do not take it. */
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
