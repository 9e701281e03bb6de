#!/bin/sh
# stress-ng's stressors of the operations that the pages depend on, with its own verification.
set -eu
cd "$WORK"
for stressor in get fork vfork clone prctl pthread; do
	stress-ng --$stressor 2 --verify --timeout 3 --metrics-brief >log 2>&1 || { cat log; exit 1; }
	! grep -i 'fail' log
done
