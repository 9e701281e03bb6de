/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * unload.c - after kldunload a process and its children read zeros, and all calls are as without the module; after kldload it can ask again
 */
#include "kld.h"

static void
check_zeros(const volatile struct uss_process_page *page)
{
	const volatile uint32_t *word = (const volatile uint32_t *)page;
	u_int i;

	for (i = 0; i < 4096 / 4; i++)
		CHECK(word[i] == 0, "word %u of the page is %x", i, word[i]);
}

int
main(void)
{
	const volatile struct uss_process_page *page = ask_pages(), *again;
	char before[4096], text[4096], host[256], reference[256];
	struct uss_title_page *area;
	uint64_t forkid;
	ssize_t length;
	pid_t child;

	kld_begin();
	CHECK(page != NULL, "no pages");
	forkid = page->forkid;
	length = read_args(raw_getpid(), before, sizeof(before));
	CHECK(uss_set_title("a title", 7) == 0, "uss_set_title: %s", strerror(errno));
	check_title(raw_getpid(), "a title");
	area = ask("kern.usrsysshm_title");
	CHECK(gethostname(reference, sizeof(reference)) == 0, "gethostname");

	kld_unload();
	check_zeros(page);
	CHECK(uss_getpid() == raw_getpid(), "uss_getpid");
	CHECK(uss_forkid() != 0 && uss_forkid() == uss_forkid(), "uss_forkid");
	CHECK(uss_start_time() != 0, "uss_start_time");
	CHECK(uss_gethostname(host, sizeof(host)) == 0 && strcmp(host, reference) == 0, "uss_gethostname: %s", host);
	CHECK(uss_nprocs_onln() == sysconf(_SC_NPROCESSORS_ONLN), "uss_nprocs_onln");
	CHECK(read_args(raw_getpid(), text, sizeof(text)) == length && memcmp(text, before, (size_t)length) == 0, "\"%.60s\"", text);
	/* Still the process's own memory. */
	area->current_title = 0;
	child = fork();
	if (child == 0) {
		check_zeros(page);
		CHECK(uss_getpid() == raw_getpid(), "uss_getpid in a child");
		_exit(0);
	}
	reap(child);

	kld_load();
	again = ask_pages();
	CHECK(again != NULL && (pid_t)again->pid == raw_getpid(), "no pages after kldload");
	CHECK(again->forkid > forkid, "fork id %ju after %ju", (uintmax_t)again->forkid, (uintmax_t)forkid);
	CHECK(ask("kern.usrsysshm_title") != NULL, "no title area after kldload");
	return (0);
}
