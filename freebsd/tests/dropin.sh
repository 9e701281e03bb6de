#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# An unmodified program under the drop-in gets exact answers, and ps(1) shows a title of 1800 bytes, which libc alone cannot set.

fail() {
	echo "dropin.sh: $*"
	exit 1
}

# The title that ps shows of a program with the variable $1 in its environment.
title() {
	env "$1" ./helper_plain "$text" >/dev/null &
	pid=$!
	shown=
	tries=0
	while [ "$shown" != "$text" ] && [ $tries -lt 30 ]; do
		sleep 0.1
		tries=$((tries + 1))
		shown=$(ps -ww -o args= -p $pid)
		# ps adds the name of the program if the title does not begin with it.
		shown=${shown% (helper_plain)}
	done
	kill $pid
}

text=y
while [ ${#text} -lt 1800 ]; do
	text=${text}yyyyyyyyy
done
dropin=LD_PRELOAD=$PWD/libusrsysshm-dropin.so
answer=$(env "$dropin" ./helper_plain)
[ "$answer" = "$(hostname) exact" ] || fail "the program prints: $answer"
title "$dropin"
[ "$shown" = "$text" ] || fail "ps shows ${#shown} bytes: $shown"
