/* SPDX-License-Identifier: MIT */
/*
 * stuck_fault.h - page faults that never end, without any privilege: a FUSE server that does not answer reads, and a thread that reads a
 * mapping of its file through /proc/self/mem. The thread holds the mmap_lock meanwhile.
 */
#ifndef STUCK_FAULT_H
#define STUCK_FAULT_H

#include <linux/fuse.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "test.h"

#define ORDINARY_USER 65534
#define FILE_SIZE 4096
#define FILE_NODE 2

static inline void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

/* Needs no privilege: the user creates the namespaces. Returns the FUSE connection. */
static inline int mount_fuse(void)
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

static inline struct fuse_attr attributes(uint64_t node)
{
	struct fuse_attr attributes = { .ino = node, .nlink = 1, .size = FILE_SIZE };

	attributes.mode = node == FUSE_ROOT_ID ? S_IFDIR | 0755 : S_IFREG | 0644;
	return attributes;
}

static inline void reply(int fuse, uint64_t unique, int error, const void *data, size_t size)
{
	char buffer[sizeof(struct fuse_out_header) + 256];
	struct fuse_out_header header = { .len = (uint32_t)(sizeof(header) + size), .error = -error, .unique = unique };

	memcpy(buffer, &header, sizeof(header));
	if (size)
		memcpy(buffer + sizeof(header), data, size);
	/* ENOENT: the requesting task has been killed. */
	CHECK(write(fuse, buffer, header.len) == (ssize_t)header.len || errno == ENOENT, "reply: %s", strerror(errno));
}

static inline void serve(int fuse, const struct fuse_in_header *request)
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

static inline void map_file(void)
{
	int fd = open("/mnt/file", O_RDONLY);

	CHECK(fd >= 0, "/mnt/file: %s", strerror(errno));
	mapping = mmap(NULL, FILE_SIZE, PROT_READ, MAP_SHARED, fd, 0);
	CHECK(mapping != MAP_FAILED, "mmap: %s", strerror(errno));
}

/* A thread. Does not return. */
static inline void *stuck_reader(void *unused)
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
static inline void wait_until_stuck(void)
{
	char path[64], text[256], *state = NULL;
	int fd, tries, seen = 0;
	ssize_t got;

	/* Several times in succession: under PREEMPT_RT, waiting for a spin lock is an uninterruptible sleep too. */
	for (tries = 0; tries < 1000 && seen < 5; tries++) {
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
		seen = state && state[2] == 'D' ? seen + 1 : 0;
	}
	CHECK(seen == 5, "the reader is not in uninterruptible sleep: %s", state ? state : "it has not started");
}

/* As root. Returns false if the kernel has no FUSE. */
static inline bool prepare_fuse(void)
{
	if (access("/dev/fuse", F_OK) && (system("modprobe fuse") || access("/dev/fuse", F_OK)))
		return false;
	/* udev does this on a normal system. It does not run in the guest. */
	CHECK(!chmod("/dev/fuse", 0666), "/dev/fuse: %s", strerror(errno));
	return true;
}

static inline void serve_for_ever(int fuse)
{
	static char request[FUSE_MIN_READ_BUFFER + 4096];

	for (;;) {
		ssize_t got = read(fuse, request, sizeof(request));

		CHECK(got >= (ssize_t)sizeof(struct fuse_in_header) || errno == EINTR || errno == ENOENT, "/dev/fuse: %s", strerror(errno));
		if (got > 0)
			serve(fuse, (const struct fuse_in_header *)request);
	}
}

#endif /* STUCK_FAULT_H */
