/* SPDX-License-Identifier: MIT */
/*
 * 200 processes of an ordinary user hold their mmap_lock for ever, without any privilege: each reads, through /proc/self/mem,
 * a mapping of a file on a FUSE server that never answers a read. Each has touched its system page and leaves its UTS
 * namespace, so 200 system pages cannot be unmapped. Meanwhile another user's process leaves its namespace, and its system
 * page is unmapped within a second.
 */
#include <linux/fuse.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <time.h>

#include "test.h"

#define STUCK 200
#define ORDINARY_USER 65534
#define FILE_SIZE 4096
#define FILE_NODE 2

static int ready[2], go[2];

static const volatile struct uss_system_page *my_system_page(void)
{
	return (const volatile void *)((const volatile char *)my_page() + my_page()->system_offset);
}

static void touch_system_page(void)
{
	char name[65];

	CHECK(!uss_gethostname(name, sizeof(name)), "uss_gethostname: %s", strerror(errno));
	CHECK(uss_served() & USS_SERVED_NAMES && my_system_page()->names_sequence, "names are not served");
}

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

/* Needs no privilege: the user creates the namespaces. Returns the FUSE connection. */
static int mount_fuse(void)
{
	char options[128], map[32];
	int fuse;

	CHECK(!setgid(ORDINARY_USER) && !setuid(ORDINARY_USER) && !prctl(PR_SET_DUMPABLE, 1), "setuid: %s", strerror(errno));
	CHECK(!unshare(CLONE_NEWUSER | CLONE_NEWNS), "unshare: %s", strerror(errno));
	snprintf(map, sizeof(map), "0 %d 1", ORDINARY_USER);
	write_file("/proc/self/uid_map", map);
	write_file("/proc/self/setgroups", "deny");
	write_file("/proc/self/gid_map", map);
	/* /dev/fuse must be opened in the user namespace that mounts. */
	fuse = open("/dev/fuse", O_RDWR | O_CLOEXEC);
	CHECK(fuse >= 0, "/dev/fuse: %s", strerror(errno));
	snprintf(options, sizeof(options), "fd=%d,rootmode=40000,user_id=0,group_id=0", fuse);
	CHECK(!mount("stuck", "/mnt", "fuse", MS_NOSUID | MS_NODEV, options), "mount: %s", strerror(errno));
	return fuse;
}

static struct fuse_attr attributes(uint64_t node)
{
	struct fuse_attr attributes = { .ino = node, .nlink = 1, .size = FILE_SIZE };

	attributes.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
	return attributes;
}

static void reply(int fuse, uint64_t unique, int error, const void *data, size_t size)
{
	char buffer[sizeof(struct fuse_out_header) + 256];
	struct fuse_out_header header = { .len = (uint32_t)(sizeof(header) + size), .error = -error, .unique = unique };

	memcpy(buffer, &header, sizeof(header));
	if (size)
		memcpy(buffer + sizeof(header), data, size);
	/* ENOENT: the requesting task has been killed. */
	CHECK(write(fuse, buffer, header.len) == (ssize_t)header.len || errno == ENOENT, "reply: %s", strerror(errno));
}

static void serve(int fuse, const struct fuse_in_header *request)
{
	/* clang-format off */
	struct fuse_init_out init = { .major = FUSE_KERNEL_VERSION, .minor = FUSE_KERNEL_MINOR_VERSION, .max_readahead = 1 << 16,
				      .flags = FUSE_ASYNC_READ, .max_write = 4096 };
	/* clang-format on */
	struct fuse_entry_out entry = { .nodeid = FILE_NODE, .entry_valid = 1000, .attr_valid = 1000, .attr = attributes(FILE_NODE) };
	struct fuse_attr_out attr = { .attr_valid = 1000, .attr = attributes(request->nodeid) };
	struct fuse_open_out opened = { .fh = 1, .open_flags = FOPEN_KEEP_CACHE };

	if (request->opcode == FUSE_INIT)
		reply(fuse, request->unique, 0, &init, sizeof(init));
	else if (request->opcode == FUSE_LOOKUP)
		reply(fuse, request->unique, 0, &entry, sizeof(entry));
	else if (request->opcode == FUSE_GETATTR)
		reply(fuse, request->unique, 0, &attr, sizeof(attr));
	else if (request->opcode == FUSE_OPEN)
		reply(fuse, request->unique, 0, &opened, sizeof(opened));
	else if (request->opcode != FUSE_READ && request->opcode != FUSE_FORGET && request->opcode != FUSE_BATCH_FORGET &&
		 request->opcode != FUSE_INTERRUPT)
		reply(fuse, request->unique, ENOSYS, NULL, 0);
}

static char *mapping;
static volatile pid_t reader_tid;

/* Does not return. */
static void *reader(void *unused)
{
	int mem = open("/proc/self/mem", O_RDONLY);
	char byte;

	(void)unused;
	CHECK(mem >= 0, "mem: %s", strerror(errno));
	reader_tid = (pid_t)syscall(SYS_gettid);
	CHECK(pread(mem, &byte, 1, (off_t)(uintptr_t)mapping) < 0, "the file was read");
	return NULL;
}

