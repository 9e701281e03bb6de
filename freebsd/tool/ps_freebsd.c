/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * ps_freebsd.c - usrsysshm ps: reads command lines and users without ever hanging
 *
 * 1. The kernel keeps short command lines.  It reads a long one from the process's memory, for which it needs the lock of the process's map,
 *    and the file or swap space where that memory lies.  It waits for both as long as it takes, and no signal ends that.  The name of a user
 *    may come from a server.
 *
 * 2. So a child process reads them.  If an answer is late, the child is abandoned.  A thread would not do: a process exits when all of its
 *    threads have left the kernel.  The child has none of the standard files, which would keep a pipe open.
 *
 * 3. A sysctl(3) with a buffer of more than 16 KiB holds a lock of the whole system while it waits, and delays all others of that size.  So
 *    the buffer for a command line is not larger: a longer one is cut.  The list of processes needs a larger one.  If it is late, because
 *    another program waits with that lock, all pids are tried.
 */
#include <sys/param.h>
#include <sys/proc.h>
#include <sys/socket.h>
#include <sys/sysctl.h>
#include <sys/user.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tool/ps.h"
#include "../../tool/tool.h"

/* Milliseconds to wait while the reader sleeps: for one answer; for all late answers together; for one answer once those are used up. */
#define	PATIENCE	200
#define	ALL_PATIENCE	2000
#define	LEAST_PATIENCE	20

#define	ARGS_MAX	(4 * PAGE_SIZE)
#define	LAST_PID	99999

enum kind { LIST, ARGS, USER };

struct request {
	enum kind kind;
	u_int	number;		/* pid or uid */
};

/* The child: 0 if there is none. */
static pid_t reader;
static int reader_socket;
static long spent;		/* milliseconds waited for answers that were late */

/*
 * In the child
 */

static ssize_t
get_list(char **answer)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PROC };
	struct kinfo_proc *info = NULL, *more;
	size_t size, i;
	int *pids;

	for (;;) {
		size = 0;
		if (sysctl(name, nitems(name), NULL, &size, NULL, 0) != 0)
			return (-1);
		/* Room for those that start meanwhile. */
		size += size / 8;
		more = realloc(info, size);
		if (more == NULL)
			return (-1);
		info = more;
		if (sysctl(name, nitems(name), info, &size, NULL, 0) == 0)
			break;
		if (errno != ENOMEM)
			return (-1);
	}
	size /= sizeof(*info);
	pids = calloc(size, sizeof(*pids));
	if (pids == NULL)
		return (-1);
	for (i = 0; i < size; i++)
		pids[i] = info[i].ki_pid;
	free(info);
	*answer = (char *)pids;
	return ((ssize_t)(size * sizeof(*pids)));
}

/* ENOMEM: what fits is there. */
static ssize_t
get_args(pid_t pid, char **answer)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_ARGS, pid };
	size_t size = ARGS_MAX;

	*answer = malloc(size);
	if (*answer == NULL || (sysctl(name, nitems(name), *answer, &size, NULL, 0) != 0 && errno != ENOMEM))
		return (0);
	return ((ssize_t)size);
}

static ssize_t
get_user(uid_t uid, char **answer)
{
	struct passwd *user = getpwuid(uid);

	*answer = user != NULL ? strdup(user->pw_name) : NULL;
	return (*answer != NULL ? (ssize_t)strlen(*answer) : 0);
}

static bool
send_all(int socket, const void *data, size_t size)
{
	const char *next = data;
	ssize_t sent;

	for (; size > 0; size -= (size_t)sent, next += sent) {
		sent = send(socket, next, size, MSG_NOSIGNAL);
		if (sent < 0)
			return (false);
	}
	return (true);
}

static bool
receive_all(int socket, void *data, size_t size)
{

	return (size == 0 || recv(socket, data, size, MSG_WAITALL) == (ssize_t)size);
}

static void
serve(int socket)
{
	struct request request;
	char *answer;
	ssize_t length;

	while (receive_all(socket, &request, sizeof(request))) {
		answer = NULL;
		length = request.kind == LIST ? get_list(&answer) : request.kind == ARGS ? get_args((pid_t)request.number, &answer) :
		    get_user((uid_t)request.number, &answer);
		if (!send_all(socket, &length, sizeof(length)) || (length > 0 && !send_all(socket, answer, (size_t)length)))
			break;
		free(answer);
	}
	_exit(0);
}

/*
 * In the command
 */

