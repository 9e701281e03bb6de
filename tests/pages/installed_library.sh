#!/bin/sh
# A program compiled against the installed header and library, shared and static, in C and C++, is served.
set -eu
. "$(dirname "$0")/../shell.sh"

cat >/tmp/program.c <<'END'
#include <usrsysshm.h>
#include <stdio.h>
#include <unistd.h>
int main(void) { printf("%d %u\n", uss_getpid() == getpid(), uss_served() & ~USS_SERVED_CPUTIME); return 0; }
END
cd /tmp
cc -Wall -Wextra -Werror -std=c99 -pedantic program.c -lusrsysshm -o shared
is "shared" "1 255" "$(./shared)"
contains "shared" "libusrsysshm.so.0" "$(ldd ./shared)"
cc -static program.c -lusrsysshm -o static
is "static" "1 255" "$(./static)"
cp program.c program.cc
c++ -Wall -Wextra -Werror program.cc -lusrsysshm -o cplusplus
is "C++" "1 255" "$(./cplusplus)"
