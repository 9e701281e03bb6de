/* SPDX-License-Identifier: MIT */
/*
 * ps.c - usrsysshm ps: lists processes as `ps -e -o pid,user,args` does, but never hangs
 *
 * For Linux (ps_linux.c reads the processes) and FreeBSD (freebsd/tool/ps_freebsd.c).
 */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>
#include <wctype.h>

#include "ps.h"
#include "tool.h"

static const char usage[] =
	"usage: usrsysshm ps [--json]\n"
	"\n"
	"Lists all processes with user and command line, as `ps -e -o pid,user,args` does, but never hangs. A question mark at the\n"
	"end means that the process is stuck: its memory is locked. The command line before it is as it was last read; if that is\n"
	"not known, it is the process's name in brackets.\n";

/* Joins the arguments as ps shows them; without arguments returns the name in brackets. From malloc; NULL without memory. */
static char *make_text(const struct uss_ps *process)
{
	ssize_t length = process->length, i;
	char *text;

	while (length > 0 && process->command[length - 1] == '\0')
		length--;
	if (length <= 0) {
		if (asprintf(&text, "[%s]%s", process->name, process->state == 'Z' ? " <defunct>" : "") < 0)
			return NULL;
		return text;
	}
	text = malloc((size_t)length + 1);
	if (!text)
		return NULL;
	for (i = 0; i < length; i++)
		text[i] = process->command[i] ?: ' ';
	text[length] = '\0';
	return text;
}

/*
 * Prints at most @width columns (0: all) and the mark. Replaces what the locale cannot print, which could change the terminal's state or the
 * order of the line, by ? or ., as ps does.
 */
static void print_command(const char *text, int width, bool stuck)
{
	int column = 0, cells;
	size_t length;
	wchar_t c;

	if (stuck && width > 2)
		width -= 2;
	for (; *text; text += length) {
		mbstate_t state = { 0 };
		bool printable;

		length = mbrtowc(&c, text, MB_CUR_MAX, &state);
		printable = length <= MB_CUR_MAX && iswprint((wint_t)c);
		if (length > MB_CUR_MAX)
			length = 1;
		cells = printable ? wcwidth(c) : (int)length;
		if (width && column + cells > width)
			break;
		column += cells;
		if (printable)
			fwrite(text, 1, length, stdout);
		else if (MB_CUR_MAX == 1 && ((*text > 0 && *text < 0x20) || *text == 0x7f))
			putchar('.');
		else
			fputs(&"????????"[8 - length], stdout);
	}
	puts(stuck ? " ?" : "");
}

/* Returns the width of the terminal; 0 if stdout is not one. */
static int columns(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void print_text(const struct uss_ps *process, char *text, int pids, int width)
{
	const char *user = uss_ps_user(process->uid);
	int before = pids + 10;
	char *newline = text;

	/* As ps does in arguments, but not in names. */
	while (process->length > 0 && (newline = strchr(newline, '\n')))
		*newline = ' ';

	/* ps shows eight characters of a name; a longer one is cut to seven and a plus. */
	printf("%*d %-*.*s%s ", pids, process->pid, strlen(user) > 8 ? 7 : 8, strlen(user) > 8 ? 7 : 8, user, strlen(user) > 8 ? "+" : "");
	print_command(text, width > before ? width - before : width ? 1 : 0, process->stuck);
}

static void print_json(const struct uss_ps *process, const char *text, bool first)
{
	printf("%s{\"pid\": %d, \"user\": ", first ? "" : ",\n ", process->pid);
	uss_print_json_string(uss_ps_user(process->uid));
	printf(", \"args\": ");
	uss_print_json_string(text);
	printf("%s}", process->stuck ? ", \"stuck\": true" : "");
}

/* Prints one line, or one element of the JSON list. Returns 1, 0 if the process has exited, -1 on failure. */
static int show(struct uss_ps *process, bool json, bool first, int pids, int width)
{
	int read = uss_ps_read(process);
	char *text;

	if (read <= 0)
		return read;
	text = make_text(process);
	if (!text)
		return -1;
	if (json)
		print_json(process, text, first);
	else
		print_text(process, text, pids, width);
	free(text);
	return 1;
}

int uss_cmd_ps(int argc, char **argv)
{
	struct uss_ps process = { 0 };
	bool json = false, first = true;
	int code, width, digits, shown = 0, *pids;
	size_t count, i;

	code = uss_arguments(argc, argv, usage, &json, NULL);
	if (code >= 0)
		return code;
	pids = uss_ps_list(&count);
	if (!pids)
		return USS_FAILED;
	setlocale(LC_CTYPE, "");
	width = columns();
	digits = uss_ps_pid_width();
	if (json)
		putchar('[');
	else
		printf("%*s USER     COMMAND\n", digits, "PID");
	for (i = 0; i < count && shown >= 0; i++) {
		process.pid = pids[i];
		shown = show(&process, json, first, digits, width);
		if (shown > 0)
			first = false;
	}
	if (json)
		puts("]");
	code = uss_flush(USS_OK);
	if (shown < 0)
		code = uss_error(USS_FAILED, "cannot read command lines: no thread or memory left");
	/* Do not return from main: nothing may wait for an abandoned reader. */
	_exit(code);
}