static bool
start_reader(void)
{
	int sockets[2], null;

	if (socketpair(PF_LOCAL, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) != 0)
		return (false);
	reader = fork();
	if (reader == 0) {
		close(sockets[0]);
		null = open("/dev/null", O_RDWR | O_CLOEXEC);
		if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
			_exit(1);
		serve(sockets[1]);
	}
	close(sockets[1]);
	reader_socket = sockets[0];
	if (reader > 0)
		return (true);
	close(reader_socket);
	reader = 0;
	return (false);
}

static void
abandon_reader(void)
{

	close(reader_socket);
	/* Ends it once it has left the kernel. */
	kill(reader, SIGKILL);
	reader = 0;
}

static bool
read_info(pid_t pid, struct kinfo_proc *info)
{
	int name[] = { CTL_KERN, KERN_PROC, KERN_PROC_PID, pid };
	size_t size = sizeof(*info);

	return (sysctl(name, nitems(name), info, &size, NULL, 0) == 0 && size == sizeof(*info));
}

/* Waits until the reader answers or has ended.  Returns false if it is late.  While it only needs a processor, the machine is slow. */
static bool
wait_for_answer(void)
{
	long patience = spent < ALL_PATIENCE ? PATIENCE : LEAST_PATIENCE, waited = 0, running = 0;
	struct pollfd answer = { .fd = reader_socket, .events = POLLIN };
	struct kinfo_proc info;

	while (waited < patience && running < 50 * PATIENCE) {
		if (poll(&answer, 1, 10) > 0)
			return (true);
		if (read_info(reader, &info) && info.ki_stat == SRUN)
			running += 10;
		else
			waited += 10;
	}
	spent += waited;
	return (false);
}

/* Returns 1 with the answer, from malloc, and its length; 0 if it is late; -1 if there is no reader or no memory. */
static int
ask(enum kind kind, u_int number, char **answer, ssize_t *length)
{
	struct request request = { kind, number };

	*answer = NULL;
	*length = -1;
	if (reader == 0 && !start_reader())
		return (-1);
	if (!send_all(reader_socket, &request, sizeof(request)) || !wait_for_answer()) {
		abandon_reader();
		return (0);
	}
	if (!receive_all(reader_socket, length, sizeof(*length)))
		*length = -1;
	if (*length > 0)
		*answer = malloc((size_t)*length);
	if (*length >= 0 && (*length == 0 || (*answer != NULL && receive_all(reader_socket, *answer, (size_t)*length))))
		return (1);
	free(*answer);
	*answer = NULL;
	*length = -1;
	abandon_reader();
	return (-1);
}

static int
compare(const void *a, const void *b)
{
	int x = *(const int *)a, y = *(const int *)b;

	return ((x > y) - (x < y));
}

static int *
try_all(size_t *count)
{
	int *pids = calloc(LAST_PID + 1, sizeof(*pids)), pid;
	struct kinfo_proc info;

	*count = 0;
	for (pid = 0; pids != NULL && pid <= LAST_PID; pid++)
		if (read_info(pid, &info))
			pids[(*count)++] = pid;
	return (pids);
}

int *
uss_ps_list(size_t *count)
{
	ssize_t length;
	char *answer;
	int *pids;

	if (ask(LIST, 0, &answer, &length) == 1) {
		pids = (int *)(void *)answer;
		*count = (size_t)length / sizeof(*pids);
		qsort(pids, *count, sizeof(*pids), compare);
	} else {
		pids = try_all(count);
	}
	if (pids == NULL)
		uss_error(0, "cannot list processes: no memory left");
	return (pids);
}

int
uss_ps_read(struct uss_ps *process)
{
	struct kinfo_proc info;
	int answered;

	free(process->command);
	process->command = NULL;
	if (!read_info(process->pid, &info))
		return (0);
	process->uid = info.ki_uid;
	process->state = info.ki_stat == SZOMB ? 'Z' : 'S';
	strlcpy(process->name, info.ki_comm, sizeof(process->name));
	answered = ask(ARGS, (u_int)process->pid, &process->command, &process->length);
	process->stuck = answered == 0;
	return (answered < 0 ? -1 : 1);
}

const char *
uss_ps_user(u_int uid)
{
	static u_int known = ~0u;
	static char name[64];
	ssize_t length;
	char *answer;

	if (uid == known)
		return (name);
	known = uid;
	if (ask(USER, uid, &answer, &length) == 1 && length > 0)
		snprintf(name, sizeof(name), "%.*s", (int)length, answer);
	else
		snprintf(name, sizeof(name), "%u", uid);
	free(answer);
	return (name);
}

int
uss_ps_pid_width(void)
{

	return (5);
}
