/* SPDX-License-Identifier: MIT */
/* selftest_machine.c - trials of selftest: load averages and processors; 32-bit programs and system calls */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/sysinfo.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "selftest.h"

static void try_loads(void)
{
	struct sysinfo before, now;
	int64_t end = uss_self_now() + (uss_selftest->wait ? 11000 : 100);

	sysinfo(&before);
	do {
		uss_self_compare_loads("load averages");
		sysinfo(&now);
	} while (uss_self_now() < end && (!uss_selftest->wait || !memcmp(before.loads, now.loads, sizeof(now.loads))));
	uss_self_compare_loads("load averages");
	uss_self_expect(USS_SERVED_LOADAVG, "load averages");
	if (uss_selftest->wait && !memcmp(before.loads, now.loads, sizeof(now.loads)))
		uss_self_differs("sysinfo(2) gave the same load averages for 11 seconds");
}

static void try_processors(void)
{
	int i;

	for (i = 0; i < 10; i++)
		uss_self_compare_processors("processors");
	uss_self_expect(USS_SERVED_NPROCS, "processors");
}

#ifdef __x86_64__
/* The code of a 32-bit program. It writes what struct report32 holds, and then the bytes of its pages. */
extern const char uss_self_code32[], uss_self_code32_end[];
/* clang-format off */
__asm__(".pushsection .rodata\n"
	".code32\n"
	"uss_self_code32:\n"
	"	subl $1024, %esp\n"
	"	call 1f\n"
	"	.asciz \"/proc/sys/kernel/usrsysshm\"\n"
	"1:	popl %ebx\n"
	"	xorl %ecx, %ecx\n"
	"	movl $5, %eax\n"		/* open */
	"	int $0x80\n"
	"	movl %eax, %ebx\n"
	"	movl %esp, %ecx\n"
	"	movl $31, %edx\n"
	"	movl $3, %eax\n"		/* read */
	"	int $0x80\n"
	"	xorl %edi, %edi\n"
	"	movl %esp, %esi\n"
	"2:	movzbl (%esi), %eax\n"
	"	subl $48, %eax\n"
	"	cmpl $9, %eax\n"
	"	ja 3f\n"
	"	imull $10, %edi\n"
	"	addl %eax, %edi\n"
	"	incl %esi\n"
	"	jmp 2b\n"
	"3:	movl %edi, (%esp)\n"		/* the address of the process page */
	"	movl $20, %eax\n"		/* getpid */
	"	int $0x80\n"
	"	movl %eax, 4(%esp)\n"
	"	leal 8(%esp), %ebx\n"
	"	movl $122, %eax\n"		/* uname */
	"	int $0x80\n"
	"	movl %esp, %ecx\n"
	"	movl $398, %edx\n"
	"	call 5f\n"
	"	testl %edi, %edi\n"
	"	jz 4f\n"
	"	movl %edi, %ecx\n"
	"	movl $72, %edx\n"
	"	call 5f\n"
	"	movl 48(%edi), %ecx\n"		/* system_offset */
	"	addl %edi, %ecx\n"
	"	movl $424, %edx\n"
	"	call 5f\n"
	"4:	xorl %ebx, %ebx\n"
	"	movl $1, %eax\n"		/* exit */
	"	int $0x80\n"
	"5:	movl $1, %ebx\n"
	"	movl $4, %eax\n"		/* write */
	"	int $0x80\n"
	"	ret\n"
	"uss_self_code32_end:\n"
	".code64\n"
	".popsection\n");
/* clang-format on */

struct report32 {
	uint32_t base, pid;
	struct uss_names names;
	char pages[sizeof(struct uss_process_page) + sizeof(struct uss_system_page)];
} __attribute__((packed));
_Static_assert(offsetof(struct report32, pages) == 398 && sizeof(struct uss_process_page) == 72 && sizeof(struct uss_system_page) == 424,
	       "the code above writes other sizes");

#define ADDRESS32 0x08048000

static int make_program32(void)
{
	/* clang-format off */
	struct {
		Elf32_Ehdr elf;
		Elf32_Phdr segments[2];
	} head = {
		.elf = { .e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			 .e_type = ET_EXEC,
			 .e_machine = EM_386,
			 .e_version = EV_CURRENT,
			 .e_entry = ADDRESS32 + sizeof(head),
			 .e_phoff = sizeof(Elf32_Ehdr),
			 .e_ehsize = sizeof(Elf32_Ehdr),
			 .e_phentsize = sizeof(Elf32_Phdr),
			 .e_phnum = 2 },
		.segments = { { .p_type = PT_LOAD, .p_vaddr = ADDRESS32, .p_flags = PF_R | PF_X, .p_align = 4096 },
			      { .p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W } },
	};
	/* clang-format on */
	size_t size = (size_t)(uss_self_code32_end - uss_self_code32);
	int fd = memfd_create("usrsysshm selftest 32", 0);

	head.segments[0].p_filesz = head.segments[0].p_memsz = (Elf32_Word)(sizeof(head) + size);
	if (fd >= 0 && (write(fd, &head, sizeof(head)) != sizeof(head) || write(fd, uss_self_code32, size) != (ssize_t)size)) {
		close(fd);
		fd = -1;
	}
	return fd;
}

