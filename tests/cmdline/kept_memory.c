/* SPDX-License-Identifier: MIT */
/*
 * The memory for kept command lines is bounded: TEST_PROCESSES (10000) processes with command lines of more than 4 KiB use 8 MiB at most. It
 * is charged to the memory cgroup of the reader, given back under memory pressure, and goes with the processes.
 */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "test.h"

#define KEPT "/sys/kernel/usrsysshm/kept_bytes"
#define GROUP "/sys/fs/cgroup/usrsysshm-kept"
#define LIMIT (8 << 20)
#define LENGTH 5000
/* So many reach the limit. */
#define LEAST 2200

static pid_t *children;
static int count;

static void write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	CHECK(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text), "%s: %s", path, strerror(errno));
	close(fd);
}

static long charged(void)
{
	FILE *file = fopen(GROUP "/memory.stat", "re");
	char line[128];
	long bytes = -1;

	while (file && fgets(line, sizeof(line), file) && sscanf(line, "slab_unreclaimable %ld", &bytes) != 1)
		;
	if (file)
		fclose(file);
	CHECK(bytes >= 0, "no slab_unreclaimable in " GROUP "/memory.stat");
	return bytes;
}

static void start_children(void)
{
	int i;

	children = calloc((size_t)count, sizeof(*children));
	CHECK(children, "calloc");
	for (i = 0; i < count; i++) {
		children[i] = fork();
		CHECK(children[i] >= 0, "fork %d: %s", i, strerror(errno));
		if (children[i] == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				pause();
		}
	}
}

static void read_child(int i)
{
	static char text[2 * LENGTH];
	char path[64];
	ssize_t length;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", children[i]);
	fd = open(path, O_RDONLY);
	length = read(fd, text, sizeof(text));
	CHECK(length > LENGTH, "%s: %zd bytes", path, length);
	close(fd);
}

/* In a cgroup of its own. */
static void read_all(long before)
{
	long now, most = 0, group;
	int i;

	write_file(GROUP "/cgroup.procs", "0");
	group = charged();
	for (i = 0; i < count; i++) {
		read_child(i);
		now = read_number(KEPT);
		if (now > most)
			most = now;
	}
	group = charged() - group;
	printf("%d processes: %ld bytes are kept, %ld were charged to the reader's cgroup\n", count, most, group);
	fflush(stdout);
	CHECK(most <= LIMIT, "%ld bytes are kept", most);
	CHECK(most > LIMIT - LIMIT / 10, "only %ld bytes are kept", most);
	CHECK(group > (most - before) - (most - before) / 5, "%ld bytes were charged to the reader's cgroup, of %ld", group, most - before);
	_exit(0);
}

int main(int argc, char **argv)
{
	const char *wanted = getenv("TEST_PROCESSES");
	static char argument[LENGTH];
	long before, full;
	pid_t reader;
	int i;

	if (argc == 1) {
		memset(argument, 'x', sizeof(argument) - 1);
		execl("/proc/self/exe", argv[0], argument, (char *)NULL);
		CHECK(false, "exec: %s", strerror(errno));
	}
	count = wanted ? atoi(wanted) : 10000;
	if (count < LEAST)
		count = LEAST;
	write_file("/sys/fs/cgroup/cgroup.subtree_control", "+memory");
	CHECK(!mkdir(GROUP, 0755) || errno == EEXIST, GROUP ": %s", strerror(errno));
	start_children();
	before = read_number(KEPT);
	reader = fork();
	if (reader == 0)
		read_all(before);
	reap(reader);
	full = read_number(KEPT);
	/* The first time only ages them. */
	for (i = 0; i < 50 && read_number(KEPT) > full / 10; i++)
		write_file("/proc/sys/vm/drop_caches", "2");
	CHECK(read_number(KEPT) <= full / 10, "%ld bytes are kept under memory pressure, %ld before", read_number(KEPT), full);
	for (i = 0; i < 1000; i++)
		read_child(i);
	/* 4 KiB and what belongs to them: the allocator uses 8 KiB for each. */
	CHECK(read_number(KEPT) > 1000 * 7 * 1024, "%ld bytes are kept of 1000 processes", read_number(KEPT));
	for (i = 0; i < count; i++)
		CHECK(!kill(children[i], SIGKILL) && waitpid(children[i], NULL, 0) == children[i], "kill");
	CHECK(read_number(KEPT) <= before + 65536, "%ld bytes are kept after the processes have exited, %ld before", read_number(KEPT),
	      before);
	/* Busy until the charge of freed memory has gone. */
	for (i = 0; i < 100 && rmdir(GROUP); i++)
		usleep(100000);
	return 0;
}
