/* SPDX-License-Identifier: MIT */
/*
 * uss_gethostname, uss_getdomainname, uss_uname, uss_getloadavg and uss_nprocs_onln behave like glibc's functions: return
 * value, errno and every byte of the buffer, for names of each length, buffers of each size and counts of each kind. The
 * answers may come from the pages or not.
 */
#include <sys/mman.h>
#include <sys/utsname.h>

#include "test.h"

static char long_name[4096 * 2];

/* Calls @get with a prefilled buffer of which it may use @size bytes. Returns its result and errno. */
static void call(int (*get)(char *name, size_t size), char buffer[100], size_t size, int *result, int *error)
{
	memset(buffer, '#', 100);
	errno = 0;
	*result = get(buffer, size);
	*error = errno;
}

static void compare(const char *what, int (*ours)(char *, size_t), int (*theirs)(char *, size_t))
{
	static const size_t sizes[] = { 0, 1, 2, 3, 32, 63, 64, 65, 66, 100, SIZE_MAX };
	int our_result, our_error, their_result, their_error;
	char our_buffer[100], their_buffer[100];
	size_t i;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		call(ours, our_buffer, sizes[i], &our_result, &our_error);
		call(theirs, their_buffer, sizes[i], &their_result, &their_error);
		CHECK(our_result == their_result && our_error == their_error, "%s, size %zu: returned %d (%s), glibc %d (%s)", what,
		      sizes[i], our_result, strerror(our_error), their_result, strerror(their_error));
		CHECK(!memcmp(our_buffer, their_buffer, 100), "%s, size %zu: the buffer differs from glibc's", what, sizes[i]);
	}
	/* With size 0 the address may be NULL. */
	errno = 0;
	our_result = ours(NULL, 0);
	our_error = errno;
	errno = 0;
	CHECK(our_result == theirs(NULL, 0) && our_error == errno, "%s(NULL, 0) returned %d (%s), unlike glibc", what, our_result,
	      strerror(our_error));
}

static void check_uname(void)
{
	struct utsname ours, real;
	int error;

	memset(&ours, '#', sizeof(ours));
	memset(&real, '*', sizeof(real));
	CHECK(!uss_uname(&ours) && !syscall(SYS_uname, &real), "uname");
	CHECK(!memcmp(&ours, &real, sizeof(real)), "uss_uname and uname(2) differ");
	errno = 0;
	CHECK(uss_uname(NULL) == -1, "uss_uname(NULL)");
	error = errno;
	CHECK(error == EFAULT, "uss_uname(NULL): %s", strerror(error));
}

static void check_loadavg(void)
{
	double ours[4], theirs[4];
	int count, i, tries;

	for (count = -2; count <= 4; count++) {
		/* Retry, because the load averages may have changed between the two calls. */
		for (tries = 0; tries < 3; tries++) {
			for (i = 0; i < 4; i++)
				ours[i] = theirs[i] = -1;
			CHECK(uss_getloadavg(ours, count) == getloadavg(theirs, count), "count %d", count);
			if (!memcmp(ours, theirs, sizeof(ours)))
				break;
		}
		CHECK(tries < 3, "uss_getloadavg(%d): %f %f %f, glibc %f %f %f", count, ours[0], ours[1], ours[2], theirs[0], theirs[1],
		      theirs[2]);
	}
}

int main(void)
{
	static const int lengths[] = { 5, 64, 1, 0, 63, 12 };
	size_t i;

	memset(long_name, 'x', sizeof(long_name));
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		CHECK(!sethostname(long_name, (size_t)lengths[i]) && !setdomainname(long_name, (size_t)lengths[i]), "%s", strerror(errno));
		compare("gethostname", uss_gethostname, gethostname);
		compare("getdomainname", uss_getdomainname, getdomainname);
		check_uname();
	}
	check_loadavg();
	CHECK(uss_nprocs_onln() == sysconf(_SC_NPROCESSORS_ONLN), "uss_nprocs_onln");
	return 0;
}
