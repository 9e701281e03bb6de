/* SPDX-License-Identifier: MIT */
/*
 * ps.c - usrsysshm ps: lists processes as `ps -e -o pid,user,args` does, but never hangs
 *
 * The kernel reads a command line from the process's memory, and needs the process's mmap_lock for it. While the lock is held, the module
 * answers soon, with the command line as it was last read, and counts this in stuck_reads. A process is marked as stuck if the count rises
 * while its files are read. (When other readers meet stuck processes, the count rises too. So the files are read again, a few times, and a
 * process whose environment can be read is not marked.)
 *
 * Without the module, or with ps_patience_ms=0, the reader waits as long as the lock is held. So all command lines are read in a separate
 * thread. If a read takes too long, the thread is abandoned and the process's name is shown instead.
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
	"Lists all processes with user and command line, as `ps -e -o pid,user,args` does, but never hangs. A question mark at the\n"
	"end means that the process is stuck: its memory is locked. The command line before it is as it was last read; if that is\n"
	"not known, it is the process's name in brackets.\n";

/* Milliseconds to wait while the reader sleeps: for one answer; for all late answers together; for one answer once those are used up. */
#define PATIENCE 200
#define ALL_PATIENCE 2000
#define LEAST_PATIENCE 20

/* A process is stuck if stuck_reads has risen each time, and its environment could not be read. */
#define TRIES 5

struct process {
	int pid;
	unsigned int uid;
	char state;
	char name[64];
	char *command; /* arguments, each with its NUL: length bytes */
	ssize_t length; /* -1: could not be read in time */
	bool stuck;
};

/* A request that may block for ever: the command line of a process, or the name of a user, which may be on a server. */
struct request {
	int pid;
	unsigned int uid; /* if pid is 0 */
	char *answer; /* from malloc */
	ssize_t length;
	bool stuck;
};

/* The thread that reads. It is abandoned with its request if it does not answer in time. */
struct reader {
	pthread_mutex_t lock;
	pthread_cond_t requested, answered;
	bool busy;
	pid_t thread; /* thread id; 0 until it runs */
	struct request request;
};

static struct reader *reader;
static long spent; /* milliseconds waited for answers that were late */

/* Reads the whole command line, or as much as there is memory for. */
static void read_command_line(struct request *request)
{
	size_t room = 0;
	ssize_t got = 1;
	char path[64], *more;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", request->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && got > 0) {
		if ((size_t)request->length == room) {
			more = realloc(request->answer, room += 8192);
			if (!more)
				break;
			request->answer = more;
		}
		got = read(fd, request->answer + request->length, room - (size_t)request->length);
		if (got > 0)
			request->length += got;
	}
	if (fd >= 0)
		close(fd);
}

#define STUCK_READS "/sys/kernel/usrsysshm/stuck_reads"
#define PATIENCE_MS "/sys/module/usrsysshm/parameters/ps_patience_ms"

/* Returns -1 if the file cannot be read: without the module. */
static long read_number(const char *path)
{
	char text[32] = "";
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got;

	if (fd < 0)
		return -1;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 ? strtol(text, NULL, 10) : -1;
}

/*
 * A title in the page is read without the lock. The environment is not, but only some may read it, and some processes have none. Returns
 * whether something was read: then the process is not stuck.
 */
static bool touch_environment(int pid)
{
	char path[64], byte;
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/environ", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, &byte, 1);
	close(fd);
	return got == 1;
}

static void read_process(struct request *request)
{
	bool counts = read_number(PATIENCE_MS) > 0;
	long before;
	int tries = 0;

	do {
		before = read_number(STUCK_READS);
		request->length = 0;
		read_command_line(request);
		/* If the kernel does not count, the environment would be waited for. */
		request->stuck = counts && !touch_environment(request->pid) && read_number(STUCK_READS) != before;
	} while (request->stuck && ++tries < TRIES);
}

static void read_user_name(struct request *request)
{
	struct passwd *user = getpwuid(request->uid);

	request->answer = user ? strdup(user->pw_name) : NULL;
}

static void *serve_requests(void *argument)
{
	struct reader *self = argument;

	pthread_mutex_lock(&self->lock);
	self->thread = gettid();
	pthread_cond_signal(&self->answered);
	for (;;) {
		while (!self->busy)
			pthread_cond_wait(&self->requested, &self->lock);
		pthread_mutex_unlock(&self->lock);
		if (self->request.pid)
			read_process(&self->request);
		else
			read_user_name(&self->request);
		pthread_mutex_lock(&self->lock);
		self->busy = false;
		pthread_cond_signal(&self->answered);
	}
	return NULL;
}

