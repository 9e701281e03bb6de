/* SPDX-License-Identifier: MIT */
/* rand_processes: OpenSSL's random bytes differ between a process and its children by fork, vfork and raw clone. */
#include <openssl/rand.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHILDREN = 30, BYTES = 16 };

static unsigned char (*bytes)[BYTES];

static void draw(int place)
{
	if (RAND_bytes(bytes[place], BYTES) != 1)
		_exit(1);
}

int main(void)
{
	int i, j, status;
	pid_t pid;

	bytes = mmap(NULL, 2 * CHILDREN * BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED)
		return 2;
	for (i = 0; i < CHILDREN; i++) {
		switch (i % 3) {
		case 0:
			pid = fork();
			break;
		case 1:
			pid = vfork();
			break;
		default:
			pid = (pid_t)syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
			break;
		}
		if (pid == 0) {
			draw(2 * i);
			_exit(0);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			return 3;
		draw(2 * i + 1);
	}
	for (i = 0; i < 2 * CHILDREN; i++)
		for (j = 0; j < i; j++)
			if (!memcmp(bytes[i], bytes[j], BYTES)) {
				printf("the same random bytes twice: %d and %d\n", j, i);
				return 1;
			}
	return 0;
}
