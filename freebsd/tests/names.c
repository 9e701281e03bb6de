/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * names.c - host name and domain name in the page are those of the system calls, also at once after each change
 */
#include "names.h"

int
main(void)
{
	const volatile struct uss_process_page *page;
	const volatile struct uss_system_page *system;
	char name[USS_NAME_SIZE], domain[USS_NAME_SIZE], before[USS_NAME_SIZE], text[USS_NAME_SIZE];
	int i;

	names_begin();
	page = names_pages();
	system = (const volatile void *)((const volatile char *)page + page->system_offset);
	CHECK(system->header.magic == USS_MAGIC_SYSTEM, "magic %x", system->header.magic);
	CHECK(getdomainname(before, sizeof(before)) == 0, "getdomainname: %s", strerror(errno));
	for (i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "host-%d.example", i * i * i);
		CHECK(sethostname(text, (int)strlen(text)) == 0, "sethostname: %s", strerror(errno));
		CHECK(names_host(page, name), "not served");
		CHECK(strcmp(name, text) == 0, "the page has %.64s, not %s", name, text);
		CHECK(uss_gethostname(name, sizeof(name)) == 0 && strcmp(name, text) == 0, "the library says %.64s, not %s", name, text);
		CHECK(setdomainname(text + i % 5, (int)strlen(text + i % 5)) == 0, "setdomainname: %s", strerror(errno));
		CHECK(names_read(page, system->names.domainname, domain), "not served");
		CHECK(strcmp(domain, text + i % 5) == 0, "the page has %.64s, not %s", domain, text + i % 5);
	}
	setdomainname(before, (int)strlen(before));
	return (0);
}
