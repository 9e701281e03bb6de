/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * names_torn.c - no reader sees a mixture of two host names, however often they change (TEST_CHANGES, 20000)
 */
#include <signal.h>

#include "names.h"

static void
set_names(int changes)
{
	char text[61];
	int i;

	for (i = 0; i < changes; i++) {
		memset(text, 'a' + i % 26, sizeof(text));
		CHECK(sethostname(text, 20 + i % 26) == 0, "sethostname: %s", strerror(errno));
	}
	_exit(0);
}

int
main(void)
{
	const volatile struct uss_process_page *page;
	u_long served = 0, calls = 0;
	char name[USS_NAME_SIZE];
	pid_t writer;
	size_t i, length;

	names_begin();
	page = names_pages();
	CHECK(sethostname("aaaaaaaaaaaaaaaaaaaa", 20) == 0, "sethostname: %s", strerror(errno));
	writer = fork();
	if (writer == 0)
		set_names(atoi(environment("TEST_CHANGES", "20000")));
	while (waitpid(writer, NULL, WNOHANG) == 0) {
		if (!names_host(page, name)) {
			calls++;
			continue;
		}
		served++;
		length = strnlen(name, sizeof(name));
		CHECK(length == (size_t)(20 + (name[0] - 'a')), "%zu bytes of '%c'", length, name[0]);
		for (i = 0; i < length; i++)
			CHECK(name[i] == name[0], "torn: %.64s", name);
	}
	printf("# %lu names read from the page, %lu times the system call was due\n", served, calls);
	CHECK(served != 0, "the page was never read");
	return (0);
}
