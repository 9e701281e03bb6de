#!/bin/bash
# `usrsysshm ps` shows each name and title as ps does, whatever characters are in it, in a UTF-8 locale and in another one. Only how many ?
# or . stand for what cannot be printed differs, also between versions of ps.
set -eu
. "$(dirname "$0")/../shell.sh"

# A zombie with that name.
cat >/tmp/zombie.c <<'END'
#include <sys/prctl.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	if (fork() == 0) {
		prctl(PR_SET_NAME, argc > 1 ? argv[1] : "");
		_exit(0);
	}
	pause();
}
END
cc -o /tmp/zombie /tmp/zombie.c
pids=()
for name in plain '  blanks' 'back\slash' $'new\nline' '' '(a) b' $'\u00e9t\u00e9' $'bidi\u202ex'; do
	/tmp/zombie "$name" &
	sleep 0.2
	pids+=("$(pgrep -P $!)")
done
for title in plain $'\u0416\u041b cyrillic' $'bidi\u202ex' $'line\u2028x' $'zero\u200bwidth' $'\u6f22\u5b57' $'control\x01\x9b\x7f' $'c1\u009bm' $'bad\xff\xc3' \
	$'last\uffff' $'new\nline'; do
	(exec -a "$title" sleep 1000) &
	pids+=($!)
done
sleep 0.5
replaced() { sed 's/[?.][?.]*/?/g'; }
for locale in C.UTF-8 C; do
	export LC_ALL=$locale
	usrsysshm ps >/tmp/out
	for pid in "${pids[@]}"; do
		is "$locale: process $pid" "$(ps -ww -o args= -p "$pid" | replaced)" "$(sed -n "s/^ *$pid root     //p" /tmp/out | replaced)"
	done
done
kill $(jobs -p)
