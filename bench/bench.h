/* SPDX-License-Identifier: MIT */
/* bench.h - what the benchmarks share: the clock, rounds, and rows of CSV */
#ifndef USS_BENCH_H
#define USS_BENCH_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define ROUNDS 15

/* Keeps the compiler from dropping a result. */
#define USE(value) __asm__ volatile("" : : "r"(value) : "memory")

/* Unless a benchmark sets another. */
static clockid_t bench_clock __attribute__((unused)) = CLOCK_MONOTONIC;

static inline double now(void)
{
	struct timespec time;

	clock_gettime(bench_clock, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static inline int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* One way to do something: @run does it @count times. */
struct method {
	const char *what, *name;
	void (*run)(long count);
	long count; /* in one round, times the scale */
};

/*
 * Measures the methods in turn, in @rounds rounds after one that does not count, so that a disturbance hits all of them. Prints
 * "WHAT,METHOD,MEDIAN,LOW,HIGH" for each: the nanoseconds of one call, their median and quartiles.
 */
static inline void measure_methods(const struct method *methods, size_t number, double scale, int rounds)
{
	double *times = calloc(number * (size_t)rounds, sizeof(*times)), *sorted, start;
	size_t i;
	long count;
	int round;

	if (!times)
		exit(1);
	for (round = -1; round < rounds; round++) {
		for (i = 0; i < number; i++) {
			count = (long)((double)methods[i].count * scale) ?: 1;
			start = now();
			methods[i].run(count);
			if (round >= 0)
				times[i * (size_t)rounds + (size_t)round] = (now() - start) / (double)count;
		}
	}
	for (i = 0; i < number; i++) {
		sorted = times + i * (size_t)rounds;
		qsort(sorted, (size_t)rounds, sizeof(*sorted), compare_doubles);
		printf("%s,%s,%.1f,%.1f,%.1f\n", methods[i].what, methods[i].name, sorted[rounds / 2], sorted[rounds / 4],
		       sorted[rounds * 3 / 4]);
	}
	free(times);
}

/* For what can be done only once: the same row, in which all three numbers are equal. */
static inline void measure_once(const struct method *method)
{
	double start = now();

	method->run(1);
	start = now() - start;
	printf("%s,%s,%.1f,%.1f,%.1f\n", method->what, method->name, start, start, start);
}

#endif /* USS_BENCH_H */
