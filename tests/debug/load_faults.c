/* SPDX-License-Identifier: MIT */
/*
 * Every allocation of loading the module fails once, and every one of unloading it: loading fails with an error and leaves nothing behind,
 * or succeeds; unloading always succeeds.
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
	CHECK(!strstr(text, "usrsysshm"), "allocation %d: the module is left behind", n);
	CHECK(access("/sys/kernel/usrsysshm", F_OK) && access("/proc/sys/kernel/usrsysshm", F_OK), "allocation %d: files are left behind", n);
}

/* Returns whether the n-th allocation was reached. */
static bool load(int n, int *refused)
{
	bool reached, loaded;

	fail_nth_set(n);
	loaded = syscall(SYS_init_module, image, image_size, "") == 0;
	reached = fail_nth_has_failed();
	fail_nth_set(0);
	CHECK(loaded || reached, "loading: %s", strerror(errno));
	if (loaded)
		CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading after allocation %d: %s", n, strerror(errno));
	else
		++*refused;
	check_gone(n);
	return reached;
}

static bool unload(int n)
{
	bool reached;

	CHECK(!syscall(SYS_init_module, image, image_size, ""), "loading: %s", strerror(errno));
	fail_nth_set(n);
	CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading, allocation %d failed: %s", n, strerror(errno));
	reached = fail_nth_has_failed();
	fail_nth_set(0);
	check_gone(n);
	return reached;
}

int main(void)
{
	int n, refused = 0;

	read_module();
	fail_nth_prepare();
	fail_nth_open();
	CHECK(!syscall(SYS_delete_module, "usrsysshm", O_NONBLOCK), "unloading: %s", strerror(errno));
	for (n = 1; load(n, &refused); n++)
		;
	printf("loading: %d allocations, %d loads refused\n", n - 1, refused);
	CHECK(refused > 20, "only %d loads were refused", refused);
	for (n = 1; unload(n); n++)
		;
	printf("unloading: %d allocations\n", n - 1);
	CHECK(!syscall(SYS_init_module, image, image_size, ""), "loading: %s", strerror(errno));
	return 0;
}
