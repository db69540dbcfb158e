// SPDX-License-Identifier: GPL-2.0-only
/*
 * The benchmark of the pattern engine: against the original's method and hyperscan, on the same
 * connections in the same run. All times are the least of many short runs, taken in turn.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define ROUNDS	25
#define ROUND_NS	1e6

static const struct matcher *const matchers[] = { &ours, &original, &hyperscan };
#define MATCHERS	3

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct rule *const *)a)->pat.name, (*(struct rule *const *)b)->pat.name);
}

static struct rule *load(const char *path)
{
	struct rule *rule = calloc(1, sizeof(*rule));
	struct l7_error err;
	double start;

	if (!rule || pat_file_read(path, &rule->pat))
		return NULL;
	start = nanoseconds();
	rule->pattern = l7_pattern_compile(rule->pat.text, rule->pat.text_len, &err);
	rule->compile_ns = nanoseconds() - start;
	if (IS_ERR(rule->pattern)) {
		printf("%s: %s\n", path, err.text);
		return NULL;
	}
	rule->original = original_compile(rule->pat.text, rule->pat.text_len);
	return rule;
}

static void compile_and_memory(struct rule *const *rules, unsigned int count)
{
	const struct l7_pattern **patterns = calloc(count, sizeof(*patterns));
	const struct rule *slowest = rules[0];
	struct l7_set *set;
	size_t bytes = 0;
	double ns = 0;
	unsigned int i;

	if (!patterns)
		exit(1);
	for (i = 0; i < count; i++) {
		patterns[i] = rules[i]->pattern;
		bytes += l7_pattern_bytes(rules[i]->pattern);
		ns += rules[i]->compile_ns;
		if (rules[i]->compile_ns > slowest->compile_ns)
			slowest = rules[i];
	}
	set = l7_set_build(patterns, count);
	printf("%u definitions: compiled in %.1f ms (%s %.1f ms), patterns %zu bytes, set %zu "
	       "bytes, a connection %zu bytes\n", count, ns / 1e6, slowest->pat.name,
	       slowest->compile_ns / 1e6, bytes, l7_set_bytes(set), l7_set_place_bytes(set));
	l7_set_free(set);
	free(patterns);
}

/*
 * The rules of a host: the flow's own definition and others, @count in all, each definition again
 * where there are too few; by name as files are listed, or with the flow's own first.
 */
static void choose(struct rule *const *all, unsigned int have, const struct flow *flow,
		   struct rule **rules, unsigned int count, bool own_first)
{
	struct rule *own = NULL;
	unsigned int i, n = 0;

	for (i = 0; i < have && flow->protocol; i++)
		if (!strcmp(all[i]->pat.name, flow->protocol))
			own = all[i];
	if (own)
		rules[n++] = own;
	for (i = 0; n < count; i++)
		if (all[i % have] != own)
			rules[n++] = all[i % have];
	if (!own_first)
		qsort(rules, count, sizeof(*rules), by_name);
}

struct result {
	unsigned int packets;
	size_t bytes;
	double ns[MATCHERS];	/* for the whole connection */
};

/* One connection, up to the verdict of @self or @packets packets. Return: packets it took. */
static unsigned int run(const struct matcher *m, void *self, const struct flow *flow,
			unsigned int packets)
{
	unsigned int i;

	m->begin(self);
	for (i = 0; i < packets; i++)
		if (m->packet(self, flow->packets[i].data, flow->packets[i].len) >= 0)
			return i + 1;
	return packets;
}

