/* SPDX-License-Identifier: MIT */
/* titles: sets all kinds of titles and compares each with /proc/self/cmdline and with uss_getproctitle. */
#include <pthread.h>

#include "../test.h"

static char shown[3 * 4096];

static size_t read_cmdline(void)
{
	int fd = open("/proc/self/cmdline", O_RDONLY);
	ssize_t length, all = 0;

	CHECK(fd >= 0, "open: %s", strerror(errno));
	while ((length = read(fd, shown + all, sizeof(shown) - (size_t)all)) > 0)
		all += length;
	CHECK(length == 0, "read: %s", strerror(errno));
	close(fd);
	return (size_t)all;
}

/* The kernel shows the text and its NUL. */
static void check_shown(const char *where, const char *text, size_t length)
{
	size_t got = read_cmdline();
	char back[4096];

	CHECK(got == length + 1 && !memcmp(shown, text, length) && !shown[length], "%s: expected %zu bytes, got %zu: %.60s", where,
	      length + 1, got, shown);
	CHECK(uss_getproctitle(back, sizeof(back)) == (ssize_t)length && !memcmp(back, text, length) && !back[length],
	      "%s: uss_getproctitle returns %.60s", where, back);
}

static void check_lengths(void)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 100, 1000, 2047, USS_TITLE_LIMIT, USS_TITLE_LIMIT + 1, 4000 };
	char text[4001];
	size_t i, n;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		for (n = 0; n < lengths[i]; n++)
			text[n] = (char)('a' + (n + i) % 26);
		text[n] = '\0';
		CHECK(!uss_set_title(text, n), "uss_set_title: %s", strerror(errno));
		check_shown("length", text, n < USS_TITLE_LIMIT ? n : USS_TITLE_LIMIT);
	}
}

static void check_odd_bytes(void)
{
	char text[USS_TITLE_LIMIT + 16];
	int shift;

	CHECK(!uss_set_title("line\nline\t\033[31m\177", 18), "uss_set_title");
	check_shown("control bytes", "line\nline\t\033[31m\177", 16);
	CHECK(!uss_set_title("up to\0the NUL", 13), "uss_set_title");
	check_shown("a NUL inside", "up to", 5);
	/* A three-byte character at each position around the limit. */
	for (shift = 1; shift <= 4; shift++) {
		memset(text, 'x', sizeof(text));
		memcpy(text + USS_TITLE_LIMIT - shift, "\342\202\254", 3);
		CHECK(!uss_set_title(text, sizeof(text)), "uss_set_title");
		check_shown("a character at the limit", text, (size_t)(shift < 3 ? USS_TITLE_LIMIT - shift : USS_TITLE_LIMIT));
	}
}

static void check_formats(void)
{
	char text[4096];

	uss_setproctitle("%s %d", "worker", 7);
	snprintf(text, sizeof(text), "%s: worker 7", program_invocation_short_name);
	check_shown("a format", text, strlen(text));
	uss_setproctitle("-%s", "bare");
	check_shown("a format with -", "bare", 4);
	uss_setproctitle("-%3000d", 5);
	memset(text, ' ', 3000);
	check_shown("a long format", text, USS_TITLE_LIMIT);
}

static void *thread(void *unused)
{
	(void)unused;
	CHECK(!uss_set_title("by a thread", 11), "uss_set_title");
	return NULL;
}

static void check_family(char **argv)
{
	pthread_t other;
	pid_t pid;

	CHECK(!pthread_create(&other, NULL, thread, NULL) && !pthread_join(other, NULL), "thread");
	check_shown("a thread's title", "by a thread", 11);
	pid = fork();
	if (pid == 0) {
		/* The title is inherited, both before and after the child's first access. */
		check_shown("inherited", "by a thread", 11);
		if (fork() == 0) {
			check_shown("inherited twice", "by a thread", 11);
			uss_setproctitle("-grandchild");
			check_shown("grandchild", "grandchild", 10);
			_exit(0);
		}
		reap(-1);
		uss_setproctitle("-child");
		check_shown("child", "child", 5);
		execl("/proc/self/exe", argv[0], "after exec", NULL);
		_exit(1);
	}
	reap(pid);
	check_shown("parent", "by a thread", 11);
}

int main(int argc, char **argv)
{
	char *empty[] = { NULL }, *shortest[] = { (char *)"", NULL }, original[sizeof(shown)], back[16];
	size_t length = read_cmdline();
	pid_t pid;

	memcpy(original, shown, length);
	if (argc == 2) {
		CHECK(length == strlen(argv[0]) + strlen("after exec") + 2, "after exec: %s", shown);
		return 0;
	}
	CHECK(uss_getproctitle(back, sizeof(back)) == 0 && !*back, "a title before the first: %s", back);
	uss_setproctitle(NULL);
	CHECK(read_cmdline() == length && !memcmp(shown, original, length), "NULL before the first title: %s", shown);
	check_lengths();
	check_odd_bytes();
	check_formats();
	check_family(argv);
	CHECK(uss_getproctitle(back, 5) == 11 && !strcmp(back, "by a"), "a small buffer: %s", back);
	uss_setproctitle(NULL);
	CHECK(read_cmdline() == length && !memcmp(shown, original, length), "restored: %zu bytes, expected %zu: %s", read_cmdline(), length,
	      shown);
	CHECK(uss_getproctitle(back, sizeof(back)) == 0, "a title after NULL: %s", back);
	if (argc == 1 && *argv[0]) {
		/* Once more with the shortest argv and an environment that only selects the method. */
		char method[64], *environment[] = { method, NULL };

		snprintf(method, sizeof(method), "USRSYSSHM_TITLE=%s", getenv("USRSYSSHM_TITLE"));
		pid = fork();
		if (pid == 0) {
			execve("/proc/self/exe", shortest, getenv("USRSYSSHM_TITLE") ? environment : empty);
			_exit(1);
		}
		reap(pid);
	}
	return 0;
}
