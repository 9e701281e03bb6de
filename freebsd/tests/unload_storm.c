/*-
 * SPDX-License-Identifier: BSD-2-Clause
 *
 * unload_storm.c - kldunload and kldload under processes that fork, exec, share memory, set titles and names, and read them (TEST_CYCLES,
 * 20)
 */
#include <sys/mman.h>

#include "jail.h"
#include "kld.h"

#define	STORMS	7

/* The pages, or NULL while the module is not loaded. */
static const volatile struct uss_process_page *
try_ask(void)
{
	uint64_t address = 0;
	size_t size = sizeof(address);

	if (sysctlbyname("kern.usrsysshm", &address, &size, NULL, 0) != 0)
		CHECK(errno == ENOENT, "kern.usrsysshm: %s", strerror(errno));
	return ((const volatile void *)(uintptr_t)address);
}

static void
check_pid(const volatile struct uss_process_page *page)
{
	pid_t pid = page != NULL ? (pid_t)page->pid : 0;

	CHECK(pid == 0 || pid == raw_getpid(), "the page has %d, the system call %d", pid, raw_getpid());
}

static void
storm_fork(void)
{
	const volatile struct uss_process_page *page = try_ask();
	pid_t child = fork();

	check_pid(page);
	if (child == 0) {
		check_pid(page);
		check_pid(try_ask());
		_exit(0);
	}
	reap(child);
}

static void
storm_vfork(void)
{
	const volatile struct uss_process_page *page = try_ask();
	pid_t child = vfork();

	if (child == 0) {
		check_pid(page);
		execl("/bin/sleep", "sleep", "0", (char *)NULL);
		_exit(127);
	}
	check_pid(page);
	reap(child);
}

static void
storm_ask(void)
{
	pid_t child = fork();

	if (child == 0) {
		check_pid(try_ask());
		_exit(0);
	}
	reap(child);
}

static void
storm_title(void)
{
	uint64_t address = 0;
	size_t size = sizeof(address);
	char text[4096];

	if (sysctlbyname("kern.usrsysshm_title", &address, &size, NULL, 0) == 0 && address != 0)
		*(volatile char *)(uintptr_t)address = 1;
	uss_set_title("a title in a storm", 18);
	CHECK(read_args(raw_getpid(), text, sizeof(text)) > 0, "kern.proc.args: %s", strerror(errno));
}

static void
storm_read(void)
{
	char text[4096];
	pid_t pid;

	for (pid = getppid(); pid < getppid() + 20; pid++)
		read_args(pid, text, sizeof(text));
}

static void
storm_names(void)
{
	char name[MAXHOSTNAMELEN];

	CHECK(sethostname("storm", 5) == 0, "sethostname: %s", strerror(errno));
	CHECK(uss_gethostname(name, sizeof(name)) == 0 && strcmp(name, "storm") == 0, "%s", name);
}

static void
storm_jail(void)
{
	int id = jail_create("inner", false);

	jail_rename(id, "other");
	jail_remove(id);
}

static void (*const storms[STORMS])(void) = {
	storm_fork, storm_vfork, storm_ask, storm_title, storm_read, storm_names, storm_jail,
};

static pid_t
start(void (*storm)(void), bool *stop)
{
	pid_t child = fork();

	if (child == 0) {
		while (!*(volatile bool *)stop)
			storm();
		_exit(0);
	}
	return (child);
}

int
main(void)
{
	int cycles = atoi(environment("TEST_CYCLES", "20")), i;
	char name[MAXHOSTNAMELEN];
	pid_t children[STORMS];
	bool *stop;

	kld_begin();
	CHECK(gethostname(name, sizeof(name)) == 0, "gethostname");
	stop = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANON, -1, 0);
	CHECK(stop != MAP_FAILED, "mmap: %s", strerror(errno));
	for (i = 0; i < STORMS; i++)
		children[i] = start(storms[i], stop);
	for (i = 0; i < cycles; i++) {
		usleep(i % 7 * 3000);
		kld_unload();
		usleep(i % 5 * 1000);
		kld_load();
	}
	*stop = true;
	for (i = 0; i < STORMS; i++)
		reap(children[i]);
	sethostname(name, (int)strlen(name));
	printf("# %d cycles\n", cycles);
	return (0);
}
