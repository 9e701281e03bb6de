/* SPDX-License-Identifier: MIT */
/*
 * title_classic.c - the title fact: the classic method, for kernels without the module
 *
 * The title is in slots of private memory laid out as the title area. After each change, prctl(PR_SET_MM_MAP) tells the kernel where the
 * command line is now. Each title is in another slot than the one before, so no reader sees half of one.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "title.h"

/* struct prctl_mm_map of a 64-bit kernel, which also 32-bit programs must pass. */
struct uss_mm_map {
	__u64 start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	__u64 arg_start, arg_end, env_start, env_end;
	__u64 auxv;
	__u32 auxv_size;
	__u32 exe_fd;
};

_Static_assert(sizeof(struct uss_mm_map) == 104, "size of struct prctl_mm_map in a 64-bit kernel");

/* The slots, and where the command line was before the first title; both are written before uss_classic_area points here. */
struct uss_classic {
	union {
		struct uss_title_page slots;
		char room[USS_SLOT_OFFSET(USS_TITLE_SLOTS)];
	};
	__u64 arg_start, arg_end;
};

static struct uss_classic *uss_classic_area;

/* How often to repeat the prctl if other writers have set titles meanwhile. */
#define USS_SHOW_TRIES	8

struct uss_title_page *uss_title_classic_area(void)
{
	struct uss_classic *area = __atomic_load_n(&uss_classic_area, __ATOMIC_ACQUIRE);

	return area ? &area->slots : NULL;
}

/* Reads the kernel's current values for struct prctl_mm_map. (/proc/self/stat has none once the main thread has called pthread_exit.) */
static int uss_read_map(struct uss_mm_map *map)
{
	unsigned long long field[53] = { 0 };
	char buffer[1024];
	const char *text;
	int i;

	if (uss_read_proc("/proc/thread-self/stat", buffer, sizeof(buffer)) <= 0)
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
	map->arg_start = field[48];
	map->arg_end = field[49];
	map->env_start = field[50];
	map->env_end = field[51];
	map->exe_fd = (__u32)-1;
	return 0;
}

/* Creates an area in place of @before: NULL, or an area whose slots are all owned by writers that may still be writing there. */
static struct uss_classic *uss_make_area(const struct uss_mm_map *map, struct uss_classic *before)
{
	struct uss_classic *area, *expected = before;

	area = mmap(NULL, sizeof(*area), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (area == MAP_FAILED)
		return NULL;
	area->arg_start = before ? before->arg_start : map->arg_start;
	area->arg_end = before ? before->arg_end : map->arg_end;
	if (__atomic_compare_exchange_n(&uss_classic_area, &expected, area, 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return area;
	munmap(area, sizeof(*area));
	return expected;
}

/* Tells the kernel where the current title is; repeats that if it has changed meanwhile. */
static int uss_show_current(struct uss_mm_map *map, struct uss_classic *area)
{
	__u64 title;
	int tries, err = 0;

	for (tries = 0; tries < USS_SHOW_TRIES && !err; tries++) {
		title = __atomic_load_n(&area->slots.current_title, __ATOMIC_SEQ_CST);
		map->arg_start = area->arg_start;
		map->arg_end = area->arg_end;
		if (title) {
			map->arg_start = (uintptr_t)area + USS_SLOT_OFFSET(USS_TITLE_SLOT(title));
			map->arg_end = map->arg_start + USS_TITLE_LENGTH(title) + 1;
		}
		/* The prctl writes brk back: take the kernel's value, not libc's, and as late as possible. */
		map->brk = (__u64)(unsigned long)syscall(SYS_brk, 0);
		err = prctl(PR_SET_MM, PR_SET_MM_MAP, map, sizeof(*map), 0);
		if (__atomic_load_n(&area->slots.current_title, __ATOMIC_SEQ_CST) == title)
			break;
	}
	return err;
}

int uss_title_classic_set(const char *text, size_t length)
{
	struct uss_classic *area = __atomic_load_n(&uss_classic_area, __ATOMIC_ACQUIRE);
	struct uss_mm_map map;

	if (!text && !area)
		return 0;
	if (uss_read_map(&map) < 0)
		return -1;
	if (!area)
		area = uss_make_area(&map, NULL);
	if (!area)
		return -1;
	/* If the prctl is refused (by a seccomp filter, or with RLIMIT_DATA), find out before the title has changed. */
	if (uss_show_current(&map, area) < 0)
		return -1;
	if (!uss_title_slots_set(&area->slots, text, length) && text) {
		area = uss_make_area(&map, area);
		if (!area || !uss_title_slots_set(&area->slots, text, length))
			return -1;
	}
	return uss_show_current(&map, area);
}
