/* SPDX-License-Identifier: MIT */
/*
 * The read-only pages refuse every kind of write, as root: a store, mprotect, a system call's buffer, ptrace, /proc/PID/mem,
 * process_vm_writev, /proc/PID/map_files, remap_file_pages, mremap over them, an io_uring buffer, a pipe that holds them
 * (vmsplice). No page can be made executable.
 */
#include <linux/io_uring.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include "test.h"

static sigjmp_buf back;

static void on_fault(int signal)
{
	(void)signal;
	siglongjmp(back, 1);
}

static void check_unchanged(const char *means)
{
	check_served(means);
	CHECK(my_page()->header.magic == USS_MAGIC_PROCESS, "%s: magic %#x", means, my_page()->header.magic);
}

/* A writable word, as the control: here each kind of write must succeed, or its failure elsewhere proves nothing. */
static char *title_word(void)
{
	return my_title_area() + 64;
}

static void by_store(char *address)
{
	if (!sigsetjmp(back, 1)) {
		*(volatile char *)address = 1;
		CHECK(false, "a store to a read-only page succeeded");
	}
	check_unchanged("store");
}

static void by_mprotect(char *pages, size_t size)
{
	CHECK(mprotect(pages, size, PROT_READ | PROT_WRITE) < 0 && errno == EACCES, "mprotect(PROT_WRITE): %s", strerror(errno));
	CHECK(mprotect(pages, size, PROT_READ | PROT_EXEC) < 0 && errno == EACCES, "mprotect(PROT_EXEC): %s", strerror(errno));
	check_unchanged("mprotect");
}

static void by_system_call(char *address)
{
	int zero = open("/dev/zero", O_RDONLY);

	CHECK(read(zero, address, 4) < 0 && errno == EFAULT, "read into the page: %s", strerror(errno));
	CHECK(getcwd(address, 64) == NULL && errno == EFAULT, "getcwd into the page: %s", strerror(errno));
	close(zero);
	check_unchanged("system call");
}

static void by_process_vm_writev(char *address)
{
	uint32_t value = 1;
	struct iovec local = { &value, sizeof(value) }, remote = { address, sizeof(value) };

	CHECK(process_vm_writev(getpid(), &local, 1, &remote, 1, 0) < 0 && errno == EFAULT, "process_vm_writev: %s", strerror(errno));
	remote.iov_base = title_word();
	CHECK(process_vm_writev(getpid(), &local, 1, &remote, 1, 0) == sizeof(value), "control: %s", strerror(errno));
	check_unchanged("process_vm_writev");
}

static void by_proc_mem(char *address)
{
	int mem = open("/proc/self/mem", O_RDWR);
	uint32_t value = 1;

	CHECK(mem >= 0, "open /proc/self/mem: %s", strerror(errno));
	CHECK(pwrite(mem, &value, sizeof(value), (off_t)(uintptr_t)address) < 0 && errno == EIO, "/proc/self/mem: %s", strerror(errno));
	CHECK(pwrite(mem, &value, sizeof(value), (off_t)(uintptr_t)title_word()) == sizeof(value), "control: %s", strerror(errno));
	close(mem);
	check_unchanged("/proc/self/mem");
}

static void by_ptrace(char *address)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		/* For the control: a fault by another process allocates no page. */
		*title_word() = 1;
		raise(SIGSTOP);
		check_unchanged("ptrace");
		_exit(0);
	}
	CHECK(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status), "status %#x", status);
	CHECK(!ptrace(PTRACE_SEIZE, pid, 0, 0), "PTRACE_SEIZE: %s", strerror(errno));
	waitpid(pid, &status, 0);
	CHECK(ptrace(PTRACE_POKEDATA, pid, address, 1L) < 0 && errno == EIO, "PTRACE_POKEDATA: %s", strerror(errno));
	CHECK(!ptrace(PTRACE_POKEDATA, pid, title_word(), 1L), "control: %s", strerror(errno));
	CHECK(!ptrace(PTRACE_DETACH, pid, 0, 0), "PTRACE_DETACH: %s", strerror(errno));
	kill(pid, SIGCONT);
	reap(pid);
}

