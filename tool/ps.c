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

/* Milliseconds that an answer may take when whoever reads it sleeps; and that all which took too long may take together. */
#define PATIENCE 200
#define ALL_PATIENCE 2000
#define LEAST_PATIENCE 20

struct process {
	int pid;
	unsigned int uid;
	char state;
	char name[64];
	char *command;			/* arguments, each with its NUL; of length bytes */
	ssize_t length;			/* -1: could not be read in time */
};

/* What may never come back: the command line of a process, or the name of a user, which may be far away. */
struct question {
	int pid;
	unsigned int uid;		/* if pid is 0 */
	char *answer;			/* from malloc */
	ssize_t length;
};

/* The thread that asks. It is given up, with its question, when it does not come back. */
struct reader {
	pthread_mutex_t lock;
	pthread_cond_t asked, answered;
	bool busy;
	pid_t thread;			/* for the kernel; 0 until it runs */
	struct question question;
};

static struct reader *reader;
static long spent;			/* milliseconds, on those who did not answer */

/* As much as there is. */
static void read_command_line(struct question *question)
{
	size_t room = 0;
	ssize_t got = 1;
	char path[64], *more;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", question->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && got > 0) {
		if ((size_t)question->length == room) {
			more = realloc(question->answer, room += 8192);
			if (!more)
				break;
			question->answer = more;
		}
		got = read(fd, question->answer + question->length, room - (size_t)question->length);
		if (got > 0)
			question->length += got;
	}
	if (fd >= 0)
		close(fd);
}

static void read_user_name(struct question *question)
{
	struct passwd *user = getpwuid(question->uid);

	question->answer = user ? strdup(user->pw_name) : NULL;
}

static void *answer_questions(void *argument)
{
	struct reader *self = argument;

	pthread_mutex_lock(&self->lock);
	self->thread = gettid();
	pthread_cond_signal(&self->answered);
	for (;;) {
		while (!self->busy)
			pthread_cond_wait(&self->asked, &self->lock);
		pthread_mutex_unlock(&self->lock);
		if (self->question.pid)
			read_command_line(&self->question);
		else
			read_user_name(&self->question);
		pthread_mutex_lock(&self->lock);
		self->busy = false;
		pthread_cond_signal(&self->answered);
	}
	return NULL;
}

/* Returns when it runs; NULL if it cannot. */
static struct reader *start_reader(void)
{
	struct reader *new = calloc(1, sizeof(*new));
	pthread_condattr_t monotonic;
	pthread_t thread;

	if (!new)
		return NULL;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_mutex_init(&new->lock, NULL);
	pthread_cond_init(&new->asked, NULL);
	pthread_cond_init(&new->answered, &monotonic);
	if (pthread_create(&thread, NULL, answer_questions, new)) {
		free(new);
		return NULL;
	}
	pthread_detach(thread);
	pthread_mutex_lock(&new->lock);
	while (!new->thread)
		pthread_cond_wait(&new->answered, &new->lock);
	pthread_mutex_unlock(&new->lock);
	return new;
}

/* Does the reader wait for a processor only? Then it is this machine that is slow, not the process. */
static bool is_running(pid_t thread)
{
	char path[64], text[256], *state;
	bool running = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/stat", thread);
	file = fopen(path, "re");
	if (file && fgets(text, sizeof(text), file) && (state = strrchr(text, ')')))
		running = state[2] == 'R';
	if (file)
		fclose(file);
	return running;
}

/* Waits for an answer, under the reader's lock; false if it does not come. */
static bool wait_for_answer(void)
{
	long patience = spent < ALL_PATIENCE ? PATIENCE : LEAST_PATIENCE, waited = 0, running = 0;
	struct timespec end;

	while (reader->busy && waited < patience && running < 50 * PATIENCE) {
		clock_gettime(CLOCK_MONOTONIC, &end);
		end.tv_nsec += 10 * 1000000L;
		end.tv_sec += end.tv_nsec / 1000000000L;
		end.tv_nsec %= 1000000000L;
		if (pthread_cond_timedwait(&reader->answered, &reader->lock, &end) == ETIMEDOUT) {
			if (is_running(reader->thread))
				running += 10;
			else
				waited += 10;
		}
	}
	if (reader->busy)
		spent += waited;
	return !reader->busy;
}

