#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# ps(1) shows a title of 2048 bytes.

text=x
while [ ${#text} -lt 2048 ]; do
	text=$text$text
done
./helper_title "$text" &
pid=$!
shown=
tries=0
while [ "$shown" != "$text" ] && [ $tries -lt 50 ]; do
	sleep 0.1
	tries=$((tries + 1))
	shown=$(ps -ww -o args= -p $pid)
	# ps adds the name of the program if the title does not begin with it, and there is room.
	shown=${shown% (helper_title)}
done
kill $pid
if [ "$shown" != "$text" ]; then
	echo "title_ps.sh: ps shows ${#shown} bytes: $shown"
	exit 1
fi
