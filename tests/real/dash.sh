#!/bin/sh
# dash with job control on a terminal: it vforks, and the child calls getpid and setpgid before exec.
set -eu
cat >"$WORK/commands" <<'END'
set -m
sleep 100 & kill %1
true | cat | cat
(exit 3); [ $? = 3 ] || exit 1
sleep 0.1 & wait %% && fg %% 2>/dev/null
for i in 1 2 3 4 5 6 7 8 9 10; do /bin/true & wait $! || exit 2; done
echo all "right"
END
script -qec "dash '$WORK/commands'" /dev/null | grep -q 'all right'
