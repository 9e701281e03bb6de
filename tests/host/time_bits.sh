#!/bin/bash
# A 32-bit program gets its CPU time in its own struct timespec, compiled with _TIME_BITS=64 or without, from a library compiled with it or
# without, static or shared.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/program.c" <<'END'
#include <string.h>
#include <time.h>
#include <usrsysshm.h>

static long long nanoseconds(const struct timespec *time)
{
	return time->tv_sec * 1000000000ll + time->tv_nsec;
}

int main(void)
{
	struct {
		struct timespec time;
		char after[16];
	} got;
	struct timespec before, after;
	unsigned int i;

	memset(&got, 0x55, sizeof(got));
	if (clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before) || uss_thread_cputime(&got.time) || clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after))
		return 1;
	for (i = 0; i < sizeof(got.after); i++)
		if (got.after[i] != 0x55)
			return 2;
	if (nanoseconds(&got.time) < nanoseconds(&before) || nanoseconds(&got.time) > nanoseconds(&after))
		return 3;
	return got.time.tv_nsec < 0 || got.time.tv_nsec > 999999999 ? 4 : 0;
}
END

compile() { # FLAGS...
	$compiler -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -DUSS_VERSION='"-"' "$@"
}

runs() { # WHAT FLAGS...
	local what=$1 status=0
	shift
	compile -o "$work/program" "$work/program.c" "$@"
	"$work/program" || status=$?
	is "$what: status" 0 $status
}

make_library() { # FLAGS...
	(cd "$work" && rm -f ./*.o && compile "$@" -fPIC -c "$OLDPWD"/lib/*.c -I"$OLDPWD/include")
	$compiler "$1" -shared -o "$work/libusrsysshm.so" "$work"/*.o -Wl,--version-script=lib/libusrsysshm.map
}

time64="-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64"
for library in "" "$time64"; do
	compiler=gcc
	# shellcheck disable=SC2086 # several words
	make_library -m32 $library || fail "the library does not compile with '$library'"
	for program in "" "$time64"; do
		for compiler in gcc clang g++; do
			runs "$compiler -m32 $program, static library with '$library'" -m32 $program "$work"/*.o
			runs "$compiler -m32 $program, shared library with '$library'" -m32 $program "$work/libusrsysshm.so" -Wl,-rpath,"$work"
		done
	done
done
