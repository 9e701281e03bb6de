/* SPDX-License-Identifier: MIT */
/*
 * The sysctls answer only the process that opened them. A more privileged program that reads a descriptor received from
 * another process (a setuid program's standard input, for example) reveals nothing about its own memory and is given no
 * pages.
 */
#include <pthread.h>
#include <sys/socket.h>

#include "test.h"

#define ORDINARY_USER 65534

static const char *const files[] = { "/proc/sys/kernel/usrsysshm", "/proc/sys/kernel/usrsysshm_title", "/proc/sys/kernel/usrsysshm_self" };

static unsigned long long read_descriptor(int fd)
{
	char text[64] = "";

	CHECK(pread(fd, text, sizeof(text) - 1, 0) > 0, "read: %s", strerror(errno));
	return strtoull(text, NULL, 10);
}

static void *thread(void *fd)
{
	CHECK(read_descriptor(*(int *)fd) != 0, "a thread of the opener reads 0");
	return NULL;
}

static struct msghdr message_of(struct iovec *byte, void *control)
{
	return (struct msghdr){ .msg_iov = byte, .msg_iovlen = 1, .msg_control = control, .msg_controllen = CMSG_SPACE(sizeof(int)) };
}

static void send_descriptor(int to, const char *path)
{
	char text[] = "x", control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec byte = { text, 1 };
	struct msghdr message = message_of(&byte, control);
	struct cmsghdr *part = CMSG_FIRSTHDR(&message);
	int fd;

	CHECK(!setuid(ORDINARY_USER), "setuid");
	fd = open(path, O_RDONLY);
	CHECK(fd >= 0 && read_descriptor(fd), "%s: an ordinary user reads 0 from its own descriptor", path);
	part->cmsg_level = SOL_SOCKET;
	part->cmsg_type = SCM_RIGHTS;
	part->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(part), &fd, sizeof(fd));
	CHECK(sendmsg(to, &message, 0) == 1, "sendmsg: %s", strerror(errno));
	/* Exit, because the descriptor must not answer after its opener has exited either. */
	_exit(0);
}

/* A descriptor of @path, opened by an ordinary user and sent to this process over a socket. */
static int receive_descriptor(const char *path)
{
	char text[1], control[CMSG_SPACE(sizeof(int))] = "";
	struct iovec byte = { text, 1 };
	struct msghdr message = message_of(&byte, control);
	int pair[2], fd;
	pid_t pid;

	CHECK(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair), "socketpair: %s", strerror(errno));
	pid = fork();
	if (pid == 0)
		send_descriptor(pair[1], path);
	reap(pid);
	CHECK(recvmsg(pair[0], &message, 0) == 1 && CMSG_FIRSTHDR(&message), "recvmsg: %s", strerror(errno));
	memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
	close(pair[0]);
	close(pair[1]);
	return fd;
}

static void check(const char *path)
{
	unsigned long long own;
	pthread_t other;
	pid_t pid;
	int fd = open(path, O_RDONLY), fd_of_user;

	CHECK(fd >= 0, "%s: %s", path, strerror(errno));
	own = read_descriptor(fd);
	CHECK(own, "%s reads 0", path);
	CHECK(!pthread_create(&other, NULL, thread, &fd) && !pthread_join(other, NULL), "thread");
	pid = fork();
	if (pid == 0) {
		CHECK(read_descriptor(fd) == 0, "%s: a child is answered on its parent's descriptor", path);
		fd = open(path, O_RDONLY);
		CHECK(fd >= 0 && read_descriptor(fd), "%s: a child reads 0 from its own descriptor", path);
		CHECK(!setuid(ORDINARY_USER), "setuid");
		CHECK(read_descriptor(fd) == 0, "%s: the descriptor answers after setuid", path);
		_exit(0);
	}
	reap(pid);
	pid = vfork();
	if (pid == 0) {
		CHECK(read_descriptor(fd) == 0, "%s: a vfork child is answered on its parent's descriptor", path);
		_exit(0);
	}
	reap(pid);
	fd_of_user = receive_descriptor(path);
	CHECK(read_descriptor(fd_of_user) == 0, "%s: a descriptor sent by another user answers", path);
	close(fd_of_user);
	/* Stands for a setuid program that copies its standard input: it must not reveal its address. With at_exec=1 it has pages anyway. */
	pid = fork();
	if (pid == 0) {
		fd = open(path, O_RDONLY);
		CHECK(dup2(fd, STDIN_FILENO) == 0, "dup2");
		execl("/bin/sh", "sh", "-c",
		      "read -r address rest; [ \"$address\" = 0 ] && "
		      "{ grep -q Y /sys/module/usrsysshm/parameters/at_exec || ! grep -q usrsysshm /proc/$$/maps; }",
		      NULL);
		_exit(1);
	}
	reap(pid);
	close(fd);
}

int main(void)
{
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		check(files[i]);
	return 0;
}
