#!/bin/bash
# No key path takes 5 % more instructions than docs/performance/paths-instructions.csv says, such as getpid from the page, a title, a fork
# of a process with pages, and an exec of a program that never asks (bench/paths.c). Compares the lower quartiles, because disturbances only
# add instructions.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

file=docs/performance/paths-instructions.csv
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
bench/run --print paths-instructions >"$work/now"

about() { sed -n "s/^# $1: //p" "$2"; }
if [ "$(about compiler $file)" != "$(about compiler "$work/now")" ]; then
	echo "the file is of another compiler or libc ($(about compiler $file)), which this is not ($(about compiler "$work/now"))"
	exit 77
fi
awk -F , -v file=$file -v kernels="kernel $(about kernel $file) in the file, $(about kernel "$work/now") now" '
	/^#/ || $NF == "high" { next }
	FILENAME == file { kept[$2] = $4; next }
	{
		now[$2] = 1
		change = $2 in kept ? sprintf("%+.1f %%", 100 * ($4 / kept[$2] - 1)) : "not in the file"
		printf "%-50s %10s -> %10s %s\n", $2, kept[$2], $4, change
		if (!($2 in kept) || $4 > 1.05 * kept[$2])
			bad = bad "\n  " $2 ": " change
		else if ($4 < 0.95 * kept[$2])
			better = 1
	}
	END {
		for (path in kept)
			if (!(path in now))
				bad = bad "\n  " path ": not measured"
		if (better)
			print "Some path became cheaper: run bench/run paths-instructions, so that a later growth is noticed."
		if (bad == "")
			exit
		print "Grown by more than 5 % (" kernels "):" bad
		exit 1
	}' $file "$work/now" ||
	fail "a key path takes more instructions (see above). If that is intended, run bench/run paths-instructions and commit $file"