static struct result measure(struct rule *const *rules, unsigned int count,
			     const struct flow *flow)
{
	struct result result = { 0 };
	unsigned int m, round, i, times[MATCHERS];
	void *self[MATCHERS];

	for (m = 0; m < MATCHERS; m++) {
		double start, ns;

		self[m] = matchers[m]->make(rules, count);
		if (!m)
			result.packets = run(matchers[m], self[m], flow, flow->count);
		else
			run(matchers[m], self[m], flow, result.packets);
		start = nanoseconds();
		run(matchers[m], self[m], flow, result.packets);
		ns = nanoseconds() - start;
		times[m] = ns < ROUND_NS ? ROUND_NS / ns : 1;
		result.ns[m] = ns;
	}
	for (i = 0; i < result.packets; i++)
		result.bytes += flow->packets[i].len;
	for (round = 0; round < ROUNDS; round++) {
		for (m = 0; m < MATCHERS; m++) {
			double start = nanoseconds(), ns;

			for (i = 0; i < times[m]; i++)
				run(matchers[m], self[m], flow, result.packets);
			ns = (nanoseconds() - start) / times[m];
			if (ns < result.ns[m])
				result.ns[m] = ns;
		}
	}
	for (m = 0; m < MATCHERS; m++)
		matchers[m]->free(self[m]);
	return result;
}

static void print(const struct flow *flow, unsigned int count, const char *order,
		  const struct result *r)
{
	unsigned int m;

	printf("%-11s %5u %-5s %7u ", flow->name, count, order, r->packets);
	for (m = 0; m < MATCHERS; m++)
		printf(" %9.0f", r->ns[m] / r->packets);
	for (m = 0; m < MATCHERS; m++)
		printf(" %9.3f", r->ns[m] / r->bytes);
	printf(" %9.2f %9.2f\n", r->ns[1] / r->ns[0], r->ns[0] / r->ns[2]);
}

static void table(struct rule *const *all, unsigned int have)
{
	const unsigned int counts[] = { 1, 10, 40, have };
	struct rule **rules = calloc(have + 40, sizeof(*rules));
	unsigned int f, c;

	if (!rules)
		exit(1);
	printf("\n%-11s %5s %-5s %7s %30s %29s %9s %9s\n", "", "", "", "", "ns per packet:   ",
	       "ns per byte:   ", "original", "ours");
	printf("%-11s %5s %-5s %7s  %9s %9s %9s %9s %9s %9s %9s %9s\n", "flow", "rules", "order",
	       "packets", "ours", "original", "hyperscan", "ours", "original", "hyperscan", "/ ours",
	       "/ hypersc.");
	for (f = 0; f < flow_count; f++) {
		for (c = 0; c < sizeof(counts) / sizeof(*counts); c++) {
			struct result r;

			choose(all, have, &flows[f], rules, counts[c], false);
			r = measure(rules, counts[c], &flows[f]);
			print(&flows[f], counts[c], "name", &r);
			if (!flows[f].protocol || c < 2)
				continue;
			choose(all, have, &flows[f], rules, counts[c], true);
			r = measure(rules, counts[c], &flows[f]);
			print(&flows[f], counts[c], "first", &r);
		}
	}
	free(rules);
}

int main(int argc, char **argv)
{
	unsigned int count = 0, copies = argc > 2 ? atoi(argv[2]) : 0;
	struct rule **rules = calloc(argc, sizeof(*rules));
	int i;

	flows_make();
	if (argc > 2 && !strcmp(argv[1], "capture")) {
		for (i = 0; i < (int)flow_count && argc == 4 + (int)flow_count - 1; i++)
			printf("%s: %lu packets\n", flows[i].name,
			       capture_write(argv[3 + i], &flows[i], copies));
		return 0;
	}
	if (argc < 3 || !rules) {
		fputs("usage: match INPUTS FILE.pat... | capture COPIES FILE for each flow\n", stderr);
		return 2;
	}
	for (i = 2; i < argc; i++) {
		rules[count] = load(argv[i]);
		count += rules[count] != NULL;
	}
	qsort(rules, count, sizeof(*rules), by_name);
	setbuf(stdout, NULL);
	compile_and_memory(rules, count);
	hyperscan_refused(rules, count);
	table(rules, count);
	adversary(rules, count, atoi(argv[1]));
	return 0;
}
