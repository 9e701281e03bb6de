/* SPDX-License-Identifier: MIT */
/*
 * An exec that fails at once, or after the point of no return, where the old memory is gone and the process is killed. In a
 * vfork child neither kind makes the parent's pid disappear for longer than the child lives, nor does it make a pid appear
 * while another child remains.
 */
#include <elf.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "test.h"

#ifdef __aarch64__
#define MACHINE EM_AARCH64
#else
#define MACHINE EM_X86_64
#endif

static char half_way[] = "/tmp/usrsysshm-half-way.XXXXXX";

/* An ELF program with one segment that cannot be mapped: the loader gives up after the point of no return. */
static void make_half_way(void)
{
	/* clang-format off */
	struct {
		Elf64_Ehdr header;
		Elf64_Phdr segment;
	} program = {
		.header = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT }, .e_type = ET_EXEC,
			    .e_machine = MACHINE, .e_version = EV_CURRENT, .e_entry = 0x400000, .e_ehsize = sizeof(Elf64_Ehdr),
			    .e_phoff = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 1 },
		.segment = { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = 0xffff800000000000, .p_filesz = 4096,
			     .p_memsz = 4096, .p_align = 4096 },
	};
	/* clang-format on */
	int fd = mkstemp(half_way);

	CHECK(fd >= 0, "mkstemp: %s", strerror(errno));
	CHECK(write(fd, &program, sizeof(program)) == (ssize_t)sizeof(program), "write");
	CHECK(!ftruncate(fd, 8192), "ftruncate");
	CHECK(!fchmod(fd, 0755), "fchmod");
	close(fd);
}

static int sleeper(void *unused)
{
	(void)unused;
	pause();
	return 0;
}

static void vfork_and_fail(bool alone)
{
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/nowhere", "nowhere", NULL);
		check_fallback("vfork child after exec of a missing file");
		execl("/etc/passwd", "passwd", NULL);
		check_fallback("vfork child after exec of a file that is no program");
		execl(half_way, "half-way", NULL);
		_exit(99);
	}
	CHECK(waitpid(pid, &status, 0) == pid, "waitpid");
	CHECK(WIFSIGNALED(status), "failed after the point of no return: status %#x, expected a signal", status);
	if (alone)
		check_served("parent after its vfork child was killed in exec");
	else
		check_fallback("parent with another child that shares its memory");
}

int main(void)
{
	static char stack[65536];
	int i;
	pid_t pid;

	make_half_way();
	execl("/nowhere", "nowhere", NULL);
	check_served("after exec of a missing file");
	for (i = 0; i < 20; i++)
		vfork_and_fail(true);
	pid = clone(sleeper, stack + sizeof(stack), CLONE_VM | SIGCHLD, NULL);
	CHECK(pid > 0, "clone");
	for (i = 0; i < 20; i++)
		vfork_and_fail(false);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	check_served("after the last child was killed");
	unlink(half_way);
	return 0;
}
