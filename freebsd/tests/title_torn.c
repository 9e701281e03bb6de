/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * title_torn.c - titles of 2048 bytes set by two threads are never read torn, nor replaced by the arguments (TEST_READS, 100000)
 */
#include <pthread.h>
#include <signal.h>

#include "test.h"

static void *
writer(void *arg)
{
	char text[USS_TITLE_MAX];
	u_int i;

	for (i = (u_int)(uintptr_t)arg;; i += 2) {
		memset(text, 'a' + (int)(i % 26), sizeof(text));
		CHECK(uss_set_title(text, sizeof(text) - i % 26) == 0, "uss_set_title: %s", strerror(errno));
	}
	return (NULL);
}

static void
write_titles(void)
{
	pthread_t thread;

	CHECK(pthread_create(&thread, NULL, writer, (void *)1) == 0, "pthread_create");
	writer((void *)0);
}

int
main(void)
{
	u_long reads = strtoul(environment("TEST_READS", "100000"), NULL, 10), i, changes = 0;
	char text[4096], last = 0;
	pid_t child;
	ssize_t length, j;

	CHECK(uss_set_title("z", 1) == 0, "uss_set_title: %s", strerror(errno));
	child = fork();
	if (child == 0)
		write_titles();
	/* The inherited title has one byte. */
	for (i = 0; i < 1000 && read_args(child, text, sizeof(text)) == 2; i++)
		usleep(10000);
	for (i = 0; i < reads; i++) {
		length = read_args(child, text, sizeof(text)) - 1;
		CHECK(length == USS_TITLE_MAX - (text[0] - 'a'), "read %lu: %zd bytes, \"%.30s\"", i, length, text);
		for (j = 0; j < length; j++)
			CHECK(text[j] == text[0], "read %lu is torn: '%c' and '%c'", i, text[0], text[j]);
		changes += text[0] != last;
		last = text[0];
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	printf("# %lu reads, %lu changes seen, none torn\n", i, changes);
	CHECK(changes > 1, "only one title was seen");
	return (0);
}
