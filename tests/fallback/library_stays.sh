#!/bin/sh
# Without the module: a program that closes libusrsysshm with dlclose and opens it again, as one with plugins may, has the same fork id, can
# read its title, and gets its original command line back.
set -eu
. "$(dirname "$0")/../shell.sh"

cat >/tmp/plugins.c <<'END'
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

static uint64_t (*forkid)(void);
static int (*set_title)(const char *text, size_t length);
static ssize_t (*get_title)(char *buffer, size_t size);

static void *library(void)
{
	void *opened = dlopen("libusrsysshm.so.0", RTLD_NOW);

	if (!opened) {
		puts(dlerror());
		return NULL;
	}
	*(void **)&forkid = dlsym(opened, "uss_forkid");
	*(void **)&set_title = dlsym(opened, "uss_set_title");
	*(void **)&get_title = dlsym(opened, "uss_getproctitle");
	return opened;
}

static void show(const char *what)
{
	char text[100] = "";
	FILE *file = fopen("/proc/self/cmdline", "r");
	size_t length = fread(text, 1, sizeof(text) - 1, file);

	fclose(file);
	while (length--)
		if (!text[length])
			text[length] = ' ';
	printf("%s: %s\n", what, text);
}

int main(void)
{
	void *opened = library();
	char text[100] = "";
	uint64_t before;

	if (!opened || set_title("a title", 7))
		return 1;
	before = forkid();
	show("set");
	dlclose(opened);
	if (!library())
		return 1;
	get_title(text, sizeof(text));
	printf("read: %s\nfork id: %s\n", text, forkid() == before ? "the same" : "another");
	set_title(NULL, 0);
	show("removed");
	return 0;
}
END
cc -o /tmp/plugins /tmp/plugins.c
is "what the program sees" "set: a title
read: a title
fork id: the same
removed: /tmp/plugins one two" "$(/tmp/plugins one two | sed 's/ *$//')"
