#!/usr/bin/env python3
"""
The examples of the manual pages, for the tests.

  tests/man_page.py examples PAGE DIRECTORY
	Writes each literal display of the page (.Bd -literal), as a reader sees it, to a file in DIRECTORY: 01.c for a C program, 01.sh for
	a session with a shell (its first line begins with "$ " or "# "), and 01a.out, 01b.out for what the program before it prints.
	The build does this for all pages, in build/man/PAGE/, and builds the programs as build/man/PAGE/01/program.
  tests/man_page.py programs
	Runs all programs. A program must print its last output if the module is loaded, its first otherwise.
  tests/man_page.py sessions DIRECTORY
	Runs all sessions in DIRECTORY, each in a shell of its own, and compares what each command prints.

A line "..." in an output stands for any lines. Numbers are compared, unless the text before the display says "with other" or "with
another": then equal numbers must be equal, and different ones different. Such a display begins with a line "%numbers".
"""
import glob
import os
import platform
import re
import subprocess
import sys

NUMBER = re.compile(r"\d+(?:\.\d+)*")


def fail(message):
    sys.exit(f"tests/man_page: {message}")


def examples(page, directory):
    displays, text, previous = [], None, ""
    for line in open(page):
        if line.startswith(".Bd -literal"):
            text = []
        elif line.startswith(".Ed") and text is not None:
            displays.append((previous, "".join(text)))
            text = None
        elif text is not None:
            text.append(line.replace(r"\e", "\\").replace(r"\&", "").replace(r"\-", "-"))
        elif not line.startswith((".Pp", ".Pa")):
            previous = line
    number, outputs = 0, 0
    for before, text in displays:
        if text.startswith("#include"):
            number, outputs, ending = number + 1, 0, ".c"
        elif text.startswith(("$ ", "# ")):
            number, outputs, ending = number + 1, 0, ".sh"
        else:
            ending = "abcdef"[outputs] + ".out"
            outputs += 1
        loose = re.search(r"with (other|another) ", before) and ending != ".c"
        open(f"{directory}/{number:02}{ending}", "w").write(("%numbers\n" if loose else "") + text)


def matches(expected, got):
    loose = expected.startswith("%numbers\n")
    names = {}

    def number(match):
        if match[0] in names:
            return f"(?P={names[match[0]]})"
        names[match[0]] = f"n{len(names)}"
        return f"(?P<{names[match[0]]}>{NUMBER.pattern})"

    pattern = ""
    for line in expected.removeprefix("%numbers\n").splitlines():
        if line == "...":
            pattern += r"(?:.*\n)*?"
        elif loose:
            at = 0
            for match in NUMBER.finditer(line):
                pattern += re.escape(line[at:match.start()]) + number(match)
                at = match.end()
            pattern += re.escape(line[at:]) + "\n"
        else:
            pattern += re.escape(line) + "\n"
    match = re.fullmatch(pattern, got)
    return match and len(set(match.groups())) == len(match.groups())


def compare(expected, got, what):
    if not matches(expected, got):
        fail(f"{what} prints something else: expected\n{expected}got\n{got}")


def localize(text):
    """This machine's names in place of those in the examples."""
    domain = open("/proc/sys/kernel/domainname").read().strip()
    return text.replace("db.example.org", platform.node()).replace("(none)", domain).replace("x86_64", platform.machine())


def programs():
    sources = sorted(glob.glob("build/man/*/*.c"))
    for source in sources:
        outputs = sorted(glob.glob(source[:-2] + "?.out"))
        if not outputs:
            fail(f"{source}: the page does not say what it prints")
        expected = outputs[-1 if os.path.exists("/sys/kernel/usrsysshm") else 0]
        done = subprocess.run([source[:-2] + "/program"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode or done.stderr:
            fail(f"{source}: exit status {done.returncode}: {done.stderr}")
        compare(localize(open(expected).read()), done.stdout, source)
    return len(sources)


def run_session(session, directory):
    """Each command with its continuation lines, up to its output. A here document belongs to its command."""
    text = open(session).read()
    loose = "%numbers\n" if text.startswith("%numbers\n") else ""
    commands, end = [], None
    for line in text.removeprefix("%numbers\n").splitlines(keepends=True):
        if end is not None:
            commands[-1][0] += line
            end = None if line == end else end
        elif line.startswith(("$ ", "# ")):
            commands.append([line[2:], ""])
            here = re.search(r"<<'?(\w+)'?", line)
            end = here[1] + "\n" if here else None
        else:
            commands[-1][1] += line
    shell = subprocess.Popen(["sh"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for command, expected in commands:
        shell.stdin.write(f"{command}printf '\\n%s\\n' 'end of command'\n")
        shell.stdin.flush()
        got = ""
        while not got.endswith("\nend of command\n"):
            line = shell.stdout.readline()
            if not line:
                fail(f"{session}: the shell has ended after: {command}{got}")
            got += line
        compare(loose + expected, got.removesuffix("\nend of command\n"), f"{session}: {command}")
    shell.stdin.close()


def sessions(directory):
    found = sorted(glob.glob("build/man/*/*.sh"))
    for session in found:
        run_session(os.path.abspath(session), directory)
    return len(found)


def main(arguments):
    if len(arguments) == 3 and arguments[0] == "examples":
        examples(*arguments[1:])
    elif arguments == ["programs"]:
        print(programs())
    elif len(arguments) == 2 and arguments[0] == "sessions":
        print(sessions(arguments[1]))
    else:
        sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
