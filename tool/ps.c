/* SPDX-License-Identifier: MIT */
/*
 * ps.c - usrsysshm ps: what `ps -e -o pid,user,args` shows, without ever hanging
 *
 * A process's command line is read out of its memory, and a reader waits as long as that is locked. Titles in the page are not read
 * that way; for all others a thread reads, which is left behind when it takes too long: the process's name is shown instead.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

static const char usage[] =
	"usage: usrsysshm ps [--json]\n"
	"\n"
	"Lists all processes with user and command line, as `ps -e -o pid,user,args` does, and never hangs: when a process's\n"
	"memory is stuck so that its command line cannot be read, its name is shown in brackets with a question mark.\n";

/* Milliseconds that a process's command line may take. */
#define PATIENCE 200
#define COMMAND_SIZE 4096

struct process {
	int pid;
	unsigned int uid;
	char state;
	char name[64];
	char command[COMMAND_SIZE];	/* arguments, each with its NUL */
	ssize_t length;			/* of command; -1: could not be read in time */
};

/* The thread that reads, and what it is to read. It is given up, with all this, when it does not come back. */
struct reader {
	pthread_mutex_t lock;
	pthread_cond_t asked, answered;
	int pid;			/* 0: nothing to do */
	char command[COMMAND_SIZE];
	ssize_t length;
};

static void *read_command_lines(void *argument)
{
	struct reader *reader = argument;
	char path[64];
	ssize_t length;
	int fd;

	pthread_mutex_lock(&reader->lock);
	for (;;) {
		while (!reader->pid)
			pthread_cond_wait(&reader->asked, &reader->lock);
		snprintf(path, sizeof(path), "/proc/%d/cmdline", reader->pid);
		pthread_mutex_unlock(&reader->lock);
		fd = open(path, O_RDONLY | O_CLOEXEC);
		length = fd < 0 ? 0 : read(fd, reader->command, sizeof(reader->command) - 1);
		if (fd >= 0)
			close(fd);
		pthread_mutex_lock(&reader->lock);
		reader->length = length < 0 ? 0 : length;
		reader->pid = 0;
		pthread_cond_signal(&reader->answered);
	}
	return NULL;
}

static struct reader *start_reader(void)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	pthread_condattr_t monotonic;
	pthread_attr_t small;
	pthread_t thread;
	int err;

	if (!reader)
		return NULL;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&reader->lock, NULL);
	pthread_cond_init(&reader->asked, NULL);
	pthread_cond_init(&reader->answered, &monotonic);
	pthread_attr_init(&small);
	pthread_attr_setstacksize(&small, 65536);
	err = pthread_create(&thread, &small, read_command_lines, reader);
	pthread_attr_destroy(&small);
	if (err) {
		free(reader);
		return NULL;
	}
	pthread_detach(thread);
	return reader;
}

/* Reads the command line of @process by @reader, and gives it up (NULL) when that takes too long. */
static void read_command(struct process *process, struct reader **at)
{
	struct reader *reader = *at;
	struct timespec end;
	int err = 0;

	process->length = -1;
	if (!reader)
		reader = *at = start_reader();
	if (!reader)
		return;
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_nsec += PATIENCE * 1000000L;
	end.tv_sec += end.tv_nsec / 1000000000L;
	end.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&reader->lock);
	reader->pid = process->pid;
	pthread_cond_signal(&reader->asked);
	while (reader->pid && !err)
		err = pthread_cond_timedwait(&reader->answered, &reader->lock, &end);
	if (!reader->pid) {
		process->length = reader->length;
		memcpy(process->command, reader->command, (size_t)reader->length);
	} else {
		*at = NULL;
	}
	pthread_mutex_unlock(&reader->lock);
}

/* Name, state and user, which no lock of the process's can hold up. */
static bool read_status(struct process *process)
{
	char path[64], line[256];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", process->pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	process->uid = 0;
	strcpy(process->name, "?");
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "Name: %63[^\n]", process->name);
		sscanf(line, "State: %c", &process->state);
		if (sscanf(line, "Uid: %*u %u", &process->uid) == 1)
			break;
	}
	fclose(file);
	return true;
}

