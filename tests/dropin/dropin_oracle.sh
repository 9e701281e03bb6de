#!/bin/sh
# The drop-in's answers equal the system call's everywhere in a program (tests/programs/oracle.c): alone, before and behind
# other preloaded libraries, for root and for an ordinary user. The answers come from the pages.
set -eu
. "$(dirname "$0")/../shell.sh"

oracle=build/tests/programs/oracle
is "without" "all right" "$($oracle)"
is "with" "all right" "$(usrsysshm run $oracle)"
is "as an ordinary user" "all right" "$(setpriv --reuid 65534 --clear-groups usrsysshm run $oracle)"
dropin=$(usrsysshm run sh -c 'echo $LD_PRELOAD')
for library in libjemalloc.so.2 libtcmalloc_minimal.so.4 faketime/libfaketime.so.1; do
	library=$(echo /usr/lib/*/$library)
	[ -f "$library" ] || fail "a library to preload beside the drop-in is not installed; see vm/setup check"
	is "behind $library" "all right" "$(LD_PRELOAD=$library usrsysshm run $oracle)"
	is "before $library" "all right" "$(LD_PRELOAD=$dropin:$library $oracle)"
done
# gcc's address sanitizer must be the first library. For a program linked with it the drop-in comes second if the sanitizer is
# named first.
cc -fsanitize=address -pthread -o /tmp/sanitized tests/programs/oracle.c
asan=$(cc -print-file-name=libasan.so)
is "with the address sanitizer" "all right" "$(LD_PRELOAD=$(readlink -f "$asan") ASAN_OPTIONS=detect_leaks=0 usrsysshm run /tmp/sanitized 1)"

# Opened and closed repeatedly by dlopen, like a plugin.
cat >/tmp/plugin.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	for (int i = 0; i < 100; i++) {
		void *library = dlopen(argv[argc - 1], RTLD_NOW);
		pid_t (*ask)(void) = (pid_t (*)(void))dlsym(library, "getpid");
		if (!library || !ask || ask() != syscall(SYS_getpid) || dlclose(library))
			return 1;
	}
	puts("all right");
	return 0;
}
END
cc -o /tmp/plugin /tmp/plugin.c
is "dlopen and dlclose" "all right" "$(/tmp/plugin "$dropin")"

# The answers come from the pages: a hundred of each call leave hardly any system call.
strace -f -o /tmp/calls -e trace=getpid,uname,sysinfo,openat usrsysshm run python3 -S -c '
import ctypes, os, socket
libc, name = ctypes.CDLL(None), ctypes.create_string_buffer(65)
for i in range(100): os.getpid(), socket.gethostname(), os.uname(), os.getloadavg(), os.cpu_count(), libc.getdomainname(name, 65), libc.get_nprocs()'
calls=$(grep -c 'getpid()\|uname(\|sysinfo(\|cpu/online' /tmp/calls || true)
[ "$calls" -lt 10 ] || fail "$calls system calls for values that are in the pages"

# Opened by a program that has cleared its environment, and by a program with another libc that lacks some functions of glibc.
cat >/tmp/bare.c <<'END'
#include <dlfcn.h>
#include <stdlib.h>
int main(int argc, char **argv) { clearenv(); return !dlopen(argv[argc - 1], RTLD_NOW); }
END
cc -o /tmp/bare /tmp/bare.c
/tmp/bare "$dropin" || fail "dlopen without an environment: $?"
printf '#include <stdio.h>\n#include <unistd.h>\nint main(void) { printf("%%d %%ld\\n", getpid() > 1, sysconf(_SC_PAGESIZE)); return 0; }\n' >/tmp/musl.c
musl-gcc -o /tmp/musl /tmp/musl.c
is "a program linked with musl" "1 4096" "$(usrsysshm run /tmp/musl)"
