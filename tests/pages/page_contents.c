/* SPDX-License-Identifier: MIT */
/*
 * The contents of the pages, byte by byte: headers, fields, and zeros behind them. Nothing looks like a kernel address, and
 * the title area contains only what was written there. In a program, in a forked child, and after several titles.
 */
#include <sys/utsname.h>

#include "test.h"

#define PAGE 4096

static void check_zeros(const volatile char *from, size_t start, size_t end, const char *what)
{
	size_t i;

	for (i = start; i < end; i++)
		CHECK(!from[i], "%s: byte %zu is %#x", what, i, (unsigned char)from[i]);
}

static void check_no_address(const volatile char *page, size_t size, const char *what)
{
	size_t i;
	uint64_t word;

	/* The upper 17 bits of a kernel address are set. Check every offset, aligned or not. */
	for (i = 0; i + 8 <= size; i++) {
		memcpy(&word, (const char *)page + i, 8);
		CHECK(word >> 47 != 0x1ffff, "%s: %#llx at byte %zu", what, (unsigned long long)word, i);
	}
}

static void check_header(const struct uss_header *header, uint32_t magic, size_t size, const char *what)
{
	CHECK(header->magic == magic && header->abi_version == USS_ABI_VERSION && header->size == size && !header->reserved &&
		      (header->features & ~(__u64)USS_FEATURE_CPUTIME) == 0x7f,
	      "%s: wrong header", what);
}

static bool asked_for_title;

static void check_pages(const char *where)
{
	const char *base = uss_page_base();
	struct uss_process_page process;
	struct uss_machine_page machine;
	struct uss_system_page system;
	char without_address[3 * PAGE];
	struct utsname names;

	CHECK(base, "%s: no pages", where);
	memcpy(&process, base, sizeof(process));
	memcpy(&system, base + process.system_offset, sizeof(system));
	memcpy(&machine, base + process.machine_offset, sizeof(machine));
	check_header(&process.header, USS_MAGIC_PROCESS, sizeof(process), "process page");
	check_header(&system.header, USS_MAGIC_SYSTEM, sizeof(system), "system page");
	check_header(&machine.header, USS_MAGIC_MACHINE, sizeof(machine), "machine page");
	CHECK(process.pid == (uint32_t)raw_getpid() && process.speaks == 7, "%s: pid %u, speaks %#x", where, process.pid, process.speaks);
	CHECK(process.system_offset == PAGE && process.machine_offset == 2 * PAGE && !process.reserved,
	      "%s: wrong offsets or reserved fields", where);
	CHECK(process.title_area == (asked_for_title ? (uintptr_t)my_title_area() : 0), "%s: wrong address of the title area", where);
	CHECK(!syscall(SYS_uname, &names) && !memcmp(&system.names, &names, sizeof(names)), "%s: wrong names", where);
	check_zeros(base, sizeof(process), PAGE, "process page");
	check_zeros(base + PAGE, sizeof(system), PAGE, "system page");
	check_zeros(base + 2 * PAGE, sizeof(machine), PAGE, "machine page");
	/* Shifted by two bytes, the address of the title area can look like a kernel address on arm64. */
	memcpy(without_address, base, sizeof(without_address));
	memset(without_address + offsetof(struct uss_process_page, title_area), 0, sizeof(process.title_area));
	/* The clock's offset can be any number. */
	check_no_address(without_address, 2 * PAGE + offsetof(struct uss_machine_page, clock_sequence), where);
}

int main(void)
{
	check_pages("program");
	asked_for_title = true;
	check_zeros(my_title_area(), sizeof(struct uss_title_page), 8 * PAGE, "unused title area");
	CHECK(!uss_set_title("a secret of the parent", 22) && !uss_set_title("a title", 7), "uss_set_title");
	check_pages("program with a title");
	check_no_address(my_title_area(), 8 * PAGE, "title area");
	if (fork() == 0) {
		check_pages("child");
		/* It has the inherited title and not the one before it. */
		CHECK(!memcmp(my_title_area() + USS_SLOT_OFFSET(0), "a title", 8), "the child has another title");
		check_zeros(my_title_area(), USS_SLOT_OFFSET(0) + 7, 8 * PAGE, "title area of a child");
		_exit(0);
	}
	reap(-1);
	return 0;
}
