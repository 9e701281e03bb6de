/* SPDX-License-Identifier: MIT */
/* program.c - the program that `run` and `stat` start: preloads the drop-in, and explains why a program cannot be served */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#ifndef __FreeBSD__
#include <sys/xattr.h>
#endif

#include "program.h"
#include "tool.h"

#ifndef ElfW
#define ElfW(type) Elf_##type /* FreeBSD */
#endif

#define NATIVE_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)

/* This program's own ELF header; the linker defines the symbol. */
extern const ElfW(Ehdr) __ehdr_start __attribute__((visibility("hidden")));

/* Whether ld.so can load the file into programs of this program's class and machine. */
static bool is_shared_library(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ElfW(Ehdr) header = { 0 };
	bool same = fd >= 0 && read(fd, &header, sizeof(header)) == (ssize_t)sizeof(header) &&
		    !memcmp(header.e_ident, __ehdr_start.e_ident, EI_VERSION + 1) && header.e_machine == __ehdr_start.e_machine;

	if (fd >= 0)
		close(fd);
	return same && header.e_type == ET_DYN;
}

int uss_find_dropin(const char *library, char path[PATH_MAX])
{
	const char *named = getenv("USRSYSSHM_DROPIN");
	char installed[PATH_MAX];

	snprintf(installed, sizeof(installed), "%s/%s", USS_LIBDIR, library);
	if (!named)
		named = installed;
	/* Use the full path: ld.so searches its own directories for a name without a slash. */
	if (!realpath(named, path) || access(path, R_OK) < 0)
		return uss_error(USS_RUN_FAILED, "no drop-in %s: %s; install it, or name it with USRSYSSHM_DROPIN=FILE", named,
				 strerror(errno));
	if (!is_shared_library(path))
		return uss_error(USS_RUN_FAILED, "%s is not a shared library that programs of this machine can load", named);
	/* In LD_PRELOAD, blanks and colons separate names, and a dollar begins a variable of ld.so. */
	if (strpbrk(path, " :$"))
		return uss_error(USS_RUN_FAILED, "%s: LD_PRELOAD cannot name this file; install it under a name without blank, : and $",
				 path);
	return -1;
}

/* Removes our own drop-in from the list, so that the counting one gets its calls. */
static void drop_ours(char *list)
{
	char *from = list, *to = list, *name;
	size_t length;

	while (*from) {
		length = strcspn(from, " :");
		name = memrchr(from, '/', length);
		name = name ? name + 1 : from;
		if (strncmp(name, USS_DROPIN, strlen(USS_DROPIN)) || name + strlen(USS_DROPIN) != from + length) {
			if (to > list)
				*to++ = ':';
			memmove(to, from, length);
			to += length;
		}
		from += length + (from[length] != '\0');
	}
	*to = '\0';
}

int uss_preload(const char *path, bool first)
{
	char *before = strdup(getenv("LD_PRELOAD") ?: ""), *list;
	int length;

	if (!before)
		return uss_error(USS_RUN_FAILED, "out of memory");
	if (first)
		drop_ours(before);
	length = !*before ? asprintf(&list, "%s", path) : asprintf(&list, "%s:%s", first ? path : before, first ? before : path);
	if (length < 0 || setenv("LD_PRELOAD", list, 1) < 0)
		return uss_error(USS_RUN_FAILED, "out of memory");
	free(list);
	free(before);
	return -1;
}

/* Finds @command as execvp(3) does. */
static bool find_program(const char *command, char path[PATH_MAX])
{
	const char *directories = getenv("PATH") ?: "/bin:/usr/bin", *end;
	int length;

	if (strchr(command, '/'))
		return snprintf(path, PATH_MAX, "%s", command) < PATH_MAX;
	for (;; directories = end + 1) {
		end = strchrnul(directories, ':');
		/* An empty name means the current directory. */
		length = snprintf(path, PATH_MAX, "%.*s/%s", end > directories ? (int)(end - directories) : 1,
				  end > directories ? directories : ".", command);
		if (length < PATH_MAX && access(path, X_OK) == 0)
			return true;
		if (!*end)
			return false;
	}
}

