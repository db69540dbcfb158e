/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the benchmark of matchers share. */
#ifndef BENCH_H
#define BENCH_H

#include <time.h>

#include "l7_engine.h"
#include "l7_rows.h"
#include "pat_file.h"

#define DATA_MAX	2047	/* bytes of a connection that are looked at: maxdatalen, less one */
#define PACKETS_MAX	10	/* num_packets */

static inline double nanoseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Random numbers that repeat (the xorshift32 generator). Return: 0 to @limit - 1. */
static inline unsigned int below(u32 *random, unsigned int limit)
{
	*random ^= *random << 13;
	*random ^= *random >> 17;
	*random ^= *random << 5;
	return *random % limit;
}

/* A definition, as each of the matchers has it. */
struct rule {
	struct pat_file pat;
	struct l7_pattern *pattern;
	struct original *original;
	double compile_ns;
};

struct flow {
	const char *name;
	const char *protocol;	/* the definition meant for it, or NULL */
	bool udp;
	unsigned int count;
	struct {
		u8 *data;
		size_t len;
	} packets[PACKETS_MAX];
};

/* flows.c */
extern struct flow flows[];
extern const unsigned int flow_count;
void flows_make(void);

/*
 * original.c: l7-filter's method. The search is of one kind with its: nodes that are tried one after
 * the other, backtracking by recursion.
 */
struct original *original_compile(const char *text, size_t len);
void original_free(struct original *o);
bool original_search(const struct original *o, const char *data);
size_t original_append(char *buffer, size_t used, const u8 *data, size_t len);

/* A matcher at work: @begin for each connection, @packet for each of its packets. */
struct matcher {
	const char *name;
	void *(*make)(struct rule *const *rules, unsigned int count);
	void (*begin)(void *self);
	/* Return: the first rule that matches, or -1. */
	int (*packet)(void *self, const u8 *data, size_t len);
	void (*free)(void *self);
};

/* matchers.c, hyperscan.c */
extern const struct matcher ours, original, hyperscan;
void hyperscan_refused(struct rule *const *rules, unsigned int count);

/* adversary.c */
void adversary(struct rule *const *rules, unsigned int count, unsigned int inputs);

/* capture.c: a pcap file with @copies of a flow, each on ports of its own. Return: packets. */
unsigned long capture_write(const char *path, const struct flow *flow, unsigned int copies);

#endif /* BENCH_H */
