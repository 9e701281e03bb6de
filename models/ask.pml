/* SPDX-License-Identifier: MIT */
/*
 * ask.pml - a process asks for its pages while another one shares its memory (module/ask.c), as a SPIN model; run by models/run
 *
 * The asker has a second thread, which creates a child that shares the memory: before the request, during it, or after it. The child runs,
 * and leaves the memory: by exit, or by exec, which may fail once before the point of no return.
 *
 * Checked:	the child never reads the asker's pid in the page;
 *		in the end, when the child has left, the page holds the asker's pid: no sharer stays recorded.
 *
 * Broken variants, each of which must be caught: BROKEN_BLIND does not walk the processes, BROKEN_EARLY walks them before the space is in
 * the table, BROKEN_EXEC records a process in the middle of exec as a sharer at once, BROKEN_EXIT records one that is exiting,
 * BROKEN_SETTLED publishes the pid before the walk.
 */
#define ASKER	1

byte page;			/* the process page: 0 or the asker's pid */
bool space;			/* the address space is in the table */
bool owner, settling, sharer;	/* under its lock */

/* The child. */
bool listed;			/* in the list of processes, with the asker's mm */
bool may_run;
bool live;			/* it has a thread that has not exited */
bool in_exec;
bool gone, asked;

#define PUBLISH	if :: owner && !settling && !sharer -> page = ASKER :: else -> page = 0 fi

/* The hooks look up the table, then take the lock. A space that was found stays valid, because the asker does not exit. */
inline event_fork()
{
	if
	:: space -> d_step { sharer = true; PUBLISH }
	:: else
	fi
}

inline event_leave()
{
	if
	:: space -> d_step { sharer = false; PUBLISH }
	:: else
	fi
}

inline read_page()
{
	assert(page == 0)
}

active proctype maker()
{
	d_step { live = true; listed = true }
	event_fork();
	may_run = true
}

active proctype child()
{
	may_run;
	read_page();
	if
	:: in_exec = true;		/* fails, for example because the file does not exist */
	   in_exec = false;
	   read_page()
	:: skip
	fi;
	if
	:: in_exec = true;
	   event_leave();
	   listed = false;		/* it has its new mm */
	   in_exec = false
	:: live = false;
	   event_leave();
	   listed = false
	fi;
	gone = true
}

/* Examines the child once. Sets doubt if it must be examined again. */
inline look()
{
	doubt = false;
	if
	:: listed ->
		d_step {
			if
#ifdef BROKEN_EXIT
			:: listed ->
#else
			:: listed && live ->
#endif
				if
#ifndef BROKEN_EXEC
				:: in_exec -> doubt = true
#endif
				:: else -> sharer = true; PUBLISH
				fi
			:: else
			fi
		}
	:: else
	fi
}

active proctype asker()
{
	bool doubt;

#ifdef BROKEN_EARLY
	look();
	d_step { space = true; owner = true; PUBLISH }
#else
	space = true;
#ifdef BROKEN_SETTLED
	d_step { owner = true; PUBLISH }
#else
	d_step { owner = true; settling = true; PUBLISH }
#endif
#ifndef BROKEN_BLIND
again:	look();
	if
	:: doubt -> goto again
	:: else
	fi;
#endif
	d_step { settling = false; PUBLISH }
#endif
	asked = true
}

active proctype judge()
{
	asked && gone;
	assert(page == ASKER)
}
