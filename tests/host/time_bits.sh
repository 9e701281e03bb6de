#!/bin/bash
# A 32-bit program gets its CPU time in its own struct timespec, compiled with _TIME_BITS=64 or without, from a library compiled with it or
# without, static or shared; also on a kernel before 5.1, which has only the system call for the small struct.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/program.c" <<'END'
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <usrsysshm.h>

static long long nanoseconds(void)
{
	long time[2];

	return syscall(SYS_clock_gettime, CLOCK_THREAD_CPUTIME_ID, time) ? -1 : time[0] * 1000000000ll + time[1];
}

int main(void)
{
	struct {
		struct timespec time;
		char after[16];
	} got;
	long long before, now, after;
	unsigned int i;

	memset(&got, 0x55, sizeof(got));
	before = nanoseconds();
	if (before < 0 || uss_thread_cputime(&got.time))
		return 1;
	after = nanoseconds();
	for (i = 0; i < sizeof(got.after); i++)
		if (got.after[i] != 0x55)
			return 2;
	now = got.time.tv_sec * 1000000000ll + got.time.tv_nsec;
	if (now < before || now > after)
		return 3;
	return got.time.tv_nsec < 0 || got.time.tv_nsec > 999999999 ? 4 : 0;
}
END

cat >"$work/before_5_1.c" <<'END'
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clock_gettime64, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };

	if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter))
		return 125;
	execv(argv[1], argv + 1);
	return 126;
}
END
gcc -m32 -Wall -Wextra -Werror -o "$work/before_5_1" "$work/before_5_1.c"

compile() { # FLAGS...
	$compiler -D_GNU_SOURCE -Wall -Wextra -Werror -Iinclude -DUSS_VERSION='"-"' "$@"
}

runs() { # WHAT FLAGS...
	local what=$1 status=0
	shift
	compile -o "$work/program" "$work/program.c" "$@"
	"$work/program" || status=$?
	is "$what: status" 0 $status
	"$work/before_5_1" "$work/program" || status=$?
	is "$what, before Linux 5.1: status" 0 $status
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
