#!/bin/bash
# Each installed header compiles alone without a warning, in all C and C++ standards in use, with gcc and clang, for 64 and 32
# bits. So do the macros of the ABI header.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
make -s install DESTDIR="$work"
include=$work/usr/include
cat >"$work/abi.c" <<'END2'
#include <usrsysshm/abi.h>
int main(void)
{
	static const struct uss_system_page page = { { USS_MAGIC_SYSTEM, USS_ABI_VERSION, sizeof(page), 0, USS_FEATURE_NAMES }, 0, 0,
						     { "", "", "", "", "", "" } };
	const volatile struct uss_system_page *p = &page;
	const struct uss_names *names = &page.names;
	__u64 word = USS_SLOT(3, 1, USS_SLOT_FREE), title = USS_TITLE(2, 9, word & USS_STAMP_MASK);

	return !USS_HAS(p, names) || sizeof(*names) != 6 * USS_NAME_SIZE || USS_SLOT_STAMP(word) != 3 || USS_SLOT_PID(word) != 1 ||
	       USS_SLOT_STATE(word) != USS_SLOT_FREE || USS_TITLE_SLOT(title) != 2 || USS_TITLE_LENGTH(title) != 9 ||
	       USS_TITLE_STAMP(title) != word || USS_SLOT_OFFSET(1) != 192 + USS_SLOT_SIZE;
}
END2

# c2x is the name of C23 before gcc 14 and clang 18. Many libraries still require C99.
compile() { # COMPILER LANGUAGE STANDARD BITS
	local source
	for source in $(cd "$include" && find . -name '*.h') abi.c; do
		case $source in
		abi.c) cp "$work/abi.c" "$work/program" ;;
		*) echo "#include <${source#./}>" >"$work/program" ;;
		esac
		"$1" -x "$2" -std="$3" -m"$4" -Wall -Wextra -pedantic -Werror -I"$include" -c -o "$work/object" "$work/program" \
			>"$work/log" 2>&1 || { cat "$work/log" >&2; fail "$1 -std=$3 -m$4: $source"; }
		compiled=$((compiled + 1))
	done
}

compiled=0
for bits in 64 32; do
	for standard in c99 c11 c17 c2x; do
		compile gcc c $standard $bits
		compile clang c $standard $bits
	done
	for standard in c++98 c++03 c++11 c++14 c++17 c++20; do
		compile g++ c++ $standard $bits
		compile clang++ c++ $standard $bits
	done
done
is "compiled" $((2 * 2 * (4 + 6) * 3)) "$compiled"
