/* SPDX-License-Identifier: MIT */
/*
 * pages.c - pages that the benchmark fills itself, to measure the user side of the library on a machine without the module
 *
 * build/bench/filled/libusrsysshm.so.0 is the library with this file: bench/run runs the native benchmarks with it in place of the library.
 * The values are those of the system calls at program start, and nothing keeps them right afterwards. Costs of faults, and what the kernel
 * does, are not measured this way.
 */
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "../../lib/pages.h"

#define PAGE 4096
#define TITLE_PAGES ((USS_SLOT_OFFSET(USS_TITLE_SLOTS) + PAGE - 1) / PAGE)

_Static_assert(sizeof(struct utsname) == sizeof(struct uss_names), "struct utsname differs from that of uname(2)");

static void fill(struct uss_header *header, uint32_t magic, uint32_t size)
{
	header->magic = magic;
	header->abi_version = USS_ABI_VERSION;
	header->size = size;
	header->features = ~0ull;
}

/* After the constructor of lib/pages.c, because this file is linked last. */
__attribute__((constructor)) static void fill_pages(void)
{
	char *base = mmap(NULL, (4 + TITLE_PAGES) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct uss_process_page *process = (void *)base;
	struct uss_system_page *system = (void *)(base + PAGE);
	struct uss_machine_page *machine = (void *)(base + 2 * PAGE);
	struct uss_cputime_page *cputime = (void *)(base + 3 * PAGE);
	struct uss_title_page *title = (void *)(base + 4 * PAGE);
	struct uss_cputime_slot *slots = (void *)((char *)cputime + USS_CPUTIME_SLOTS);
	struct sysinfo info;
	unsigned int i;

	if (base == MAP_FAILED)
		return;
	fill(&process->header, USS_MAGIC_PROCESS, sizeof(*process));
	process->speaks = USS_SPEAKS_START_TIME | USS_SPEAKS_SYSTEM | USS_SPEAKS_UNAME;
	process->forkid = 1;
	process->start_time = 1;
	process->title_area = (uintptr_t)title;
	process->pid = (uint32_t)getpid();

	fill(&system->header, USS_MAGIC_SYSTEM, sizeof(*system));
	uname((struct utsname *)&system->names);
	system->names_sequence = 2;

	fill(&machine->header, USS_MAGIC_MACHINE, sizeof(*machine));
	machine->nprocs_onln = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
	sysinfo(&info);
	for (i = 0; i < 3; i++)
		machine->loads[i] = info.loads[i];
	machine->loads_sequence = 2;
	machine->clock_mult = 1;
	machine->clock_sequence = 2;

	fill(&cputime->header, USS_MAGIC_CPUTIME, sizeof(*cputime));
	cputime->slots = PAGE / sizeof(*slots) - 1;
	for (i = 0; i < cputime->slots; i++)
		slots[i].sequence = 2;
	cputime->enabled = 1;

	fill(&title->header, USS_MAGIC_TITLE, sizeof(*title));
	uss_process = process;
	uss_system = system;
	uss_machine = machine;
	uss_cputime = cputime;
}
