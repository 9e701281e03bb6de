#!/bin/bash
# Devel::NYTProf: profiles a Perl program by its CPU time, and the report has each call.
set -eu
cd "$WORK"
cat >program.pl <<'END'
sub leaf { return $_[0] + 1 }
sub work { my $sum = 0; $sum += leaf($_) for 1 .. 5000; return $sum }
print work(), "\n";
END
[ "$(NYTPROF="file=profile:clock=3:usecputime=0" perl -d:NYTProf program.pl)" = 12507500 ]
nytprofcsv --file profile --out report >/dev/null
grep -q 'sub leaf' report/*program*.csv
grep -q '^[0-9.]*,5000,[0-9.]*,.*sub leaf' report/*program*.csv