/* Reads only /proc files that do not take the mmap_lock. */
static void wait_until_stuck(void)
{
	char path[64], text[256], *state = NULL;
	ssize_t got;
	int fd, tries;

	for (tries = 0; tries < 1000 && !(state && state[2] == 'D'); tries++) {
		usleep(10000);
		if (!reader_tid)
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%d/stat", reader_tid);
		fd = open(path, O_RDONLY);
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
		CHECK(got > 0, "%s: %s", path, strerror(errno));
		text[got] = '\0';
		state = strrchr(text, ')');
	}
	CHECK(state && state[2] == 'D', "the reader is not in uninterruptible sleep: %s", state ? state : "it has not started");
}

static void get_stuck(void)
{
	pthread_t thread;
	char byte;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	touch_system_page();
	fd = open("/mnt/file", O_RDONLY);
	CHECK(fd >= 0, "/mnt/file: %s", strerror(errno));
	mapping = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(mapping != MAP_FAILED, "mmap: %s", strerror(errno));
	CHECK(!pthread_create(&thread, NULL, reader, NULL), "pthread_create");
	wait_until_stuck();
	CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
	CHECK(write(ready[1], "x", 1) == 1, "write");
	/* After the others have been unmapped, this process still has the page, which proves that it is stuck. */
	CHECK(read(go[0], &byte, 1) == 1, "read");
	CHECK(my_system_page()->names_sequence, "the system page of a stuck process was unmapped");
	CHECK(write(ready[1], "y", 1) == 1, "write");
	pause();
}

/* The server and its clients, as an ordinary user. Never exits by itself. */
static void stuck_user(void)
{
	static char request[FUSE_MIN_READ_BUFFER + 4096];
	int fuse = mount_fuse(), i;

	/* Set after setuid, which clears it. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0; i < STUCK; i++) {
		pid_t pid = fork();

		CHECK(pid >= 0, "fork: %s", strerror(errno));
		if (pid == 0) {
			/*
			 * Only the server may hold the connection: its death closes the connection and releases the stuck
			 * processes.
			 */
			close(fuse);
			get_stuck();
		}
	}
	for (;;) {
		ssize_t got = read(fuse, request, sizeof(request));

		CHECK(got >= (ssize_t)sizeof(struct fuse_in_header) || errno == EINTR || errno == ENOENT, "/dev/fuse: %s", strerror(errno));
		if (got > 0)
			serve(fuse, (const struct fuse_in_header *)request);
	}
}

static void wait_for_stuck(const char *what)
{
	char byte;
	int i;

	for (i = 0; i < STUCK; i++)
		CHECK(read(ready[0], &byte, 1) == 1 && byte == *what, "only %d are stuck", i);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Another user's process leaves its namespace. */
static void check_other_process(int number)
{
	pid_t pid = fork();
	long start, took;

	if (pid == 0) {
		touch_system_page();
		CHECK(!unshare(CLONE_NEWUTS), "unshare: %s", strerror(errno));
		for (start = now_ms(); my_system_page()->names_sequence && now_ms() - start < 5000;)
			usleep(1000);
		took = now_ms() - start;
		CHECK(took < 1000, "unmapping system page %d took %ld ms", number, took);
		CHECK(!my_system_page()->names.nodename[0], "the old name can still be read");
		printf("unmapped after %ld ms\n", took);
		fflush(stdout);
		_exit(0);
	}
	reap(pid);
}

int main(void)
{
	long processes = read_number(PROCESSES), pages = read_number(PAGES);
	pid_t user;
	int i;

	if (access("/dev/fuse", F_OK) && (system("modprobe fuse") || access("/dev/fuse", F_OK))) {
		puts("no FUSE");
		return 77;
	}
	/* udev does this on a normal system. It does not run in the guest. */
	CHECK(!chmod("/dev/fuse", 0666), "/dev/fuse: %s", strerror(errno));
	touch_system_page();
	CHECK(!pipe(ready) && !pipe(go), "pipe");
	user = fork();
	if (user == 0)
		stuck_user();
	/* Of the processes that wait here, only the stuck ones hold the write end. */
	close(ready[1]);
	wait_for_stuck("x");
	for (i = 0; i < 5; i++)
		check_other_process(i);
	for (i = 0; i < STUCK; i++)
		CHECK(write(go[1], "x", 1) == 1, "write");
	wait_for_stuck("y");
	/* The stuck processes exit with the server. */
	CHECK(!kill(user, SIGKILL) && waitpid(user, NULL, 0) == user, "kill");
	for (i = 0; i < 500 && (read_number(PROCESSES) > processes || read_number(PAGES) > pages + 3); i++)
		usleep(20000);
	CHECK(read_number(PROCESSES) == processes, "%ld processes, before %ld", read_number(PROCESSES), processes);
	CHECK(read_number(PAGES) <= pages + 3, "%ld pages, before %ld", read_number(PAGES), pages);
	return 0;
}
