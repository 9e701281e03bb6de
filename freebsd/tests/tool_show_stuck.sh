#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# usrsysshm show prints the pages of a process whose memory is locked.

. ./helper_stuck.sh
stuck_begin
./usrsysshm show $stuck >/tmp/uss-show.$$ &
show=$!
sleep 2
kill -0 $show 2>/dev/null && fail "show waits for the process"
case $(cat /tmp/uss-show.$$; rm /tmp/uss-show.$$) in
*"pid          $stuck"*) ;;
*) fail "no pages" ;;
esac
