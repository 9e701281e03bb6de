#!/bin/sh
# A setproctitle of a library that the drop-in does not know gets the whole title, as without the drop-in, however long it is.
set -eu
. "$(dirname "$0")/../shell.sh"

cat >/tmp/other.c <<'END'
#include <stdarg.h>
#include <stdio.h>
void setproctitle(const char *format, ...)
{
	static char title[10000];
	va_list arguments;

	if (!format) {
		puts("NULL");
		return;
	}
	va_start(arguments, format);
	vsnprintf(title, sizeof(title), format, arguments);
	va_end(arguments);
	puts(title);
}
END
cat >/tmp/caller.c <<'END'
void setproctitle(const char *format, ...);
int main(void)
{
	setproctitle("%s %05000d", "long:", 7);
	setproctitle("%d", 3);
	setproctitle("-%02054d", 5);
	setproctitle((void *)0);
	return 0;
}
END
cc -shared -fPIC -o /tmp/libother.so /tmp/other.c
cc -o /tmp/caller /tmp/caller.c /tmp/libother.so -Wl,-rpath,/tmp
/tmp/caller >/tmp/without
is "characters of the first title" 5006 "$(head -n 1 /tmp/without | tr -d '\n' | wc -c)"
is "the titles with the drop-in" "$(cat /tmp/without)" "$(usrsysshm run /tmp/caller)"
