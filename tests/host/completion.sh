#!/bin/bash
# Completion of the command in bash, zsh and fish: subcommands, options, pids, and the command lines after run and stat.
set -eu
cd "$(dirname "$0")/../.."
. tests/shell.sh

vm/setup build completion
make -s user
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/bin"
ln -s "$PWD/build/usrsysshm" "$work/bin/usrsysshm"
export PATH=$work/bin:$PATH HOME=$work
commands=$(usrsysshm --help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | sort | xargs)
contains "commands" "selftest show stat status" "$commands"

in_bash() { # WORD...: what bash offers for the last word
	bash -c '. packaging/completion/usrsysshm; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _usrsysshm; printf "%s\n" "${COMPREPLY[@]}"' bash "$@" | sort | xargs
}
is "bash: commands" "$(echo --help --version "$commands" help | tr ' ' '\n' | sort | xargs)" "$(in_bash usrsysshm '')"
is "bash: sta" "stat status" "$(in_bash usrsysshm sta)"
is "bash: help" "$commands" "$(in_bash usrsysshm help '')"
is "bash: status -" "--help --json" "$(in_bash usrsysshm status -)"
contains "bash: stat -" "--follow" "$(in_bash usrsysshm stat -)"
is "bash: stat --output" "$(ls -d packaging/comp*)" "$(in_bash usrsysshm stat --output packaging/comp)"
contains "bash: run" "bash" "$(in_bash usrsysshm run bas)"
contains "bash: run --verbose --" "bash" "$(in_bash usrsysshm run --verbose -- bas)"
is "bash: a command's argument" "packaging/completion" "$(in_bash usrsysshm run -- cat packaging/comp)"
contains "bash: show" " $$ " " $(in_bash usrsysshm show '') "

in_fish() { fish -c "source packaging/completion/usrsysshm.fish; complete -C '$1'" | cut -f 1 | sort | xargs; }
is "fish: commands" "$(echo "$commands" help | tr ' ' '\n' | sort | xargs)" "$(in_fish 'usrsysshm ')"
is "fish: sta" "stat status" "$(in_fish 'usrsysshm sta')"
is "fish: help" "$commands" "$(in_fish 'usrsysshm help ')"
contains "fish: status -" "--json" "$(in_fish 'usrsysshm status -')"
contains "fish: run" "bash" "$(in_fish 'usrsysshm run bas')"
contains "fish: show" "$$" "$(in_fish "usrsysshm show $$")"

# A zsh with a terminal, because only the line editor completes. It prints the line that a tab has made.
in_zsh() { # LINE
	zsh -f -c '
		zmodload zsh/zpty
		zpty z zsh -f -i
		zpty -w z "PS1=; fpath=(packaging/completion \$fpath); autoload -U compinit; compinit -u -D"
		zpty -w z "show() { print -r -- \"[[\$BUFFER]]\" >'"$work"'/line; BUFFER=; zle accept-line }; zle -N show; bindkey \"^X\" show; print READY"
		while zpty -r z line; do [[ $line == *READY* && $line != *print* ]] && break; done
		zpty -w -n z "$1"$'"'\t\x18'"'
		for i in {1..100}; do [[ -s $2 ]] && break; sleep 0.1; done
		zpty -d z' zsh "$1" "$work/line"
	cat "$work/line"
	rm "$work/line"
}
is "zsh: ru" "[[usrsysshm run ]]" "$(in_zsh "usrsysshm ru")"
is "zsh: help sho" "[[usrsysshm help show ]]" "$(in_zsh "usrsysshm help sho")"
is "zsh: status --js" "[[usrsysshm status --json ]]" "$(in_zsh "usrsysshm status --js")"
is "zsh: run cat packaging/comp" "[[usrsysshm run cat packaging/completion/]]" "$(in_zsh "usrsysshm run cat packaging/comp")"
