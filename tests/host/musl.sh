#!/bin/bash
# The library, compiled for musl, answers in a program that is linked with it and in one that opens it with dlopen.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/program.c" <<'END'
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm.h>

int main(int argc, char **argv)
{
	int (*cputime)(struct timespec *time) = uss_thread_cputime;
	pid_t (*pid)(void) = uss_getpid;
	struct timespec time;

#ifdef PLUGIN
	void *library = dlopen(argv[argc - 1], RTLD_NOW);

	if (!library) {
		fputs(dlerror(), stderr);
		return 1;
	}
	*(void **)&cputime = dlsym(library, "uss_thread_cputime");
	*(void **)&pid = dlsym(library, "uss_getpid");
#endif
	(void)argc, (void)argv;
	return pid() != getpid() || cputime(&time) || time.tv_nsec < 0;
}
END
# The kernel's headers are beside those of glibc.
compile=(musl-gcc -std=c11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -Iinclude '-DUSS_VERSION="-"' -idirafter /usr/include
	-idirafter "/usr/include/$(gcc -print-multiarch)")
library=$work/libusrsysshm.so.0
"${compile[@]}" -fPIC -shared -o "$library" lib/*.c -Wl,--version-script=lib/libusrsysshm.map -Wl,-z,defs ||
	fail "the library does not compile for musl"
"${compile[@]}" -o "$work/linked" "$work/program.c" "$library" -Wl,-rpath,"$work"
"$work/linked" || fail "a program linked with the library: $?"
sed -i 's/= uss_[a-z_]*;/= NULL;/' "$work/program.c"
"${compile[@]}" -DPLUGIN -o "$work/plugin" "$work/program.c"
problem=$("$work/plugin" "$library" 2>&1) || fail "a program that opens the library: $problem"