/* Returns 1 with the answer in @question, 0 if it takes too long, -1 if nobody can be asked. */
static int ask(struct question *question)
{
	bool answered;

	if (!reader)
		reader = start_reader();
	if (!reader)
		return -1;
	pthread_mutex_lock(&reader->lock);
	reader->question = *question;
	reader->busy = true;
	pthread_cond_signal(&reader->asked);
	answered = wait_for_answer();
	if (answered)
		*question = reader->question;
	pthread_mutex_unlock(&reader->lock);
	if (!answered)
		reader = NULL;
	return answered;
}

static int read_command(struct process *process)
{
	struct question question = { .pid = process->pid };
	int answered = ask(&question);

	free(process->command);
	process->command = question.answer;
	process->length = answered == 1 ? question.length : -1;
	return answered;
}

/* Name, state and user, which no lock of the process's can hold up. */
static bool read_status(struct process *process)
{
	char path[64], line[256];
	bool complete = false;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", process->pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	strcpy(process->name, "?");
	while (fgets(line, sizeof(line), file)) {
		sscanf(line, "Name: %63[^\n]", process->name);
		sscanf(line, "State: %c", &process->state);
		if (sscanf(line, "Uid: %*u %u", &process->uid) == 1) {
			complete = true;
			break;
		}
	}
	fclose(file);
	/* Not, if it ended just now. */
	return complete;
}

static const char *user_name(unsigned int uid)
{
	struct question question = { .uid = uid };
	static unsigned int known = ~0u;
	static char name[64];

	if (uid == known)
		return name;
	known = uid;
	if (ask(&question) == 1 && question.answer)
		snprintf(name, sizeof(name), "%s", question.answer);
	else
		snprintf(name, sizeof(name), "%u", uid);
	free(question.answer);
	return name;
}

/* Arguments become one text, as ps shows them; without any, the name stands for them. From malloc; NULL without memory. */
static char *make_text(const struct process *process)
{
	ssize_t length = process->length, i;
	char *text;

	while (length > 0 && process->command[length - 1] == '\0')
		length--;
	if (length <= 0) {
		if (asprintf(&text, "[%s]%s", process->name, process->state == 'Z' ? " <defunct>" : process->length < 0 ? " ?" : "") < 0)
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

/* At most @width columns of it, and nothing that would drive a terminal. */
static void print_command(const char *text, int width)
{
	int column = 0, length;

	for (; *text; text += length ?: 1) {
		if (width && column++ == width)
			break;
		length = uss_utf8_length(text);
		/* Nothing that would drive a terminal; in ps's ways. */
		if (*text == '\n')
			putchar(' ');
		else if ((length == 1 && *text < 0x20) || *text == 0x7f)
			putchar('.');
		else if (!length || ((unsigned char)*text == 0xc2 && (unsigned char)text[1] < 0xa0))
			putchar('?');
		else
			fwrite(text, 1, (size_t)length, stdout);
	}
	putchar('\n');
}

/* Where a terminal's line ends; 0: nowhere. */
static int columns(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* How wide ps makes the column of pids: as the largest one is. */
static int pid_width(void)
{
	FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
	int largest = 0, width = 1;

	if (file && fscanf(file, "%d", &largest) != 1)
		largest = 0;
	if (file)
		fclose(file);
	/* The number itself is not given out. */
	for (largest--; largest >= 10; largest /= 10)
		width++;
	return width < 5 ? 5 : width;
}

static void print_text(const struct process *process, const char *text, int pids, int width)
{
	const char *user = user_name(process->uid);
	int before = pids + 10;

	/* ps shows eight letters of a name, the last a plus if there are more. */
	printf("%*d %-*.*s%s ", pids, process->pid, strlen(user) > 8 ? 7 : 8, strlen(user) > 8 ? 7 : 8, user, strlen(user) > 8 ? "+" : "");
	print_command(text, width > before ? width - before : width ? 1 : 0);
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

/* One line, or element of a list; 1 if there is one, 0 if the process has ended, -1 if it cannot be made. */
static int show(struct process *process, bool json, bool first, int pids, int width)
{
	char *text;

	if (!read_status(process))
		return 0;
	if (read_command(process) < 0)
		return -1;
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
	struct process process = { 0 };
	bool json = false, first = true;
	int code, width, digits, shown = 0, *pids;
	size_t count, i;

	code = uss_arguments(argc, argv, usage, &json, NULL);
	if (code >= 0)
		return code;
	pids = list_pids(&count);
	if (!pids)
		return uss_error(USS_FAILED, "cannot list processes: no /proc is mounted here");
	width = columns();
	digits = pid_width();
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
		code = uss_error(USS_FAILED, "no thread or memory left to read command lines with");
	/* Not return: a reader left behind must not be waited for by anybody. */
	_exit(code);
}