/*
 * Whether the ELF file has an interpreter, that is, an ld.so that preloads libraries; its name goes to @name. The program headers of the
 * two classes differ in their size and in the position of the offset.
 */
static bool has_interpreter(int fd, const unsigned char *start, char *name, size_t size)
{
	bool wide = start[EI_CLASS] == ELFCLASS64;
	const Elf64_Ehdr *header64 = (const void *)start;
	const Elf32_Ehdr *header32 = (const void *)start;
	uint64_t at = wide ? header64->e_phoff : header32->e_phoff, offset;
	uint64_t entry = wide ? header64->e_phentsize : header32->e_phentsize;
	uint64_t count = wide ? header64->e_phnum : header32->e_phnum, i;
	union {
		Elf64_Phdr wide;
		Elf32_Phdr narrow;
	} program = { 0 };

	for (i = 0; i < count; i++) {
		if (pread(fd, &program, wide ? sizeof(program.wide) : sizeof(program.narrow), (off_t)(at + i * entry)) <= 0)
			return false;
		if (program.wide.p_type != PT_INTERP)
			continue;
		offset = wide ? program.wide.p_offset : program.narrow.p_offset;
		if (pread(fd, name, size - 1, (off_t)offset) < 0)
			*name = '\0';
		return true;
	}
	return false;
}

/* FreeBSD has no capabilities of files. */
static bool has_capabilities(const char *path)
{
#ifdef __FreeBSD__
	(void)path;
	return false;
#else
	return getxattr(path, "security.capability", NULL, 0) > 0;
#endif
}

/* Whether the kernel would run the file with other privileges than the caller's. ld.so then ignores names with a slash in LD_PRELOAD. */
static bool gains_rights(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return false;
	return (st.st_mode & S_ISUID && st.st_uid != getuid()) || (st.st_mode & S_ISGID && st.st_gid != getgid()) ||
	       (getuid() && has_capabilities(path));
}

#define NO_PRELOAD ": no library can be preloaded, so its calls remain system calls"

/* Returns why not all calls of the ELF file can be served; NULL if they can. */
static const char *why_not(int fd, const unsigned char *start)
{
	char interpreter[64] = "";

	if (!has_interpreter(fd, start, interpreter, sizeof(interpreter)))
		return "is static" NO_PRELOAD;
	if (start[EI_CLASS] != NATIVE_CLASS)
		return "has another word size" NO_PRELOAD;
	if (strstr(interpreter, "musl"))
		return "is linked with musl: only its getpid, uname, setproctitle and CPU times can be answered from pages";
	return NULL;
}

/* Explains a program, or a script by its interpreter. */
static void explain(const char *path, int depth)
{
	_Alignas(Elf64_Ehdr) unsigned char start[sizeof(Elf64_Ehdr) + PATH_MAX] = { 0 };
	const char *why = gains_rights(path) ? "is setuid or setgid, or has capabilities" NO_PRELOAD : NULL;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t length = fd < 0 ? -1 : read(fd, start, sizeof(start) - 1);

	if (length > 2 && !memcmp(start, "#!", 2) && depth < 4) {
		char *interpreter = (char *)start + 2 + strspn((char *)start + 2, " \t");

		interpreter[strcspn(interpreter, " \t\n")] = '\0';
		explain(interpreter, depth + 1);
	} else if (!why && length >= (ssize_t)sizeof(Elf64_Ehdr) && !memcmp(start, ELFMAG, SELFMAG)) {
		why = why_not(fd, start);
	}
	if (why)
		fprintf(stderr, "usrsysshm: %s %s\n", path, why);
	if (fd >= 0)
		close(fd);
}

void uss_explain_program(const char *command)
{
	char path[PATH_MAX];

	if (find_program(command, path))
		explain(path, 0);
}

int uss_exec(char **argv)
{
	int code;

	execvp(argv[0], argv);
	code = errno == ENOENT ? USS_NOT_FOUND : USS_CANNOT_RUN;
	return uss_error(code, "cannot run %s: %s", argv[0], strerror(errno));
}
