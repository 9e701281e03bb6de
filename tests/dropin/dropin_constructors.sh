#!/bin/sh
# The drop-in's calls end, and are right, in a thread for which the constructor of a dlopened library waits (glibc holds the lock of the
# dynamic linker meanwhile), and in a constructor that runs before the drop-in's own. With glibc and with musl.
set -eu
. "$(dirname "$0")/../shell.sh"

cat >/tmp/plugin.c <<'END'
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static void *calls(void *unused)
{
	static const clockid_t clocks[] = { CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_THREAD_CPUTIME_ID };
	static struct timespec before, time, after;	/* not on the stack: CPU time goes to libc, too */
	struct utsname names;
	double loads[3];
	char name[65];

	for (int i = 0; i < 3; i++) {
		if (syscall(SYS_clock_gettime, clocks[i], &before) || clock_gettime(clocks[i], &time) ||
		    syscall(SYS_clock_gettime, clocks[i], &after))
			_exit(2);
		/* The vDSO's clock may be some nanoseconds ahead of the system call's. */
		if (time.tv_sec < before.tv_sec - 1 || time.tv_sec > after.tv_sec + 1)
			_exit(3);
	}
	if (getpid() != syscall(SYS_getpid) || uname(&names) || gethostname(name, sizeof(name)) || getloadavg(loads, 3) != 3 ||
	    sysconf(_SC_PAGESIZE) != 4096 || sysconf(_SC_NPROCESSORS_ONLN) < 1)
		_exit(4);
	return unused;
}

__attribute__((constructor)) static void loaded(void)
{
	pthread_t thread;

#ifdef EARLY
	calls(NULL);
	puts("called");
#endif
	if (pthread_create(&thread, NULL, calls, NULL) || pthread_join(thread, NULL))
		_exit(5);
}
END
cat >/tmp/opener.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(int argc, char **argv) { puts(argc < 2 || dlopen(argv[1], RTLD_NOW) ? "all right" : dlerror()); return 0; }
END
dropin=$(usrsysshm run sh -c 'echo $LD_PRELOAD')
for compiler in cc musl-gcc; do
	$compiler -D_GNU_SOURCE -shared -fPIC -pthread -o /tmp/plugin.so /tmp/plugin.c
	$compiler -D_GNU_SOURCE -DEARLY -shared -fPIC -pthread -o /tmp/early.so /tmp/plugin.c
	$compiler -o /tmp/opener /tmp/opener.c
	status=0
	timeout 10 usrsysshm run /tmp/opener /tmp/plugin.so >/tmp/out || status=$?
	is "$compiler: opened, status" "0 all right" "$status $(cat /tmp/out)"
	# glibc runs constructors of preloaded libraries from the last to the first.
	for order in "$dropin:/tmp/early.so" "/tmp/early.so:$dropin"; do
		status=0
		timeout 10 env LD_PRELOAD=$order /tmp/opener >/tmp/out || status=$?
		is "$compiler: LD_PRELOAD=$order, status" "0 called all right" "$status $(echo $(cat /tmp/out))"
	done
done
