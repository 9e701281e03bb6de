/* SPDX-License-Identifier: MIT */
/*
 * stat_report.c - the report of `usrsysshm stat`: a table of calls, and whether the answers save more than the preloads cost
 *
 * A gain or a loss is reported only if it is one at both bounds of the confidence interval.
 */
#include <inttypes.h>
#include <string.h>
#include <usrsysshm.h>

#include "stat.h"
#include "tool.h"

/* clang-format off */
static const char *const call_names[USS_COUNT_CALLS] = {
	"getpid", "gethostname", "getdomainname", "uname", "getloadavg", "sysconf(_SC_NPROCESSORS_ONLN)",
	"clock_gettime(CLOCK_THREAD_CPUTIME_ID)", "setproctitle",
};
/* clang-format on */

static const char *const why_names[USS_COUNT_WHYS] = { "page", "no_pages", "vfork", "namespace", "changing", "buffer" };

static const char *const system_call_names[USS_STAT_SYSTEM_CALLS] = { "getpid", "uname", "sysinfo", "clock_gettime" };

/* Times of the whole run, in nanoseconds. */
struct balance {
	uint64_t calls, answers;
	struct range saved;		/* by all answers */
	bool known;			/* whether the following members are known */
	struct range preload;		/* cost of one */
	struct range net;		/* saved, less the cost of all preloads */
	struct range hour;		/* the same for an hour at this rate, without the first start */
	double pays_from;		/* answers that save as much as a preload costs; 0: not known */
};

static uint64_t all_calls(const struct stat_run *run, int call)
{
	uint64_t number = 0;
	int why;

	for (why = 0; why < USS_COUNT_WHYS; why++)
		number += run->counts.calls[call][why];
	return number;
}

/* Returns the saved time less the cost of @programs preloads, multiplied by @scale. */
static struct range net_of(const struct balance *balance, double programs, double scale)
{
	return (struct range){
		(balance->saved.low - programs * balance->preload.high) * scale,
		(balance->saved.median - programs * balance->preload.median) * scale,
		(balance->saved.high - programs * balance->preload.low) * scale,
	};
}

static const char *verdict_on(struct range net)
{
	if (net.low > 0)
		return "saved";
	if (net.high < 0)
		return "lost";
	return net.low < net.high ? "too noisy to tell" : "nothing saved, nothing lost";
}

static struct balance balance_of(const struct stat_run *run)
{
	struct balance balance = { 0 };
	double programs = (double)run->counts.programs;
	struct range saving;
	int call;

	for (call = 0; call < USS_COUNT_CALLS; call++) {
		uint64_t answers = run->counts.calls[call][USS_COUNT_PAGE];

		balance.calls += all_calls(run, call);
		if (!answers)
			continue;
		saving = uss_stat_saving((enum uss_count_call)call);
		balance.answers += answers;
		balance.saved.low += saving.low * (double)answers;
		balance.saved.median += saving.median * (double)answers;
		balance.saved.high += saving.high * (double)answers;
	}
	balance.known = uss_stat_preload(run->dropin, &balance.preload);
	if (!balance.known)
		return balance;
	balance.net = net_of(&balance, programs, 1);
	balance.hour = net_of(&balance, programs > 1 ? programs - 1 : 0, 3600e9 / run->time);
	/* If there was no answer, assume getpid. */
	saving = balance.answers || !(uss_served() & USS_SERVED_PID) ? balance.saved : uss_stat_saving(USS_COUNT_GETPID);
	if (saving.low > 0 && balance.preload.low > 0)
		balance.pays_from = balance.preload.median / saving.median * (double)(balance.answers ?: 1);
	return balance;
}

static double per_second(const struct stat_run *run, const struct balance *balance)
{
	return (double)balance->calls / run->time * 1e9;
}

static void print_calls(const struct stat_run *run, FILE *out)
{
	int call, why;

	fprintf(out, "\n%-38s %11s %11s %10s\n", "", "", "from", "system call, because of:");
	fprintf(out, "%-38s %11s %11s %10s %10s %10s %10s %10s\n", "call", "calls", "pages", "no pages", "vfork", "namespace", "changing",
		"buffer");
	for (call = 0; call < USS_COUNT_CALLS; call++) {
		if (!all_calls(run, call))
			continue;
		fprintf(out, "%-38s %11" PRIu64, call_names[call], all_calls(run, call));
		for (why = 0; why < USS_COUNT_WHYS; why++)
			fprintf(out, " %*" PRIu64, why ? 10 : 11, run->counts.calls[call][why]);
		fputc('\n', out);
	}
}

