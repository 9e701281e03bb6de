/* SPDX-License-Identifier: MIT */
/*
 * classic.c - the old way to show a title, for kernels without the module
 *
 * The title lies in slots of private memory, as it does in the title area, and after each change the kernel is told by
 * prctl(PR_SET_MM_MAP) where the command line is now: in another slot, so that no reader finds half of one.
 */
#include <errno.h>
#include <linux/prctl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "title.h"

#define USS_AREA_SIZE	USS_SLOT_OFFSET(USS_TITLE_SLOTS)

static struct uss_title_page *uss_area;

/* Where the command line was before the first title, to be restored; written before uss_area. */
static unsigned long uss_arg_start, uss_arg_end;

struct uss_title_page *uss_classic_area(void)
{
	return __atomic_load_n(&uss_area, __ATOMIC_ACQUIRE);
}

/* The process's memory map as the kernel has it, from /proc/self/stat. */
static int uss_read_map(struct prctl_mm_map *map)
{
	unsigned long long field[53] = { 0 };
	char buffer[1024];
	const char *text;
	int i;

	if (uss_read_proc("/proc/self/stat", buffer, sizeof(buffer)) <= 0)
		return -1;
	text = strrchr(buffer, ')');
	for (i = 3; text && i < 53; i++) {
		text = strchr(text + 1, ' ');
		if (text) {
			const char *number = text + 1;

			field[i] = uss_parse(&number);
		}
	}
	if (!field[48] || !field[51]) {
		errno = EIO;
		return -1;
	}
	memset(map, 0, sizeof(*map));
	map->start_code = field[26];
	map->end_code = field[27];
	map->start_stack = field[28];
	map->start_data = field[45];
	map->end_data = field[46];
	map->start_brk = field[47];
	map->brk = (__u64)(unsigned long)sbrk(0);
	map->arg_start = field[48];
	map->arg_end = field[49];
	map->env_start = field[50];
	map->env_end = field[51];
	map->exe_fd = (__u32)-1;
	return 0;
}

/* A new area, in the place of @before: NULL, or one whose slots are all owned, by writers who may still be writing there. */
static struct uss_title_page *uss_make_area(const struct prctl_mm_map *map, struct uss_title_page *before)
{
	struct uss_title_page *area, *expected = before;

	area = mmap(NULL, USS_AREA_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return NULL;
	if (!before) {
		__atomic_store_n(&uss_arg_start, (unsigned long)map->arg_start, __ATOMIC_RELAXED);
		__atomic_store_n(&uss_arg_end, (unsigned long)map->arg_end, __ATOMIC_RELAXED);
	}
	if (__atomic_compare_exchange_n(&uss_area, &expected, area, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return area;
	munmap(area, USS_AREA_SIZE);
	return expected;
}

int uss_classic_set(const char *text, size_t length)
{
	struct uss_title_page *area = uss_classic_area();
	struct prctl_mm_map map;
	const char *at;

	if (!text && !area)
		return 0;
	if (uss_read_map(&map) < 0)
		return -1;
	if (!area)
		area = uss_make_area(&map, NULL);
	if (!area)
		return -1;
	at = uss_slots_set(area, text, length);
	if (text && !at) {
		area = uss_make_area(&map, area);
		at = area ? uss_slots_set(area, text, length) : NULL;
	}
	if (text && !at)
		return -1;
	map.arg_start = text ? (unsigned long)at : uss_arg_start;
	map.arg_end = text ? (unsigned long)at + length + 1 : uss_arg_end;
	return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0);
}
