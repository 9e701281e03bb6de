/* SPDX-License-Identifier: MIT */
/*
 * pages.c - finds the calling process's pages, once, when the library is loaded
 *
 * Until then, and if there are none or none that we understand, uss_process points to a page of zeros, whose every fact says "ask
 * the kernel". So the first call from anywhere is right, and no call needs to look whether the pages were found.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "pages.h"

const struct uss_process_page uss_no_page;
static const struct uss_system_page uss_no_system_page;
static const struct uss_machine_page uss_no_machine_page;
const volatile struct uss_process_page *uss_process = &uss_no_page;
const volatile struct uss_system_page *uss_system = &uss_no_system_page;
const volatile struct uss_machine_page *uss_machine = &uss_no_machine_page;

pid_t uss_ask_getpid(void)
{
	return (pid_t)syscall(SYS_getpid);
}

ssize_t uss_read_proc(const char *path, char *text, size_t size)
{
	/* Raw, because libc's are cancellation points. */
	int fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
	ssize_t length = -1;
	struct statfs fs;
	int err;

	if (fd < 0)
		return -1;
	if (fstatfs(fd, &fs) == 0) {
		if (fs.f_type == PROC_SUPER_MAGIC)
			length = syscall(SYS_read, fd, text, size - 1);
		else
			errno = EIO;
	}
	err = errno;
	syscall(SYS_close, fd);
	errno = err;
	if (length >= 0)
		text[length] = '\0';
	return length;
}

unsigned long long uss_parse(const char **text)
{
	unsigned long long number = 0;

	for (; **text >= '0' && **text <= '9'; ++*text)
		number = number * 10 + (unsigned long long)(**text - '0');
	return number;
}

/* Does not touch the other pages: most programs never do. */
static void uss_use_pages(const volatile struct uss_process_page *page)
{
	if (page->header.magic != USS_MAGIC_PROCESS || page->header.abi_version != USS_ABI_VERSION)
		return;
	uss_process = page;
	if (page->system_offset)
		uss_system = (const volatile void *)((const volatile char *)page + page->system_offset);
	if (page->machine_offset)
		uss_machine = (const volatile void *)((const volatile char *)page + page->machine_offset);
}

__attribute__((constructor)) static void uss_find_pages(void)
{
	unsigned long long address = 0;
	const char *text;
	char buffer[32];
	int err = errno;

	if (uss_read_proc("/proc/sys/kernel/usrsysshm", buffer, sizeof(buffer)) > 0) {
		text = buffer;
		address = uss_parse(&text);
	}
	/* One that does not fit is the emulator's, not the emulated program's. */
	if (address && address <= UINTPTR_MAX)
		uss_use_pages((const volatile struct uss_process_page *)(uintptr_t)address);
	errno = err;
}
