/* SPDX-License-Identifier: MIT */
/*
 * titles.c - what it costs to set a title of 20, 200 and 2,000 bytes
 *
 *	titles [SCALE [ROUNDS]]		as facts.c
 *
 * page			uss_set_title: a slot of the title area is claimed, written and published (docs/locking.md)
 * page, formatted	uss_setproctitle
 * memcpy, snprintf	the limit: a copy, or a format, that nobody can read
 * one lock		the alternative that was rejected: one buffer and one lock for the entire page
 * libbsd		setproctitle of libbsd
 * PR_SET_MM_MAP	without the page: the library's classic method, prctl(PR_SET_MM_MAP) for each title
 *
 * Where a method allows it, by one thread and by four; in a guest also while another process reads /proc/PID/cmdline all the time.
 *
 * Prints CSV: bytes, writers, reader, method, and the nanoseconds of the writers' processor time for one title: median, lower and upper
 * quartile of the rounds. The time of the reader and of other programs is not included. Under `vm/run --icount` they are instructions.
 */
#include <bsd/unistd.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <usrsysshm.h>

#include "bench.h"

#define WRITERS 4

static struct {
	pthread_mutex_t lock;
	size_t length;
	char text[USS_TITLE_LIMIT];
} one = { .lock = PTHREAD_MUTEX_INITIALIZER };

static char text[USS_TITLE_LIMIT + 1];
static size_t length;

static void set_page(void)
{
	uss_set_title(text, length);
}

static void set_page_formatted(void)
{
	uss_setproctitle("-%.*s%d", (int)length - 1, text, 7);
}

static void set_memcpy(void)
{
	memcpy(one.text, text, length);
	USE(one.text);
}

static void set_snprintf(void)
{
	snprintf(one.text, sizeof(one.text), "%.*s%d", (int)length - 1, text, 7);
	USE(one.text);
}

static void set_one_lock(void)
{
	pthread_mutex_lock(&one.lock);
	memcpy(one.text, text, length);
	one.length = length;
	pthread_mutex_unlock(&one.lock);
}

static void set_libbsd(void)
{
	setproctitle("-%.*s%d", (int)length - 1, text, 7);
}

/*
 * The writers wait for work between two barriers, because the creation of a thread would cost as much as many titles.
 */
static struct {
	pthread_barrier_t begin, end;
	void (*set)(void);
	long count;
} work;

static void *writer(void *nothing)
{
	long i;

	for (;;) {
		pthread_barrier_wait(&work.begin);
		for (i = 0; i < work.count; i++)
			work.set();
		pthread_barrier_wait(&work.end);
	}
	return nothing;
}

static void begin_writers(void)
{
	pthread_t id;
	int i;

	pthread_barrier_init(&work.begin, NULL, WRITERS + 1);
	pthread_barrier_init(&work.end, NULL, WRITERS + 1);
	for (i = 0; i < WRITERS; i++)
		if (pthread_create(&id, NULL, writer, NULL))
			exit(1);
}

/* One writer, and four, of which each sets a quarter of the titles. */
#define METHOD(name) \
	static void name##_by_one(long count) \
	{ \
		while (count--) \
			set_##name(); \
	} \
	static __attribute__((unused)) void name##_by_four(long count) \
	{ \
		work.set = set_##name; \
		work.count = count / WRITERS; \
		pthread_barrier_wait(&work.begin); \
		pthread_barrier_wait(&work.end); \
	}

METHOD(page)
METHOD(page_formatted)
METHOD(memcpy)
METHOD(snprintf)
METHOD(one_lock)
METHOD(libbsd)

static double scale = 1;
static int rounds = ROUNDS;

static void measure(size_t bytes, const char *writers, const char *reader, const struct method *methods, size_t number)
{
	struct method named[8];
	char what[64];
	size_t i;

	length = bytes;
	memset(text, 'a', length);
	text[length] = '\0';
	snprintf(what, sizeof(what), "%zu,%s,%s", bytes, writers, reader);
	for (i = 0; i < number; i++) {
		named[i] = methods[i];
		named[i].what = what;
	}
	measure_methods(named, number, scale, rounds);
}