static const char *user_name(unsigned int uid)
{
	static unsigned int known = ~0u;
	static char name[64];
	struct passwd *user;

	if (uid == known)
		return name;
	known = uid;
	user = getpwuid(uid);
	if (user)
		snprintf(name, sizeof(name), "%s", user->pw_name);
	else
		snprintf(name, sizeof(name), "%u", uid);
	return name;
}

/* Arguments become one text, as ps shows them; without any, the name stands for them. */
static void make_text(const struct process *process, char *text, size_t size)
{
	ssize_t length = process->length, i;

	while (length > 0 && process->command[length - 1] == '\0')
		length--;
	if (length <= 0) {
		snprintf(text, size, "[%s]%s", process->name,
			 process->state == 'Z' ? " <defunct>" : process->length < 0 ? " ?" : "");
		return;
	}
	for (i = 0; i < length; i++) {
		unsigned char c = (unsigned char)process->command[i];

		text[i] = c == '\0' ? ' ' : (char)c;
	}
	text[length] = '\0';
}

/* At most @width columns of it, and nothing that would drive a terminal. Of UTF-8, all bytes of a character together. */
static void print_command(const char *text, int width)
{
	const unsigned char *c;
	int column = 0;

	for (c = (const unsigned char *)text; *c; c++) {
		if ((*c & 0xc0) != 0x80 && width && column++ == width)
			break;
		/* C1 controls are two bytes in UTF-8. */
		if (*c < 0x20 || *c == 0x7f || (*c == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0))
			putchar('?');
		else
			putchar(*c);
	}
	putchar('\n');
}

/* Where a terminal's line ends; 0: nowhere. */
static int columns(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static void print_text(const struct process *process, const char *text, int width)
{
	const char *user = user_name(process->uid);

	/* ps shows eight letters of a name, the last a plus if there are more. */
	printf("%7d %-8.*s%s ", process->pid, strlen(user) > 8 ? 7 : 8, user, strlen(user) > 8 ? "+" : "");
	print_command(text, width > 17 ? width - 17 : width ? 1 : 0);
}

static void print_json(const struct process *process, const char *text, bool first)
{
	printf("%s{\"pid\": %d, \"user\": ", first ? "" : ",\n ", process->pid);
	uss_print_json_string(user_name(process->uid));
	printf(", \"args\": ");
	uss_print_json_string(text);
	printf("%s}", process->length < 0 ? ", \"stuck\": true" : "");
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* All pids, in order; NULL with errno. */
static int *list_pids(size_t *count)
{
	DIR *directory = opendir("/proc");
	int *pids = NULL, *more, pid;
	struct dirent *entry;
	size_t room = 0;

	*count = 0;
	while (directory && (entry = readdir(directory))) {
		pid = atoi(entry->d_name);
		if (pid <= 0)
			continue;
		if (*count == room) {
			room = room ? 2 * room : 256;
			more = realloc(pids, room * sizeof(*pids));
			if (!more)
				break;
			pids = more;
		}
		pids[(*count)++] = pid;
	}
	if (directory)
		closedir(directory);
	if (pids)
		qsort(pids, *count, sizeof(*pids), compare);
	return pids;
}

int uss_cmd_ps(int argc, char **argv)
{
	static char text[COMMAND_SIZE + 128];
	static struct process process;
	struct reader *reader = NULL;
	bool json = false, first = true;
	int code, width, *pids;
	size_t count, i;

	code = uss_arguments(argc, argv, usage, &json, NULL);
	if (code >= 0)
		return code;
	pids = list_pids(&count);
	if (!pids)
		return uss_error(USS_FAILED, "cannot read /proc: %s; is it mounted?", strerror(errno));
	width = columns();
	fputs(json ? "[" : "    PID USER     COMMAND\n", stdout);
	for (i = 0; i < count; i++) {
		process.pid = pids[i];
		if (!read_status(&process))
			continue;
		read_command(&process, &reader);
		make_text(&process, text, sizeof(text));
		if (json)
			print_json(&process, text, first);
		else
			print_text(&process, text, width);
		first = false;
	}
	if (json)
		puts("]");
	/* Not return: a reader left behind must not be waited for by anybody. */
	fflush(stdout);
	_exit(ferror(stdout) ? USS_FAILED : USS_OK);
}
