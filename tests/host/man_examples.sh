#!/bin/bash
# The manual pages are complete and right. Each function of the library has a page with all its sections, and each page a function, with the
# prototype of the header. The C examples compile without a warning and print what the page says. usrsysshm(1) has every subcommand and
# option, usrsysshm(4) the layout of the pages, and every sysctl, attribute and parameter of the module. The header documents each function.
# The sessions in usrsysshm(1), (4) and (7) are run by the test man_commands.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

make -s user tests
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

functions=$(sed -n 's/^[a-z].*\b\(uss_[a-z_]*\)(.*/\1/p' include/usrsysshm.h | sort)
is "functions and their pages" "$functions" "$(cd man && ls uss_*.3 | sed 's/\.3$//')"

# has WHAT TEXT <FILE
has() { grep -qF -e "$2" || fail "$1: there is no '$2'"; }

# The comment before a function's declaration.
comment_of() {
	awk -v f="$1" '/^\/\*/ { text = "" } /^ \*/ { text = text $0 "\n" } $0 ~ "^[a-z].*[ *]" f "\\(" { printf "%s", text; exit }' include/usrsysshm.h
}
for function in $functions; do
	comment=$(comment_of "$function")
	has "header: first line of the comment of $function" "$function" < <(head -n 1 <<<"$comment")
	has "header: $function" "Replaces " <<<"$comment"
	since=$(grep -o 'Since [0-9.]*[0-9]' <<<"$comment" | head -n 1) || fail "header: $function: no version since which it exists"
	grep -q 'Return: \|errno is left unchanged' <<<"$comment" || fail "header: $function: nothing about its result and errors"
	declaration=$(sed -n "/^[a-z].*[ *]$function(/s/.*$function(\(.*\)).*/\1/p" include/usrsysshm.h | sed 's/) __attribute__.*//')
	for parameter in $(grep -o '[a-z]*\(\[\]\)\?\(,\|$\)' <<<"$declaration" | tr -d '[],'); do
		case $parameter in
		void) ;;
		*) has "header: $function" "@$parameter" <<<"$comment" ;;
		esac
	done

	has "usrsysshm(7): FUNCTIONS" "Xr $function 3" <man/usrsysshm.7

	page=man/$function.3
	for section in NAME LIBRARY SYNOPSIS DESCRIPTION "RETURN VALUES" EXAMPLES ERRORS ATTRIBUTES "SEE ALSO" HISTORY; do
		grep -qxF ".Sh $section" "$page" || fail "$page: no section $section"
	done
	has "$page" "Fl lusrsysshm" <"$page"
	has "$page" "Async-signal safety" <"$page"
	has "$page: HISTORY" "usrsysshm ${since#Since }." < <(sed -n '/^\.Sh HISTORY/,$p' "$page")

	# The synopsis is a declaration that agrees with the header's.
	mandoc -T ascii "$page" | sed 's/.\x08//g' | sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | sed '1d;$d' >"$work/synopsis.c"
	grep -q "$function(" "$work/synopsis.c" || fail "$page: no prototype"
	cc -std=gnu11 -Iinclude -Wall -Wextra -Werror -fsyntax-only "$work/synopsis.c" 2>"$work/log" ||
		fail "$page: its synopsis differs from the header: $(cat "$work/log")"
done

# Every page that is referred to exists.
for name in $(sed -n 's/^\.Xr \(uss_[a-z_]*\|usrsysshm\) \([1-8]\).*/\1.\2/p' man/* | sort -u); do
	[ -f "man/$name" ] || fail "a page refers to $name, which does not exist"
done

LD_LIBRARY_PATH=$PWD/build tests/man_page.py programs >"$work/programs" || fail "an example differs from its page"
[ "$(cat "$work/programs")" -ge "$(wc -w <<<"$functions")" ] || fail "$(cat "$work/programs") examples for $(wc -w <<<"$functions") functions"

# Every subcommand and option of the tool, each in the part of its subcommand.
subcommands=$(build/usrsysshm --help | sed -n 's/^  \([a-z]*\) .*/\1/p')
[ -n "$subcommands" ] || fail "usrsysshm --help lists no subcommand"
for command in $subcommands; do
	part=$(sed -n "/^\.Ss $command$/,/^\.S[sh]/p" man/usrsysshm.1 | sed '$d')
	[ -n "$part" ] || fail "usrsysshm(1): nothing about $command"
	for option in $(build/usrsysshm "$command" --help | sed -n '1,/^$/p' | grep -o -- '\[-[^]]*\]' | grep -oE -- '-[a-z-]+'); do
		[ "$option" = -- ] || has "usrsysshm(1): $command" "Fl ${option#-}" <<<"$part"
	done
done
is "subcommands in usrsysshm(1)" "$subcommands" "$(sed -n '/^\.Sh DESCRIPTION/,/^\.Sh ENV/s/^\.Ss //p' man/usrsysshm.1)"
for variable in $(grep -ohE 'getenv\("[A-Z_]+"\)' tool/*.c | cut -d '"' -f 2 | sort -u); do
	[ "$variable" = PATH ] || has "usrsysshm(1): ENVIRONMENT" ".It Ev $variable" <man/usrsysshm.1
done

# usrsysshm(4): layout, sysctls, attributes, parameters.
{
	printf '#include <stddef.h>\n#include <usrsysshm/abi.h>\n'
	awk '/^\.Ss struct / { type = $3 }
		type && $1 == ".It" && $2 ~ /^[0-9]+$/ {
			printf "_Static_assert(offsetof(struct %s, %s) == %s, \"offset\");\n", type, $6, $2
			printf "_Static_assert(sizeof(((struct %s *)0)->%s) == %s, \"size\");\n", type, $6, $4
		}' man/usrsysshm.4
} >"$work/layout.c"
is "usrsysshm(4): fields" "$(grep -c '^USS_AT(.*' include/usrsysshm/abi.h)" "$(($(grep -c offsetof "$work/layout.c") + 5))"
cc -Iinclude -fsyntax-only "$work/layout.c" 2>"$work/log" || fail "usrsysshm(4): layout: $(cat "$work/log")"
names=$(grep -oh 'procname = "[a-z_]*"' module/*.c | cut -d '"' -f 2
	grep -oh '__ATTR_RO([a-z_]*' module/*.c | cut -d '(' -f 2)
for name in $names; do
	has "usrsysshm(4)" ".It Pa $name" <man/usrsysshm.4
done
for name in $(grep -oh 'module_param_named([a-z_]*' module/*.c | cut -d '(' -f 2); do
	has "usrsysshm(4)" ".It Cm $name" <man/usrsysshm.4
done
