#!/bin/sh
# The reader in docs/abi.md compiles as printed there with only the installed header. It finds the host name and, after
# unshare, reports that the page is not valid.
set -eu
. "$(dirname "$0")/../shell.sh"

document=$PWD/docs/abi.md
cd /tmp
sed -n '/^```c$/,/^```$/{/^```/d;p}' "$document" >reader.c
cat >>reader.c <<'END'
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	char text[32] = "", name[USS_NAME_SIZE];
	int fd = open("/proc/sys/kernel/usrsysshm", O_RDONLY);

	if (fd < 0 || read(fd, text, sizeof(text) - 1) < 1)
		return 1;
	puts(host_name((const void *)strtoul(text, NULL, 10), name) ? name : "ask");
	if (unshare(CLONE_NEWUTS))
		return 1;
	puts(host_name((const void *)strtoul(text, NULL, 10), name) ? name : "ask");
	return 0;
}
END
cc -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -o reader reader.c
hostname a-name-of-its-own
is "the reader" "a-name-of-its-own
ask" "$(./reader)"
