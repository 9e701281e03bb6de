/* SPDX-License-Identifier: MIT */
/*
 * A process without room for pages (RLIMIT_AS, vm.max_map_count, RLIMIT_MEMLOCK) reads 0 and continues. Once it has room it is
 * served when it asks again.
 */
#include <sys/mman.h>
#include <sys/resource.h>

#include "asking.h"

static void check_refused(const char *where)
{
	CHECK(!ask(), "%s: got pages", where);
	CHECK(!ask(), "%s: got pages when it asked again", where);
	check_no_pages(where);
}

static void check_served_now(const char *where)
{
	check_page_serves(ask(), where);
	CHECK(count_mappings() == 1, "%s: %d mappings", where, count_mappings());
}

static void without_address_space(void)
{
	struct rlimit limit;

	CHECK(!getrlimit(RLIMIT_AS, &limit), "getrlimit");
	limit.rlim_cur = 4096;
	CHECK(!setrlimit(RLIMIT_AS, &limit), "setrlimit: %s", strerror(errno));
	check_refused("without address space");
	limit.rlim_cur = (rlim_t)1 << 30;
	CHECK(!setrlimit(RLIMIT_AS, &limit), "setrlimit: %s", strerror(errno));
	check_served_now("with address space");
}

/* An unprivileged process that has called mlockall() may only map as much as RLIMIT_MEMLOCK allows. */
static void with_locked_memory(void)
{
	struct rlimit limit = { 0, 0 };

	CHECK(!mlockall(MCL_FUTURE), "mlockall: %s", strerror(errno));
	CHECK(!setrlimit(RLIMIT_MEMLOCK, &limit), "setrlimit");
	CHECK(!setuid(65534), "setuid: %s", strerror(errno));
	check_refused("beyond RLIMIT_MEMLOCK");
	CHECK(!munlockall(), "munlockall");
	check_served_now("after munlockall");
}

static void set_map_count(const char *limit)
{
	int fd = open("/proc/sys/vm/max_map_count", O_WRONLY | O_CLOEXEC);

	CHECK(fd >= 0 && write(fd, limit, strlen(limit)) > 0, "max_map_count: %s", strerror(errno));
	close(fd);
}

/* Adjacent mappings of different protection, which the kernel does not merge. */
static void without_mappings(void)
{
	char *last[3] = { NULL, NULL, NULL }, *area;
	int i;

	for (i = 0; (area = mmap(NULL, 4096, i % 2 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) != MAP_FAILED; i++)
		last[i % 3] = area;
	CHECK(errno == ENOMEM, "mmap: %s", strerror(errno));
	check_refused("at vm.max_map_count");
	for (i = 0; i < 3; i++)
		munmap(last[i], 4096);
	check_served_now("below vm.max_map_count");
}

int main(void)
{
	int i;

	require_pages_on_demand();
	for (i = 0; i < 5; i++) {
		in_fresh_process(without_address_space);
		in_fresh_process(with_locked_memory);
		set_map_count("200");
		in_fresh_process(without_mappings);
		set_map_count("65530");
	}
	return 0;
}
