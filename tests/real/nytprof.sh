#!/bin/bash
# Devel::NYTProf: profiles a Perl program by its CPU time. The report has each call, and counts work but not sleep.
set -eu
cd "$WORK"
cat >program.pl <<'END'
sub leaf { return $_[0] + 1 }
sub work { my $sum = 0; $sum += leaf($_) for 1 .. 5000; return $sum }
print work(), "\n";
select undef, undef, undef, 2;
END
[ "$(NYTPROF="file=profile:clock=3:usecputime=0" perl -d:NYTProf program.pl)" = 12507500 ]
nytprofcsv --file profile --out report >/dev/null
# Lines of the report: seconds, calls, seconds for one call, source.
awk -F, '/sub leaf/ { leaf = $1; calls = $2 } /select undef/ { slept = $1 } END { exit !(calls == 5000 && leaf > 0 && slept < 1) }' \
	report/*program*.csv
