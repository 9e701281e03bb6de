#!/bin/bash
# Proves that `usrsysshm selftest` finds broken modules: breaks the module in one way at a time, in a copy, builds it, and loads each one in a
# guest. The selftest must report what is given beside the change. (make check-selftest)
#
#   tests/selftest_mutants [NAME...]         default: all; half a minute each to build, a few seconds each in the guest
set -u
cd "$(dirname "$(realpath "$0")")/.." || exit 1

# NAME, FILE, sed's program, what the selftest must find: "differs" (exit status 1) or "not served" (2), and in which trial
mutants() { sed 's/^ *//; /^$/d' <<'END'
	sharer-not-published	module/process.c	/^void uss_process_add_sharer/,/^}/s/uss_publish(space);//	differs	vfork
	pid-of-init-namespace	module/process.c	s/task_tgid_nr_ns(task, task_active_pid_ns(task))/task_tgid_nr(task)/	differs	pid namespace
	same-forkid	module/process.c	s/return atomic64_inc_return(&uss_last_forkid);/return 1000;/	differs	fork, 30 children at once
	child-shares-page	module/map.c	s/space = uss_space_attach(vma->vm_mm);/space = uss_space_attach(current->mm);/	differs	fork by raw clone(2) and clone3(2)
	time-namespace-unnoticed	module/process.c	s/if (new->time_ns != task->nsproxy->time_ns)/if (0)/	differs	time namespace
	time-namespace-ignored	module/process.c	s/start += timespec64_to_ns.*$//	differs	time namespace
	uts-namespace-unnoticed	module/names.c	/^static void uss_names_enter/,/^}/s/uss_names_drop(space, true);/;/	differs	UTS namespace by setns(2)
	one-page-for-all	module/names.c	s/if (system->ns == ns)/if (1)/;s/hash_ptr(ns, USS_SYSTEM_BITS)/0/	differs	UTS namespace
	names-copied-once	module/names.c	s/^\tmemcpy(&page->names, /\tif (!page->names.sysname[0]) &/	differs	host name set by sethostname(2)
	sysctl-unnoticed	module/hooks.c	s/ || strstr(function, "proc_do_uts_string")//	not served	host name set in /proc/sys/kernel
	personality-unnoticed	module/hooks.c	s/uss_space_personality(current);/(void)ip;/	differs	personality
	32-bit-personality-unnoticed	module/hooks.c	s/{ USS_COMPAT_SYSCALL_NAME("personality")/{ USS_SYSCALL_NAME("getsid")/	differs	personality set by 32-bit system call
	wrong-number-of-processors	module/machine.c	s/num_online_cpus()/num_online_cpus() + 1/	differs	processors online
	wrong-loads	module/machine.c	s/READ_ONCE(avenrun\[i\])/(READ_ONCE(avenrun[i]) + 1)/	differs	load averages
	title-from-wrong-slot	module/title.c	s/slot = USS_TITLE_SLOT(title);/slot = USS_TITLE_SLOT(title); slot = slot ? slot - 1 : slot;/	differs	titles of all lengths, inherited by fork
	title-not-inherited	module/map.c	s/uss_space_inherit(space, from);/(void)from;/	differs	titles of all lengths, inherited by fork
END
}

for name; do
	grep -q "^	*$name	" <(mutants) || { echo "tests/selftest_mutants: no mutant $name" >&2; exit 1; }
done
vm/setup build vm && make -s user && make -s module KERNEL=6.12 || exit 1
# In the checkout, which the guest sees.
work=$(mktemp -d "$PWD/build/selftest.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
mkdir "$work/modules"
survived=0
while IFS=$'\t' read -r name file program result trial; do
	[ $# = 0 ] || [[ " $* " == *" $name "* ]] || continue
	mkdir "$work/tree"
	cp -r Makefile VERSION module lib tests vm include tool dropin bench examples "$work/tree"
	(
		cd "$work/tree" || exit 2
		sed -i "$program" "$file"
		! cmp -s "$file" "$OLDPWD/$file" || { echo "the change does not apply"; exit 2; }
		make -s module KERNEL=6.12 && cp build/*/usrsysshm.ko "$work/modules/$name.ko"
	) >"$work/log" 2>&1 </dev/null || { echo "SURVIVED   $name: not built"; sed 's/^/    /' "$work/log"; survived=1; }
	rm -rf "$work/tree"
	printf '%s\t%s\t%s\n' "$name" "$result" "$trial" >>"$work/list"
done < <(mutants)

cat >"$work/in_guest" <<'END'
cd "$1" || exit 1
while IFS=$(printf '\t') read -r name result trial; do
	[ -e "modules/$name.ko" ] || continue
	insmod "modules/$name.ko" || { echo "SURVIVED   $name: it cannot be loaded"; continue; }
	usrsysshm selftest --quiet >output 2>&1
	status=$?
	expected=1
	[ "$result" = differs ] || expected=2
	if [ $status = $expected ] && grep -q "^$trial  *[0-9]*  *[0-9]*  $result" output; then
		echo "caught     $name: $(grep "^$trial " output | tr -s ' ')"
	else
		echo "SURVIVED   $name: status $status"
		sed 's/^/    /' output
	fi
	rmmod usrsysshm || exit 1
done <list
END
# The unbroken module first: a failure proves something only if the selftest passes without the change.
/usr/local/bin/guest-slot vm/run --no-module --timeout 900 -- sh -c '
	insmod "$USRSYSSHM_MODULE" && usrsysshm selftest --quiet && rmmod usrsysshm && exec sh "$1/in_guest" "$1"' sh "$work" >"$work/result" ||
	{ echo "tests/selftest_mutants: the guest, or the unbroken module, failed"; survived=1; }
cat "$work/result"
! grep -q ^SURVIVED "$work/result" || survived=1
[ "$(grep -c '^caught' "$work/result")" = "$(wc -l <"$work/list")" ] || survived=1
exit $survived
