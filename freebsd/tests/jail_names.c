/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * jail_names.c - a process in a jail reads the jail's host name from its page, and sees its changes, and no other's
 */
#include "jail.h"
#include "names.h"

static void
expect(const volatile struct uss_process_page *page, const char *expected)
{
	char name[USS_NAME_SIZE], library[MAXHOSTNAMELEN];

	CHECK(uss_gethostname(library, sizeof(library)) == 0 && strcmp(library, expected) == 0, "the library says %s", library);
	/* jail_set(2) ends for the pages a little after it has returned; until then they say nothing. */
	if (names_host(page, name))
		CHECK(strcmp(name, expected) == 0, "the page has %.64s, not %s", name, expected);
}

static bool
is_served(const volatile struct uss_process_page *page)
{
	char name[USS_NAME_SIZE];
	int i;

	for (i = 0; i < 500; i++) {
		if (names_host(page, name))
			return (true);
		usleep(10000);
	}
	return (false);
}

/* In the jail, in a forked child: the process that attached is not served. */
static void
inside(int id)
{
	const volatile struct uss_process_page *page = ask_pages();
	char text[USS_NAME_SIZE];
	int i;

	CHECK(page != NULL, "no pages");
	expect(page, "inner");
	CHECK(is_served(page), "the jail's names are not served");
	for (i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "inner-%d", i);
		CHECK(sethostname(text, (int)strlen(text)) == 0, "sethostname: %s", strerror(errno));
		expect(page, text);
	}
	CHECK(is_served(page), "the jail's names are not served");
	(void)id;
	_exit(0);
}

int
main(void)
{
	const volatile struct uss_process_page *page;
	char name[USS_NAME_SIZE], text[USS_NAME_SIZE];
	pid_t child, grandchild;
	int i, id;

	names_begin();
	page = names_pages();
	CHECK(sethostname("outer", 5) == 0, "sethostname: %s", strerror(errno));
	id = jail_create("inner", false);
	child = fork();
	if (child == 0) {
		CHECK(jail_attach(id) == 0, "jail_attach: %s", strerror(errno));
		CHECK(!names_host(page, name), "after jail_attach the page has %.64s", name);
		grandchild = fork();
		if (grandchild == 0)
			inside(id);
		reap(grandchild);
		/* The jail's names, changed from outside. */
		for (i = 0; i < 50; i++) {
			CHECK(uss_gethostname(name, sizeof(name)) == 0, "gethostname: %s", strerror(errno));
			CHECK(strncmp(name, "inner", 5) == 0, "the library says %s", name);
		}
		_exit(0);
	}
	reap(child);
	expect(page, "outer");
	for (i = 0; i < 50; i++) {
		snprintf(text, sizeof(text), "outer-%d", i);
		jail_rename(id, text);
		expect(page, "outer");
	}
	CHECK(is_served(page), "names are not served after jail_set");
	jail_remove(id);
	return (0);
}
