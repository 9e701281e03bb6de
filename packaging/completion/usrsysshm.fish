# Completion of usrsysshm for fish. The commands and options come from the command's own help, so that they are those of the installed version.

function __usrsysshm_commands
	usrsysshm --help 2>/dev/null | sed -n 's/^  \([a-z]*\)  *\(.*\)/\1\t\2/p'
end

function __usrsysshm_options
	set -l words (commandline -opc)
	usrsysshm $words[2] --help 2>/dev/null | sed -n 1p | grep -o -e '--[a-z]*'
	echo --help
end

complete -c usrsysshm -f
complete -c usrsysshm -n __fish_use_subcommand -a '(__usrsysshm_commands)'
complete -c usrsysshm -n __fish_use_subcommand -a help -d 'explain a command'
complete -c usrsysshm -n __fish_use_subcommand -l version -d 'print the version'
complete -c usrsysshm -n __fish_use_subcommand -l help
complete -c usrsysshm -n '__fish_seen_subcommand_from help' -a '(__usrsysshm_commands)'
complete -c usrsysshm -n '__fish_seen_subcommand_from run stat' -a '(__fish_complete_subcommand --fcs-skip=2)'
complete -c usrsysshm -n '__fish_seen_subcommand_from stat' -s o -l output -r -F
complete -c usrsysshm -n '__fish_seen_subcommand_from show' -a '(__fish_complete_pids)'
complete -c usrsysshm -n 'not __fish_use_subcommand; and string match -q -- "-*" (commandline -ct)' -a '(__usrsysshm_options)'
