/* SPDX-License-Identifier: MIT */
/* program.c - the program that `run` and `stat` start: is it one that can be served, and how */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "program.h"
#include "tool.h"

#define NATIVE_CLASS (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32)

static int add_to_preload(const char *library)
{
	const char *before = getenv("LD_PRELOAD");
	char *both;
	int err;

	if (!before || !*before)
		return setenv("LD_PRELOAD", library, 1);
	if (asprintf(&both, "%s:%s", before, library) < 0)
		return -1;
	err = setenv("LD_PRELOAD", both, 1);
	free(both);
	return err;
}

int uss_preload(const char *library)
{
	char installed[PATH_MAX], path[PATH_MAX];
	const char *named = getenv("USRSYSSHM_DROPIN");

	snprintf(installed, sizeof(installed), "%s/%s", USS_LIBDIR, library);
	if (!named)
		named = installed;
	/* By its full path: a name without a slash would be looked for elsewhere. */
	if (!realpath(named, path) || access(path, R_OK) < 0)
		return uss_error(USS_RUN_FAILED, "no drop-in %s: %s; install it, or name it with USRSYSSHM_DROPIN=FILE", named,
				 strerror(errno));
	/* ld.so takes blanks and colons for the end of a name, and a dollar for one of its own variables. */
	if (strpbrk(path, " :$"))
		return uss_error(USS_RUN_FAILED, "%s: LD_PRELOAD cannot name this file; install it under a name without blank, : and $",
				 path);
	if (add_to_preload(path) < 0)
		return uss_error(USS_RUN_FAILED, "out of memory");
	return -1;
}

/* Finds @command as execvp(3) would. */
static bool find_program(const char *command, char path[PATH_MAX])
{
	const char *directories = getenv("PATH"), *end;

	if (strchr(command, '/'))
		return snprintf(path, PATH_MAX, "%s", command) < PATH_MAX;
	for (; directories && *directories; directories = *end ? end + 1 : end) {
		end = strchrnul(directories, ':');
		if (snprintf(path, PATH_MAX, "%.*s/%s", (int)(end - directories), directories, command) < PATH_MAX &&
		    access(path, X_OK) == 0)
			return true;
	}
	return false;
}

/* Has the ELF file an interpreter, that is ld.so, who does the preloading? The two classes differ in the sizes of their fields. */
static bool has_interpreter(int fd, const unsigned char *start)
{
	uint64_t at, size, count, i;
	uint32_t type;

	if (start[EI_CLASS] == ELFCLASS64) {
		const Elf64_Ehdr *header = (const void *)start;

		at = header->e_phoff, size = header->e_phentsize, count = header->e_phnum;
	} else {
		const Elf32_Ehdr *header = (const void *)start;

		at = header->e_phoff, size = header->e_phentsize, count = header->e_phnum;
	}
	for (i = 0; i < count; i++)
		if (pread(fd, &type, sizeof(type), (off_t)(at + i * size)) == sizeof(type) && type == PT_INTERP)
			return true;
	return false;
}

/* Would the kernel run the file with other rights than its caller's? ld.so preloads nothing then that is named by a path. */
static bool gains_rights(int fd)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return false;
	return (st.st_mode & S_ISUID && st.st_uid != getuid()) || (st.st_mode & S_ISGID && st.st_gid != getgid());
}

static void explain(const char *path, int depth)
{
	_Alignas(Elf64_Ehdr) unsigned char start[sizeof(Elf64_Ehdr) + PATH_MAX] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	const char *why = NULL;
	ssize_t length;

	if (fd < 0)
		return;
	length = read(fd, start, sizeof(start) - 1);
	if (length > 2 && !memcmp(start, "#!", 2) && depth < 4) {
		char *interpreter = (char *)start + 2 + strspn((char *)start + 2, " \t");

		interpreter[strcspn(interpreter, " \t\n")] = '\0';
		explain(interpreter, depth + 1);
	} else if (length >= (ssize_t)sizeof(Elf64_Ehdr) && !memcmp(start, ELFMAG, SELFMAG)) {
		if (!has_interpreter(fd, start))
			why = "is static";
		else if (start[EI_CLASS] != NATIVE_CLASS)
			why = "is of another word size";
		else if (gains_rights(fd))
			why = "is setuid or setgid";
	}
	if (why)
		fprintf(stderr, "usrsysshm: %s %s: no library can be preloaded, its calls go to the kernel as ever\n", path, why);
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
