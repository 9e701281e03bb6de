/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * read_only.c - neither the process itself, nor mprotect(2), nor ptrace(2), can write to the read-only pages
 */
#include <sys/mman.h>
#include <sys/ptrace.h>

#include <setjmp.h>
#include <signal.h>

#include "test.h"

static sigjmp_buf back;

static void
handler(int number)
{
	siglongjmp(back, number);
}

static void
check_page(volatile char *page)
{
	if (sigsetjmp(back, 1) == 0) {
		page[24] = 1;
		CHECK(false, "a store went through");
	}
	CHECK(mprotect((void *)(uintptr_t)page, 4096, PROT_READ | PROT_WRITE) == -1, "mprotect made it writable");
	CHECK(mprotect((void *)(uintptr_t)page, 4096, PROT_READ | PROT_EXEC) == -1, "mprotect made it executable");
}

static void
check_tracer(volatile char *page)
{
	struct ptrace_io_desc io = { .piod_op = PIOD_WRITE_D, .piod_offs = (void *)(uintptr_t)page, .piod_len = 4 };
	static int value = 1;
	pid_t child = fork();

	if (child == 0) {
		pause();
		_exit(0);
	}
	io.piod_addr = &value;
	CHECK(ptrace(PT_ATTACH, child, NULL, 0) == 0, "ptrace: %s", strerror(errno));
	CHECK(waitpid(child, NULL, 0) == child, "waitpid");
	CHECK(ptrace(PT_IO, child, (caddr_t)&io, 0) == -1, "the tracer wrote into the page");
	kill(child, SIGKILL);
	ptrace(PT_DETACH, child, (caddr_t)1, SIGKILL);
	waitpid(child, NULL, 0);
}

int
main(void)
{
	volatile char *page = (volatile char *)(uintptr_t)ask_pages();
	const volatile struct uss_process_page *process = (const volatile void *)page;

	CHECK(page != NULL, "no pages");
	signal(SIGBUS, handler);
	signal(SIGSEGV, handler);
	check_page(page);
	check_page(page + process->system_offset);
	check_page(page + process->machine_offset);
	check_tracer(page + 24);
	CHECK((pid_t)process->pid == raw_getpid(), "the page has %u", process->pid);
	return (0);
}