/* Starts a reader, and returns when it runs; NULL on failure. */
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
	pthread_cond_init(&new->requested, NULL);
	pthread_cond_init(&new->answered, &monotonic);
	if (pthread_create(&thread, NULL, serve_requests, new)) {
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

/* Whether the thread is runnable, so that only a processor is missing: then the machine is slow, not the process stuck. */
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

/* Waits for the answer, with the reader's lock held. Returns false if it is late. */
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

/* Returns 1 with the answer in @request, 0 if it is late, -1 if no reader can be started. */
static int send_request(struct request *request)
{
	bool answered;

	if (!reader)
		reader = start_reader();
	if (!reader)
		return -1;
	pthread_mutex_lock(&reader->lock);
	reader->request = *request;
	reader->busy = true;
	pthread_cond_signal(&reader->requested);
	answered = wait_for_answer();
	if (answered)
		*request = reader->request;
	pthread_mutex_unlock(&reader->lock);
	if (!answered)
		reader = NULL;
	return answered;
}

static int read_command(struct process *process)
{
	struct request request = { .pid = process->pid };
	int answered = send_request(&request);

	free(process->command);
	process->command = request.answer;
	process->length = answered == 1 ? request.length : -1;
	process->stuck = answered == 0 || request.stuck;
	return answered;
}

/* Reads name, state and user, which needs no lock of the process. */
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
	/* False if the process exited meanwhile. */
	return complete;
}

static const char *user_name(unsigned int uid)
{
	struct request request = { .uid = uid };
	static unsigned int known = ~0u;
	static char name[64];

	if (uid == known)
		return name;
	known = uid;
	if (send_request(&request) == 1 && request.answer)
		snprintf(name, sizeof(name), "%s", request.answer);
	else
		snprintf(name, sizeof(name), "%u", uid);
	free(request.answer);
	return name;
}

/* Joins the arguments as ps shows them; without arguments returns the name in brackets. From malloc; NULL without memory. */
static char *make_text(const struct process *process)
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

/* Prints at most @width columns (0: all) and the mark. Replaces control characters, which could change the terminal's state. */
static void print_command(const char *text, int width, bool stuck)
{
	int column = 0, length;

	if (stuck && width > 2)
		width -= 2;
	for (; *text; text += length ?: 1) {
		if (width && column++ == width)
			break;
		length = uss_utf8_length(text);
		/* The same replacements as in ps. */
		if (*text == '\n')
			putchar(' ');
		else if ((length == 1 && *text < 0x20) || *text == 0x7f)
			putchar('.');
		else if (!length || ((unsigned char)*text == 0xc2 && (unsigned char)text[1] < 0xa0))
			putchar('?');
		else
			fwrite(text, 1, (size_t)length, stdout);
	}
	puts(stuck ? " ?" : "");
}

/* Returns the width of the terminal; 0 if stdout is not one. */
static int columns(void)
{
	struct winsize size;

	return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

/* Returns the width of the pid column in ps: that of the largest pid, at least 5. */
static int pid_width(void)
{
	FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
	int largest = 0, width = 1;

	if (file && fscanf(file, "%d", &largest) != 1)
		largest = 0;
	if (file)
		fclose(file);
	/* pid_max itself is never used as a pid. */
	for (largest--; largest >= 10; largest /= 10)
		width++;
	return width < 5 ? 5 : width;
}

static void print_text(const struct process *process, const char *text, int pids, int width)
{
	const char *user = user_name(process->uid);
	int before = pids + 10;

	/* ps shows eight characters of a name; a longer one is cut to seven and a plus. */
	printf("%*d %-*.*s%s ", pids, process->pid, strlen(user) > 8 ? 7 : 8, strlen(user) > 8 ? 7 : 8, user, strlen(user) > 8 ? "+" : "");
	print_command(text, width > before ? width - before : width ? 1 : 0, process->stuck);
}

static void print_json(const struct process *process, const char *text, bool first)
{
	printf("%s{\"pid\": %d, \"user\": ", first ? "" : ",\n ", process->pid);
	uss_print_json_string(user_name(process->uid));
	printf(", \"args\": ");
	uss_print_json_string(text);
	printf("%s}", process->stuck ? ", \"stuck\": true" : "");
}

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

/* Returns all pids in ascending order, their number in @count; NULL on failure. */
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

/* Prints one line, or one element of the JSON list. Returns 1, 0 if the process has exited, -1 on failure. */
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
		code = uss_error(USS_FAILED, "cannot read command lines: no thread or memory left");
	/* Do not return from main: nothing may wait for an abandoned reader. */
	_exit(code);
}
