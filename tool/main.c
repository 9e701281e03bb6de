/* SPDX-License-Identifier: MIT */
/* main.c - the usrsysshm command, on Linux and FreeBSD: runs the subcommand; functions that all subcommands share */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "tool.h"

static const struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{ "ps", uss_cmd_ps, "list all processes with their command lines; never hangs" },
	{ "run", uss_cmd_run, "start a program with the drop-in, so that its calls are answered from pages" },
	{ "selftest", uss_cmd_selftest, "compare every fact of the pages with the system call, on this kernel" },
	{ "show", uss_cmd_show, "show the pages of a process" },
	{ "stat", uss_cmd_stat, "run a program and report what the pages save" },
	{ "status", uss_cmd_status, "show whether the module is loaded, and what it serves" },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

int uss_error(int code, const char *format, ...)
{
	va_list arguments;

	fputs("usrsysshm: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	return code;
}

bool uss_is_help(const char *word)
{
	return !strcmp(word, "--help") || !strcmp(word, "-h");
}

int uss_arguments(int argc, char **argv, const char *usage, bool *json, const char **word)
{
	bool words_only = false;
	int i;

	for (i = 1; i < argc; i++) {
		if (!words_only && uss_is_help(argv[i])) {
			fputs(usage, stdout);
			return USS_OK;
		}
		if (!words_only && !strcmp(argv[i], "--json")) {
			*json = true;
		} else if (!words_only && !strcmp(argv[i], "--")) {
			words_only = true;
		} else if (!words_only && argv[i][0] == '-') {
			return uss_error(USS_USAGE, "%s: unknown option %s; see: usrsysshm %s --help", argv[0], argv[i], argv[0]);
		} else if (!word || *word) {
			return uss_error(USS_USAGE, "%s: one argument too many: %s; see: usrsysshm %s --help", argv[0], argv[i], argv[0]);
		} else {
			*word = argv[i];
		}
	}
	return -1;
}

void uss_print_features(uint64_t features, bool json)
{
	/* clang-format off */
	static const struct {
		uint64_t bit;
		const char *name;
	} names[] = {
		{ USS_FEATURE_PID, "pid" },
		{ USS_FEATURE_FORKID, "forkid" },
		{ USS_FEATURE_START_TIME, "start_time" },
		{ USS_FEATURE_TITLE, "title" },
		{ USS_FEATURE_NAMES, "names" },
		{ USS_FEATURE_LOADAVG, "loadavg" },
		{ USS_FEATURE_NPROCS, "nprocs" },
		{ USS_FEATURE_CPUTIME, "cputime" },
	};
	/* clang-format on */
	const char *separator = "";
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(features & names[i].bit))
			continue;
		printf(json ? "%s\"%s\"" : "%s%s", separator, names[i].name);
		separator = json ? ", " : " ";
	}
}