static void print_past(const struct stat_run *run, FILE *out)
{
	int i;

	fputs("\npast the drop-in (inside libc, raw, or by programs that cannot preload it):", out);
	if (run->no_events)
		fprintf(out, " not known: %s", run->no_events);
	else
		for (i = 0; i < USS_STAT_SYSTEM_CALLS; i++)
			fprintf(out, " %s %" PRId64, system_call_names[i], run->past[i]);
	fputc('\n', out);
}

static void print_net(FILE *out, const char *what, struct range net, double time)
{
	const char *verdict = verdict_on(net);
	double size = net.median < 0 ? -net.median : net.median;

	if (net.low > 0 || net.high < 0)
		fprintf(out, "%s: %.3f ms %s, %.2f %% of the time\n", what, size / 1e6, verdict, size / time * 100);
	else if (net.low < net.high)
		fprintf(out, "%s: %s, between %+.3f and %+.3f ms\n", what, verdict, net.low / 1e6, net.high / 1e6);
	else
		fprintf(out, "%s: %s\n", what, verdict);
}

static void print_balance(const struct stat_run *run, FILE *out)
{
	struct balance balance = balance_of(run);

	fprintf(out, "programs started with the drop-in: %" PRIu64 "\n", run->counts.programs);
	if (*run->left)
		fprintf(out, "still running, counted until now: %s\n", run->left);
	fprintf(out, "run time: %.3f s, %.1f calls per second\n", run->time / 1e9, per_second(run, &balance));
	fprintf(out, "answers saved %.3f ms (%.3f to %.3f)\n", balance.saved.median / 1e6, balance.saved.low / 1e6,
		balance.saved.high / 1e6);
	if (!balance.known) {
		fprintf(out, "the cost of a preload is not known: %s or `true` cannot be loaded\n", run->dropin);
		return;
	}
	fprintf(out, "a preload costs %.3f ms (%.3f to %.3f)", balance.preload.median / 1e6, balance.preload.low / 1e6,
		balance.preload.high / 1e6);
	if (balance.pays_from)
		fprintf(out, "; it pays off from %.0f %s per program", balance.pays_from, balance.answers ? "such calls" : "getpids");
	fputc('\n', out);
	print_net(out, "this run", balance.net, run->time);
	print_net(out, "an hour of running like this, the first start left out", balance.hour, 3600e9);
	if (balance.hour.low > 0 && balance.net.low <= 0 && balance.preload.low > 0)
		fprintf(out, "at this rate, the first start pays off after %.1f s\n", balance.preload.median / balance.hour.median * 3600);
}

static void print_range(FILE *out, const char *name, struct range range)
{
	fprintf(out, ", \"%s\": %.0f, \"%s_low\": %.0f, \"%s_high\": %.0f", name, range.median, name, range.low, name, range.high);
}

static void print_json(const struct stat_run *run, FILE *out)
{
	struct balance balance = balance_of(run);
	int call, why, i;

	fputs("{\"calls\": {", out);
	for (call = 0; call < USS_COUNT_CALLS; call++) {
		fprintf(out, "%s\"%s\": {", call ? ", " : "", call_names[call]);
		for (why = 0; why < USS_COUNT_WHYS; why++)
			fprintf(out, "%s\"%s\": %" PRIu64, why ? ", " : "", why_names[why], run->counts.calls[call][why]);
		fputc('}', out);
	}
	fputs("}, \"past\": {", out);
	for (i = 0; i < USS_STAT_SYSTEM_CALLS; i++)
		fprintf(out, run->past[i] < 0 ? "%s\"%s\": null" : "%s\"%s\": %" PRId64, i ? ", " : "", system_call_names[i], run->past[i]);
	fprintf(out, "}, \"past_unknown\": %s%s%s", run->no_events ? "\"" : "", run->no_events ?: "null", run->no_events ? "\"" : "");
	fprintf(out, ", \"programs\": %" PRIu64 ", \"still_running\": %s, \"run_time_ns\": %.0f, \"calls_per_second\": %.3f",
		run->counts.programs, *run->left ? "true" : "false", run->time, per_second(run, &balance));
	print_range(out, "saved_ns", balance.saved);
	if (balance.known) {
		print_range(out, "preload_ns", balance.preload);
		print_range(out, "net_ns", balance.net);
		print_range(out, "hour_ns", balance.hour);
		fprintf(out, ", \"net_percent\": %.4f, \"preload_pays_from_calls\": %.0f", balance.net.median / run->time * 100,
			balance.pays_from);
	}
	fprintf(out, ", \"verdict\": \"%s\"}\n", balance.known ? verdict_on(balance.net) : "not known");
}

void uss_stat_report(const struct stat_run *run, FILE *out)
{
	if (run->json) {
		print_json(run, out);
		return;
	}
	print_calls(run, out);
	print_past(run, out);
	print_balance(run, out);
}