/* Returns the length of the report; -1 with errno if the program does not run. */
static ssize_t run_program32(struct report32 *report, pid_t *pid)
{
	char *argv[] = { "selftest32", NULL }, *bytes = (char *)report;
	int fd = make_program32(), pipes[2], err[2], why = 0;
	ssize_t length = 0, more;

	if (fd < 0 || pipe2(pipes, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
		return -1;
	*pid = uss_self_fork();
	if (*pid == 0) {
		dup2(pipes[1], 1);
		fexecve(fd, argv, environ);
		why = errno;
		_exit(write(err[1], &why, sizeof(why)) == sizeof(why));
	}
	close(fd);
	close(pipes[1]);
	close(err[1]);
	while (length < (ssize_t)sizeof(*report) && (more = read(pipes[0], bytes + length, sizeof(*report) - (size_t)length)) > 0)
		length += more;
	if (read(err[0], &why, sizeof(why)) == sizeof(why))
		length = -1;
	close(pipes[0]);
	close(err[0]);
	uss_self_reap(*pid);
	errno = why;
	return length;
}

static void try_program32(void)
{
	struct uss_process_page process;
	struct uss_system_page system;
	struct report32 report;
	pid_t pid;
	ssize_t length = run_program32(&report, &pid);

	uss_self_compare("parent of a 32-bit program");
	if (length < 0)
		return uss_self_not_allowed("a 32-bit program");
	if (length < (ssize_t)offsetof(struct report32, pages))
		return uss_self_differs("the 32-bit program wrote %zd bytes", length);
	if (!report.base || length != sizeof(report))
		return uss_self_not_served("the 32-bit program has no pages");
	memcpy(&process, report.pages, sizeof(process));
	memcpy(&system, report.pages + sizeof(process), sizeof(system));
	uss_self_count(USS_SERVED_PID);
	if (report.pid != (uint32_t)pid || (process.pid && process.pid != report.pid))
		uss_self_differs("32-bit program %d: getpid(2) says %u, the page %u", pid, report.pid, process.pid);
	if (!process.pid || !process.forkid || process.forkid == uss_forkid())
		uss_self_differs("32-bit program: pid %u, fork id %llu", process.pid, (unsigned long long)process.forkid);
	uss_self_count(USS_SERVED_UNAME);
	if ((process.speaks & USS_SPEAKS_SYSTEM) && (process.speaks & USS_SPEAKS_UNAME) && !(system.names_sequence & 1) &&
	    memcmp(&system.names, &report.names, sizeof(system.names)))
		uss_self_differs("32-bit program: uname(2) says %s %s, the page %s %s", report.names.nodename, report.names.machine,
				 system.names.nodename, system.names.machine);
}

long uss_self_call32(int number, uint32_t first, uint32_t second)
{
	long result;

	/* The kernel clears r8 to r11 on this way. */
	__asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(0) : "memory", "r8", "r9", "r10", "r11");
	return (int)result;
}

bool uss_self_can_call32(void)
{
	pid_t pid = uss_self_fork();
	int status;

	if (pid < 0)
		return false;
	if (pid == 0) {
		signal(SIGSEGV, SIG_DFL);
		_exit(uss_self_call32(20, 0, 0) != syscall(SYS_getpid));
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (status == 0)
		return true;
	errno = ENOSYS;
	uss_self_not_allowed("int $0x80");
	return false;
}

static void try_personality32(void)
{
	if (!uss_self_can_call32())
		return;
	uss_self_compare("before");
	if (uss_self_call32(136, PER_LINUX32, 0) < 0)
		return;
	uss_self_compare_often("personality PER_LINUX32, set by int $0x80", 5);
}

static void enter_by_call32(void)
{
	uss_self_compare("before");
	if (uss_self_call32(310, CLONE_NEWUTS, 0) < 0 || sethostname("selftest-e", 10) < 0)
		return uss_self_not_allowed("unshare(2) by int $0x80");
	uss_self_compare_often("process that entered a UTS namespace by int $0x80", 20);
}

static void try_unshare32(void)
{
	if (uss_self_can_call32() && uss_self_unshare(CLONE_NEWUTS))
		uss_self_in_child(enter_by_call32);
}
#endif

/* clang-format off */
const struct uss_trial uss_trials_machine[] = {
	{ "load averages", try_loads },
	{ "processors online", try_processors },
#ifdef __x86_64__
	{ "32-bit program", try_program32 },
	{ "personality set by 32-bit system call", try_personality32 },
	{ "UTS namespace by 32-bit system call", try_unshare32 },
#endif
	{ NULL, NULL },
};
/* clang-format on */
