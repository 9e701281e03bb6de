/* SPDX-License-Identifier: MIT */
/*
 * ps_linux.c - usrsysshm ps: reads command lines and users without ever hanging
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
#include <time.h>
#include <unistd.h>

#include "ps.h"
#include "tool.h"

/* Milliseconds to wait while the reader sleeps: for one answer; for all late answers together; for one answer once those are used up. */
#define PATIENCE 200
#define ALL_PATIENCE 2000
#define LEAST_PATIENCE 20

/* A process is stuck if stuck_reads has risen each time, and its environment could not be read. */
#define TRIES 5

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

static int read_command(struct uss_ps *process)
{
	struct request request = { .pid = process->pid };
	int answered = send_request(&request);

	free(process->command);
	process->command = request.answer;
	process->length = answered == 1 ? request.length : -1;
	process->stuck = answered == 0 || request.stuck;
	return answered;
}

/* Copies a line's name of @size bytes. The kernel writes \\ for a \ in it, and \n for a newline. */
static void take_name(char *name, size_t size, const char *text)
{
	for (; size > 1 && *text && *text != '\n'; size--) {
		if (*text == '\\' && text[1] == 'n') {
			*name++ = '\n';
			text += 2;
		} else {
			text += *text == '\\' && text[1] == '\\';
			*name++ = *text++;
		}
	}
	*name = '\0';
}

/* Reads name, state and user, which needs no lock of the process. */
static bool read_status(struct uss_ps *process)
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
		if (!strncmp(line, "Name:\t", 6))
			take_name(process->name, sizeof(process->name), line + 6);
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

const char *uss_ps_user(unsigned int uid)
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

int uss_ps_pid_width(void)
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

static int compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return x < y ? -1 : x > y;
}

int *uss_ps_list(size_t *count)
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
	else
		uss_error(0, "cannot list processes: no /proc is mounted here");
	return pids;
}

int uss_ps_read(struct uss_ps *process)
{
	if (!read_status(process))
		return 0;
	return read_command(process) < 0 ? -1 : 1;
}
