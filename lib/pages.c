/* SPDX-License-Identifier: MIT */
/*
 * pages.c - finds the calling process's pages, once, when the library is loaded
 *
 * Before that, and if there are no pages or their ABI version is unknown, uss_process points to a page of zeros. Zero fields make every
 * call fall back to the system call. So even the first call is exact, and no call needs to check whether the pages were found.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "pages.h"
#include "raw.h"

const struct uss_process_page uss_no_page;
static const struct uss_system_page uss_no_system_page;
static const struct uss_machine_page uss_no_machine_page;
const struct uss_cputime_page uss_no_cputime_page;
const volatile struct uss_process_page *uss_process = &uss_no_page;
const volatile struct uss_system_page *uss_system = &uss_no_system_page;
const volatile struct uss_machine_page *uss_machine = &uss_no_machine_page;
const volatile struct uss_cputime_page *uss_cputime = &uss_no_cputime_page;

/* As uss_read_proc, but returns the negated errno. Uses raw system calls also because libc's functions are cancellation points. */
static ssize_t uss_raw_read_proc(const char *path, char *text, size_t size)
{
	long fd = uss_raw_syscall(SYS_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0), length;
	struct statfs fs;

	if (fd < 0)
		return fd;
#ifdef __LP64__
	length = uss_raw_syscall(SYS_fstatfs, fd, (long)&fs, 0, 0);
#else
	length = fstatfs((int)fd, &fs) < 0 ? -errno : 0;
#endif
	if (length == 0 && fs.f_type != PROC_SUPER_MAGIC)
		length = -EIO;
	if (length == 0)
		length = uss_raw_syscall(SYS_read, fd, (long)text, (long)size - 1, 0);
	uss_raw_syscall(SYS_close, fd, 0, 0, 0);
	if (length >= 0)
		text[length] = '\0';
	return length;
}

ssize_t uss_read_proc(const char *path, char *text, size_t size)
{
	ssize_t length = uss_raw_read_proc(path, text, size);

	if (length >= 0)
		return length;
	errno = (int)-length;
	return -1;
}

unsigned long long uss_parse(const char **text)
{
	unsigned long long number = 0;

	for (; **text >= '0' && **text <= '9'; ++*text)
		number = number * 10 + (unsigned long long)(**text - '0');
	return number;
}

/*
 * Does not touch the other pages: most programs never read them, and the first access would fault.
 *
 * A thread that an earlier constructor started may be calling the library. It finds each pointer old or new, and loads the page through it.
 */
static void uss_use_pages(const volatile struct uss_process_page *page)
{
	if (page->header.magic != USS_MAGIC_PROCESS || page->header.abi_version != USS_ABI_VERSION)
		return;
	__atomic_store_n(&uss_process, page, __ATOMIC_RELEASE);
	if (page->system_offset)
		uss_system = (const volatile void *)((const volatile char *)page + page->system_offset);
	if (page->machine_offset)
		uss_machine = (const volatile void *)((const volatile char *)page + page->machine_offset);
	if (page->cputime_offset)
		uss_cputime = (const volatile void *)((const volatile char *)page + page->cputime_offset);
}

__attribute__((constructor)) static void uss_find_pages(void)
{
	unsigned long long address = 0;
	const char *text;
	char buffer[32];

	if (uss_raw_read_proc("/proc/sys/kernel/usrsysshm", buffer, sizeof(buffer)) > 0) {
		text = buffer;
		address = uss_parse(&text);
	}
	/* In an emulated 32-bit program the address may be that of the emulator's page: ignore one that does not fit. */
	if (address && address <= UINTPTR_MAX)
		uss_use_pages((const volatile struct uss_process_page *)(uintptr_t)address);
}
