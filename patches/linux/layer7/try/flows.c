// SPDX-License-Identifier: GPL-2.0-only
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

#include "flows.h"

#define BUCKETS		65536
#define UNSET		(-1)
#define UNKNOWN		(-2)

struct flow {
	struct flow *next;	/* in its bucket */
	struct flow *later;	/* the one that began after it */
	u8 family, proto;
	struct endpoint client, server;	/* the first packet's sender and receiver */
	bool ended;		/* a packet with the same ends begins another connection */
	int verdict;		/* a rule, UNSET or UNKNOWN */
	unsigned long at;	/* the packet that brought it */
	unsigned long packets;
	unsigned long long bytes;
	unsigned int stored;	/* of the stream; NULs are not in it */
	l7_state *states;	/* by rule; NULL before the first payload and once decided */
};

struct flow_table {
	const struct rule_set *rules;
	struct limits limits;
	struct flow *bucket[BUCKETS];
	struct flow *first, *last;
	unsigned int count;
};

struct flow_table *flows_new(const struct rule_set *rules, struct limits limits)
{
	struct flow_table *table = calloc(1, sizeof(*table));

	if (table) {
		table->rules = rules;
		table->limits = limits;
	}
	return table;
}

void flows_free(struct flow_table *table)
{
	struct flow *flow = table ? table->first : NULL;

	while (flow) {
		struct flow *later = flow->later;

		free(flow->states);
		free(flow);
		flow = later;
	}
	free(table);
}

static bool same(const struct endpoint *a, const struct endpoint *b)
{
	return a->port == b->port && !memcmp(a->address, b->address, sizeof(a->address));
}

static u32 hash_endpoint(const struct endpoint *end)
{
	u32 hash = 2166136261u;	/* FNV-1a */
	size_t i;

	for (i = 0; i < sizeof(end->address); i++)
		hash = (hash ^ end->address[i]) * 16777619u;
	return (hash ^ end->port) * 16777619u;
}

/* The same for both directions. */
static struct flow **bucket_of(struct flow_table *table, const struct packet *pkt)
{
	u32 hash = hash_endpoint(&pkt->from) + hash_endpoint(&pkt->to) + pkt->proto;

	return &table->bucket[(hash ^ hash >> 16) % BUCKETS];
}

/* Newer flows come first, so a connection with the ends of an earlier one hides that. */
static struct flow *find(struct flow *flow, const struct packet *pkt)
{
	for (; flow; flow = flow->next) {
		if (flow->family != pkt->family || flow->proto != pkt->proto)
			continue;
		if (same(&flow->client, &pkt->from) && same(&flow->server, &pkt->to))
			return flow;
		if (same(&flow->client, &pkt->to) && same(&flow->server, &pkt->from))
			return flow;
	}
	return NULL;
}

static struct flow *begin(struct flow_table *table, struct flow **bucket, const struct packet *pkt)
{
	struct flow *flow = calloc(1, sizeof(*flow));

	if (!flow)
		return NULL;
	flow->family = pkt->family;
	flow->proto = pkt->proto;
	flow->client = pkt->from;
	flow->server = pkt->to;
	flow->verdict = UNSET;
	flow->next = *bucket;
	*bucket = flow;
	if (table->last)
		table->last->later = flow;
	else
		table->first = flow;
	table->last = flow;
	table->count++;
	return flow;
}

static void decide(struct flow *flow, int verdict)
{
	flow->verdict = verdict;
	flow->at = flow->packets;
	free(flow->states);
	flow->states = NULL;
}

static bool states_begin(struct flow *flow, const struct rule_set *rules)
{
	unsigned int i;

	flow->states = malloc(rules->count * sizeof(*flow->states));
	if (!flow->states)
		return false;
	for (i = 0; i < rules->count; i++)
		flow->states[i] = l7_pattern_start(rules->rule[i].pattern);
	return true;
}

static void advance(struct flow *flow, const struct rule_set *rules, const u8 *data, size_t len)
{
	unsigned int i;

	flow->stored += stored_data(data, len);
	for (i = 0; i < rules->count; i++) {
		const struct l7_pattern *pattern = rules->rule[i].pattern;

		flow->states[i] = l7_pattern_run(pattern, flow->states[i], data, len);
	}
	for (i = 0; i < rules->count; i++) {
		if (l7_pattern_accepts(rules->rule[i].pattern, flow->states[i])) {
			decide(flow, i);
			return;
		}
	}
}

const char *flows_take(struct flow_table *table, const struct packet *pkt)
{
	const struct limits *limits = &table->limits;
	struct flow **bucket = bucket_of(table, pkt);
	struct flow *flow = find(*bucket, pkt);

	if (!flow || (pkt->begins && flow->ended)) {
		if (table->count == FLOWS_MAX)
			return "there are more than 400000 flows; take a part of the capture";
		flow = begin(table, bucket, pkt);
		if (!flow)
			return "out of memory";
	}
	flow->packets++;
	flow->bytes += pkt->len;
	flow->ended |= pkt->ends;
	if (flow->verdict != UNSET)
		return NULL;
	if (limits->num_packets && flow->packets > limits->num_packets) {
		decide(flow, UNKNOWN);
		return NULL;
	}
	if (!pkt->len)
		return NULL;
	if (!flow->states && !states_begin(flow, table->rules))
		return "out of memory";
	advance(flow, table->rules, pkt->payload, limit_data(limits, flow->stored, pkt->len));
	return NULL;
}

static const char *protocol(u8 proto)
{
	if (proto == IPPROTO_TCP)
		return "tcp";
	return proto == IPPROTO_UDP ? "udp" : "icmp";
}

static void print_endpoint(const struct flow *flow, const struct endpoint *end)
{
	char text[INET6_ADDRSTRLEN] = "";

	inet_ntop(flow->family == 4 ? AF_INET : AF_INET6, end->address, text, sizeof(text));
	printf("%s\t%u\t", text, end->port);
}

void flows_print(const struct flow_table *table)
{
	const struct flow *flow;

	for (flow = table->first; flow; flow = flow->later) {
		const char *verdict = flow->verdict == UNSET ? "unset" : "unknown";

		if (flow->verdict >= 0)
			verdict = table->rules->rule[flow->verdict].name;
		printf("%s\t", protocol(flow->proto));
		print_endpoint(flow, &flow->client);
		print_endpoint(flow, &flow->server);
		printf("%s\t%lu\t%lu\t%llu\n", verdict, flow->at, flow->packets, flow->bytes);
	}
}