/* A buffer that the kernel pins and writes later through its own mapping. */
static void by_io_uring(char *address)
{
	struct io_uring_params parameters = { 0 };
	struct iovec buffer = { address, 64 };
	char control[64];
	long ring = syscall(SYS_io_uring_setup, 1, &parameters);

	CHECK(ring >= 0, "io_uring_setup: %s", strerror(errno));
	CHECK(syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1) < 0 && errno == EFAULT, "io_uring: %s",
	      strerror(errno));
	buffer.iov_base = control;
	CHECK(!syscall(SYS_io_uring_register, ring, IORING_REGISTER_BUFFERS, &buffer, 1), "control: %s", strerror(errno));
	close((int)ring);
	check_unchanged("io_uring");
}

/* A write to a pipe is appended to the pipe's last page, if the pipe owns that page. */
static void by_vmsplice(char *address)
{
	struct iovec piece = { address, 4 };
	ssize_t got;
	int fds[2];

	CHECK(!pipe(fds), "pipe: %s", strerror(errno));
	got = vmsplice(fds[1], &piece, 1, 0);
	/* Kernels that look for the mapping, not only for the page, find that it is VM_IO. */
	CHECK(got == 4 || (got < 0 && errno == EFAULT), "vmsplice: %zd: %s", got, strerror(errno));
	CHECK(write(fds[1], "text", 4) == 4, "write: %s", strerror(errno));
	CHECK(memcmp(address + 4, "text", 4), "a read-only page was written through a pipe");
	close(fds[0]);
	close(fds[1]);
	check_unchanged("vmsplice");
}

/*
 * The links in map_files lead to the mapped files. The file of the title area must not be opened through them. The read-only
 * pages have no file.
 */
static void by_map_files(char *pages, size_t size, bool has_file)
{
	struct stat link;
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/map_files/%lx-%lx", (unsigned long)pages, (unsigned long)pages + size);
	CHECK((lstat(path, &link) == 0) == has_file, "%s: %s", path, strerror(errno));
	fd = open(path, O_RDWR);
	CHECK(fd < 0, "%s was opened for writing", path);
	fd = open(path, O_RDONLY);
	CHECK(fd < 0, "%s was opened", path);
}

static void by_remapping(char *pages, char *title, size_t page_size)
{
	/* A title page's file mapped over a read-only page may only yield a writable page of the title area, or fail. */
	CHECK(syscall(SYS_remap_file_pages, pages, page_size, 0, 0, 0) < 0, "remap_file_pages of the process page");
	CHECK(syscall(SYS_remap_file_pages, title, page_size, 0, 1000, 0) < 0, "remap_file_pages outside the title area");
	CHECK(mremap(pages, size_of_pages(my_page()), 9 * page_size, MREMAP_MAYMOVE) == MAP_FAILED, "mremap made the pages grow");
	CHECK(mremap(pages, 0, size_of_pages(my_page()), MREMAP_MAYMOVE) == MAP_FAILED, "mremap duplicated the pages");
	check_unchanged("remapping");
}

int main(void)
{
	size_t page_size = (size_t)sysconf(_SC_PAGESIZE);
	char *pages = (char *)(uintptr_t)uss_page_base();
	char *title;
	size_t offsets[3] = { 0 };
	int i;

	CHECK(geteuid() == 0, "must run as root");
	CHECK(pages, "no pages");
	offsets[1] = my_page()->system_offset;
	offsets[2] = my_page()->machine_offset;
	CHECK(offsets[1] && offsets[2], "offsets %zu, %zu", offsets[1], offsets[2]);
	title = my_title_area();
	CHECK(title, "no title area");
	signal(SIGSEGV, on_fault);
	signal(SIGBUS, on_fault);
	for (i = 0; i < 3; i++) {
		char *field = pages + offsets[i] + 24;

		by_store(field);
		by_system_call(field);
		by_process_vm_writev(field);
		by_proc_mem(field);
		by_ptrace(field);
		by_io_uring(field);
		by_vmsplice(field);
	}
	by_mprotect(pages, size_of_pages(my_page()));
	by_map_files(pages, size_of_pages(my_page()), false);
	by_map_files(title, TITLE_AREA_SIZE, true);
	CHECK(mprotect(title, TITLE_AREA_SIZE, PROT_READ | PROT_WRITE | PROT_EXEC) < 0 && errno == EACCES,
	      "the title area was made executable");
	by_remapping(pages, title, page_size);
	/* The title area is writable. */
	title[page_size] = 1;
	CHECK(title[page_size] == 1, "the title area lost a write");
	return 0;
}