static const struct method by_one[] = {
	{ "", "memcpy", memcpy_by_one, 40000 },
	{ "", "one lock", one_lock_by_one, 20000 },
	{ "", "page", page_by_one, 20000 },
	{ "", "snprintf", snprintf_by_one, 5000 },
	{ "", "page; formatted", page_formatted_by_one, 5000 },
	{ "", "libbsd; formatted", libbsd_by_one, 5000 },
};
static const struct method by_four[] = {
	{ "", "one lock", one_lock_by_four, 20000 },
	{ "", "page", page_by_four, 20000 },
	{ "", "page; formatted", page_formatted_by_four, 5000 },
};
static const struct method classic_by_one[] = { { "", "PR_SET_MM_MAP", page_by_one, 200 } };
static const struct method classic_by_four[] = { { "", "PR_SET_MM_MAP", page_by_four, 200 } };

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static void measure_all(const char *reader, bool classic)
{
	static const size_t sizes[] = { 20, 200, 2000 };
	size_t i;

	for (i = 0; i < COUNT(sizes); i++) {
		if (classic) {
			measure(sizes[i], "1", reader, classic_by_one, COUNT(classic_by_one));
			measure(sizes[i], "4", reader, classic_by_four, COUNT(classic_by_four));
		} else {
			measure(sizes[i], "1", reader, by_one, COUNT(by_one));
			measure(sizes[i], "4", reader, by_four, COUNT(by_four));
		}
		fflush(stdout);
	}
}

static pid_t begin_reader(void)
{
	char name[32], buffer[4096];
	pid_t parent = getpid(), reader = fork();
	int file;

	if (reader)
		return reader;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(name, sizeof(name), "/proc/%d/cmdline", parent);
	file = open(name, O_RDONLY);
	while (pread(file, buffer, sizeof(buffer), 0) > 0)
		;
	_exit(1);
}

/* Ends the program unless `ps` would see the title, by whatever method. */
static void check_title(const char *program)
{
	char read_back[USS_TITLE_LIMIT + 1] = "";
	int file = open("/proc/self/cmdline", O_RDONLY);
	ssize_t got;

	length = 20;
	memset(text, 'b', length);
	set_page();
	got = pread(file, read_back, sizeof(read_back) - 1, 0);
	close(file);
	if (got < (ssize_t)length || memcmp(read_back, text, length)) {
		fprintf(stderr, "%s: /proc/self/cmdline does not have the title\n", program);
		exit(1);
	}
}

int main(int argc, char **argv, char **environment)
{
	const bool classic = getenv("USRSYSSHM_TITLE"), module = !access("/proc/sys/kernel/usrsysshm", R_OK);
	char filler[2400];
	pid_t reader;

	if (!getenv("FILLER")) {
		/* libbsd cuts a title that is longer than the arguments and the environment. */
		memset(filler, 'x', sizeof(filler));
		filler[sizeof(filler) - 1] = '\0';
		setenv("FILLER", filler, 1);
		execv("/proc/self/exe", argv);
		return 1;
	}
	if (argc > 1)
		scale = atof(argv[1]);
	if (argc > 2)
		rounds = atoi(argv[2]);
	if (!classic && !(uss_served() & USS_SERVED_TITLE)) {
		fprintf(stderr, "%s: titles are not served from a page; is the module loaded?\n", argv[0]);
		return 1;
	}
	bench_clock = CLOCK_PROCESS_CPUTIME_ID;
	begin_writers();
	if (classic || module)
		check_title(argv[0]);
	if (!classic)
		setproctitle_init(argc, argv, environment);
	measure_all("no", classic);
	if (module) {
		reader = begin_reader();
		measure_all("yes", classic);
		if (waitpid(reader, NULL, WNOHANG) != 0) {
			fprintf(stderr, "%s: the reader has ended\n", argv[0]);
			return 1;
		}
		kill(reader, SIGKILL);
	}
	if (classic)
		return 0;
	/* The method is chosen at program start. setproctitle_init() has moved the arguments. */
	setenv("USRSYSSHM_TITLE", "classic", 1);
	execv("/proc/self/exe", argv);
	return 1;
}