/* Returns the bytes of the UTF-8 character at @text, 0 if it is not valid. */
static int utf8_length(const char *text)
{
	const unsigned char *c = (const unsigned char *)text;
	int length = *c < 0x80 ? 1 : *c >= 0xc2 && *c < 0xe0 ? 2 : *c >= 0xe0 && *c < 0xf0 ? 3 : *c >= 0xf0 && *c < 0xf5 ? 4 : 0, i;

	for (i = 1; i < length; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	/* Not valid: overlong forms, surrogates, and values above U+10FFFF. */
	if ((*c == 0xe0 && c[1] < 0xa0) || (*c == 0xed && c[1] >= 0xa0) || (*c == 0xf0 && c[1] < 0x90) || (*c == 0xf4 && c[1] >= 0x90))
		return 0;
	return length;
}

void uss_print_json_string(const char *text)
{
	int length;

	putchar('"');
	for (; *text; text += length ?: 1) {
		length = utf8_length(text);
		if (*text == '"' || *text == '\\')
			printf("\\%c", *text);
		else if (!length)
			printf("\\ufffd");
		else if (length == 1 && ((unsigned char)*text < 0x20 || *text == 0x7f))
			printf("\\u%04x", *text);
		else if (length == 2 && (unsigned char)text[0] == 0xc2 && (unsigned char)text[1] < 0xa0)
			printf("\\u%04x", (unsigned char)text[1]);	/* control characters, too */
		else
			fwrite(text, 1, (size_t)length, stdout);
	}
	putchar('"');
}

void uss_print_json_words(char *text)
{
	const char *separator = "";
	char *word;

	putchar('[');
	for (word = strtok(text, " "); word; word = strtok(NULL, " ")) {
		printf("%s", separator);
		uss_print_json_string(word);
		separator = ", ";
	}
	putchar(']');
}

/* A process chooses its own name, so escape control characters: they must not reach the user's terminal. */
void uss_print_name(const char *text)
{
	const unsigned char *c;

	for (c = (const unsigned char *)text; *c; c++) {
		if (*c < 0x20 || *c >= 0x7f)
			printf("\\%03o", *c);
		else
			putchar(*c);
	}
}

static void usage(FILE *out)
{
	size_t i;

	fputs("usage: usrsysshm SUBCOMMAND [ARGUMENT]...\n\n", out);
	for (i = 0; i < COMMANDS; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].summary);
	fputs("\n`usrsysshm help SUBCOMMAND` explains one; --version prints the version.\n", out);
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

/* The edit distance of @a and @b: insertions, deletions, changes and swaps of adjacent letters. Both must be short. */
static int distance(const char *a, const char *b)
{
	int changes;

	if (!*a || !*b)
		return (int)(strlen(a) + strlen(b));
	if (*a == *b)
		return distance(a + 1, b + 1);
	changes = least(least(distance(a, b + 1), distance(a + 1, b)), distance(a + 1, b + 1));
	if (a[0] == b[1] && a[1] == b[0])
		changes = least(changes, distance(a + 2, b + 2));
	return 1 + changes;
}

/* Returns the command nearest to a mistyped word, or NULL if none is near. */
static const char *suggestion(const char *word)
{
	const char *best = NULL;
	int nearest = 3, changes;
	size_t i;

	for (i = 0; i < COMMANDS && strlen(word) <= 10; i++) {
		changes = distance(word, commands[i].name);
		/* With as many changes as letters it is another word. */
		if (changes < nearest && changes < (int)strlen(word)) {
			nearest = changes;
			best = commands[i].name;
		}
	}
	return best;
}

int uss_flush(int code)
{
	bool failed = ferror(stdout);

	errno = 0;
	failed |= fflush(stdout) != 0;
	/* EBADF: the caller has closed stdout, and there was nothing to write. */
	if (!failed && (fclose(stdout) == 0 || errno == EBADF))
		return code;
	/* If an earlier write failed, its errno is no longer known. */
	uss_error(0, "cannot write%s%s", errno ? ": " : "", errno ? strerror(errno) : "");
	return code == USS_OK ? USS_FAILED : code;
}

/* Runs the subcommand that argv[0] names. */
static int run_command(int argc, char **argv)
{
	const char *near;
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(argv[0], commands[i].name))
			return commands[i].run(argc, argv);
	near = suggestion(argv[0]);
	if (near)
		return uss_error(USS_USAGE, "no subcommand %s; did you mean %s?", argv[0], near);
	return uss_error(USS_USAGE, "no subcommand %s; see: usrsysshm --help", argv[0]);
}

/* help [SUBCOMMAND] */
static int help(int argc, char **argv)
{
	char *command[] = { argv[1], "--help", NULL };

	if (argc > 2)
		return uss_error(USS_USAGE, "help: one argument too many: %s; see: usrsysshm --help", argv[2]);
	if (argc == 2 && !uss_is_help(argv[1]) && strcmp(argv[1], "help"))
		return run_command(2, command);
	usage(stdout);
	return USS_OK;
}

static int run(int argc, char **argv)
{
	if (argc < 2) {
		usage(stderr);
		return USS_USAGE;
	}
	if (uss_is_help(argv[1])) {
		usage(stdout);
		return USS_OK;
	}
	if (!strcmp(argv[1], "help"))
		return help(argc - 1, argv + 1);
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		puts("usrsysshm " USS_VERSION);
		return USS_OK;
	}
	return run_command(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	return uss_flush(run(argc, argv));
}
