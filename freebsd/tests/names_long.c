/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * names_long.c - a host name that does not fit the page is not served; a shorter one is served again
 */
#include "names.h"

int
main(void)
{
	const volatile struct uss_process_page *page;
	char name[MAXHOSTNAMELEN], text[MAXHOSTNAMELEN];
	size_t length;

	names_begin();
	page = names_pages();
	memset(text, 'n', sizeof(text));
	for (length = 62; length < 70; length++) {
		CHECK(sethostname(text, (int)length) == 0, "sethostname: %s", strerror(errno));
		CHECK(names_host(page, name) == (length < USS_NAME_SIZE), "a name of %zu bytes", length);
		CHECK(uss_gethostname(name, sizeof(name)) == 0 && strlen(name) == length, "a name of %zu bytes", length);
		CHECK(uss_gethostname(name, length) == -1 && errno == ENAMETOOLONG, "a name of %zu bytes in a buffer of that size", length);
	}
	CHECK(sethostname(text, 10) == 0, "sethostname: %s", strerror(errno));
	CHECK(names_host(page, name) && strlen(name) == 10, "a short name is not served");
	return (0);
}
