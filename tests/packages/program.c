/* SPDX-License-Identifier: MIT */
/*
 * program.c - a program that keeps running while the packages are upgraded and removed
 *
 *	program FILE
 *
 * Ten times a second it writes into FILE: the number of the line, the result of uss_served() without CPU time, and whether all answers
 * are right. It ends when FILE.stop exists.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <usrsysshm.h>

int main(int argc, char **argv)
{
	char stop[256], new[256], name[256], real[256];
	unsigned long line;
	FILE *file;

	if (argc != 2)
		return 2;
	snprintf(stop, sizeof(stop), "%s.stop", argv[1]);
	snprintf(new, sizeof(new), "%s.new", argv[1]);
	for (line = 1; access(stop, F_OK); line++) {
		uss_setproctitle("line %lu", line);
		uss_gethostname(name, sizeof(name));
		gethostname(real, sizeof(real));
		file = fopen(new, "w");
		if (!file)
			return 1;
		fprintf(file, "%lu %u %s\n", line, uss_served() & ~USS_SERVED_CPUTIME,
			uss_getpid() == getpid() && !strcmp(name, real) ? "right" : "wrong");
		if (fclose(file) || rename(new, argv[1]))
			return 1;
		usleep(100000);
	}
	return 0;
}
