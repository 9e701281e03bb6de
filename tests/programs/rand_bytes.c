/* SPDX-License-Identifier: MIT */
/* rand_bytes N: calls RAND_bytes N times, in which OpenSSL calls getpid each time. The bytes of a forked child must differ. */
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	unsigned char *of_child = mmap(NULL, 32, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0), mine[32];
	int i, count = argc > 1 ? atoi(argv[1]) : 1, status;
	pid_t pid;

	for (i = 0; i < count; i++)
		if (RAND_bytes(mine, sizeof(mine)) != 1)
			return 1;
	pid = fork();
	if (pid == 0)
		_exit(RAND_bytes(of_child, 32) != 1);
	if (RAND_bytes(mine, sizeof(mine)) != 1 || waitpid(pid, &status, 0) != pid || status)
		return 1;
	if (!memcmp(mine, of_child, sizeof(mine)))
		return 1;
	puts("done");
	return 0;
}
