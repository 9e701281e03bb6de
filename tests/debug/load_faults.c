/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of the thread that loads the module fails once, and so does every allocation of the module, in any thread,
 * while it is unloaded from under a program with pages. Loading either fails with an error and leaves nothing behind, or
 * succeeds with exactly the hooks that it should have. Unloading always succeeds.
 */
#include <sys/stat.h>

#include "fail_nth.h"

static void *image;
static size_t image_size;

static void read_module(void)
{
	const char *path = getenv("USRSYSSHM_MODULE");
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	struct stat status;

	CHECK(fd >= 0 && !fstat(fd, &status), "%s: %s", path, strerror(errno));
	image_size = (size_t)status.st_size;
	image = malloc(image_size);
	CHECK(image && read(fd, image, image_size) == (ssize_t)image_size, "%s: %s", path, strerror(errno));
	close(fd);
}

static void check_gone(int n)
{
	char text[4096] = "";
	int fd = open("/proc/modules", O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0 && read(fd, text, sizeof(text) - 1) >= 0, "/proc/modules: %s", strerror(errno));
	close(fd);
	CHECK(!strstr(text, "usrsysshm"), "allocation %d: the module is still loaded", n);
	CHECK(access("/sys/kernel/usrsysshm", F_OK) && access("/proc/sys/kernel/usrsysshm", F_OK), "allocation %d: files are left behind",
	      n);
}

/* The number of hooked functions, including those hooked by others. */
static int count_hooks(void)
{
	FILE *file = fopen("/sys/kernel/tracing/enabled_functions", "re");
	char line[512];
	int lines = 0;

	CHECK(file, "enabled_functions: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		lines++;
	fclose(file);
	return lines;
}

static int hooks;

/* Returns whether the n-th allocation was reached. */
static bool load(int n, int *refused)
{
	bool reached, loaded;

	fail_nth_set(n);
	loaded = syscall(SYS_init_module, image, image_size, "") == 0;
	reached = fail_nth_has_failed();
	fail_nth_set(0);
	CHECK(loaded || reached, "loading: %s", strerror(errno));
	if (loaded) {
		CHECK(count_hooks() == hooks, "allocation %d: %d functions are hooked, expected %d", n, count_hooks(), hooks);
		CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading after allocation %d: %s", n, strerror(errno));
	} else {
		++*refused;
	}
	check_gone(n);
	return reached;
}

/* Starts a program with pages and a title. It exits when the write end of its standard input, *@its_end, is closed. */
static pid_t start_program(int *its_end)
{
	int pipes[2][2];
	char byte;
	pid_t pid;

	CHECK(!pipe2(pipes[0], O_CLOEXEC) && !pipe2(pipes[1], O_CLOEXEC), "pipe: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		dup2(pipes[0][0], 0);
		dup2(pipes[1][1], 1);
		execl("/proc/self/exe", "load_faults", "program", NULL);
		_exit(1);
	}
	close(pipes[0][0]);
	close(pipes[1][1]);
	CHECK(read(pipes[1][0], &byte, 1) == 1, "the program did not start");
	close(pipes[1][0]);
	*its_end = pipes[0][1];
	return pid;
}

static int run_program(void)
{
	char byte;

	check_served("program");
	CHECK(!uss_set_title("a title", 7) && write(1, "x", 1) == 1, "title: %s", strerror(errno));
	CHECK(read(0, &byte, 1) == 0, "read: %s", strerror(errno));
	check_fallback("program after unload");
	return 0;
}

/*
 * Makes the n-th allocation of one kind with the module on its stack fail. The kernel counts these allocations from boot and
 * fails one whose count is a multiple of the interval, so the count at the last failure must be known.
 */
static struct kind {
	const char *name;
	int last;
} kinds[] = { { .name = "failslab" }, { .name = "fail_page_alloc" } };

static void set_kind(const struct kind *kind, const char *setting, unsigned long value)
{
	char path[128], text[32];

	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/%s", kind->name, setting);
	snprintf(text, sizeof(text), "%#lx", value);
	write_setting(path, text);
}

static void arm_kind(const struct kind *kind, int n)
{
	unsigned long start = 0, size = 0;
	FILE *file = fopen("/proc/modules", "re");
	char line[512];

	CHECK(file, "/proc/modules: %s", strerror(errno));
	while (fgets(line, sizeof(line), file))
		if (sscanf(line, "usrsysshm %lu %*s %*s %*s %lx", &size, &start) == 2)
			break;
	fclose(file);
	CHECK(start, "the module is not in /proc/modules");
	set_kind(kind, "require-start", start);
	set_kind(kind, "require-end", start + size);
	set_kind(kind, "interval", (unsigned long)(kind->last + n));
	set_kind(kind, "times", 1);
	set_kind(kind, "probability", 100);
}

/* Returns whether an allocation failed. */
static bool disarm_kind(const struct kind *kind)
{
	char path[128];

	set_kind(kind, "probability", 0);
	set_kind(kind, "require-start", 0);
	set_kind(kind, "require-end", ~0UL);
	snprintf(path, sizeof(path), "/sys/kernel/debug/%s/times", kind->name);
	return read_number(path) == 0;
}

static bool unload(struct kind *kind, int n)
{
	bool reached;
	pid_t pid;
	int end;

	CHECK(!syscall(SYS_init_module, image, image_size, ""), "loading: %s", strerror(errno));
	pid = start_program(&end);
	arm_kind(kind, n);
	CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading, %s %d: %s", kind->name, n, strerror(errno));
	reached = disarm_kind(kind);
	check_gone(n);
	close(end);
	reap(pid);
	/* With an interval of 1 the kernel does not count. */
	if (n > 1)
		kind->last += n;
	return reached;
}

int main(int argc, char **argv)
{
	int n, missed, refused = 0;
	struct kind *kind;

	(void)argv;
	if (argc > 1)
		return run_program();
	read_module();
	CHECK(!mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL) || errno == EBUSY, "tracefs: %s", strerror(errno));
	hooks = count_hooks();
	CHECK(hooks > 0, "no hooks");
	fail_nth_prepare();
	fail_nth_open();
	CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading: %s", strerror(errno));
	/* Some allocations are not made every time. */
	for (n = 1, missed = 0; missed < 5; n++)
		missed = load(n, &refused) ? 0 : missed + 1;
	printf("loading: %d allocations, %d loads refused\n", n - 6, refused);
	CHECK(refused > 20, "only %d loads were refused", refused);
	for (kind = kinds; kind < kinds + 2; kind++) {
		for (n = 1; unload(kind, n); n++)
			;
		printf("unloading: %s: %d allocations\n", kind->name, n - 1);
		/* Page allocations occur only if the slab allocator runs short. */
		CHECK(n > 1 || kind != kinds, "unloading, %s: no allocation failed", kind->name);
	}
	CHECK(!syscall(SYS_init_module, image, image_size, ""), "loading: %s", strerror(errno));
	return 0;
}
