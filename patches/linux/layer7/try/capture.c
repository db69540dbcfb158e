// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "flows.h"
#include "l7try.h"

#define REASONS_MAX	16
#define PAYLOAD_MAX	65536	/* bytes, more than any packet has */

/* Why packets were not looked at, and how many. There is room for all of packet_parse()'s reasons. */
struct skipped {
	const char *why[REASONS_MAX];
	unsigned long count[REASONS_MAX];
};

static void skip(struct skipped *skipped, const char *why)
{
	unsigned int i = 0;

	while (i < REASONS_MAX - 1 && skipped->why[i] && strcmp(skipped->why[i], why))
		i++;
	skipped->why[i] = why;
	skipped->count[i]++;
}

static void print(const struct flow_table *table, const struct skipped *skipped)
{
	unsigned int i;

	flows_print(table);
	for (i = 0; i < REASONS_MAX && skipped->why[i]; i++)
		printf("skipped\t%lu\t%s\n", skipped->count[i], skipped->why[i]);
}

/* Return: 0, or -1 after a message. */
static int read_packets(pcap_t *capture, const char *path, struct flow_table *table,
			struct skipped *skipped)
{
	int link = pcap_datalink(capture);
	struct pcap_pkthdr *header;
	const char *wrong = NULL;
	unsigned long number = 0;
	const u8 *frame;
	int got;

	if (!packet_link_known(link)) {
		const char *name = pcap_datalink_val_to_name(link);

		fprintf(stderr, "%s: its link is of the kind %s (%d), which is not known here\n",
			path, name ? name : "?", link);
		return -1;
	}
	while (!wrong && (got = pcap_next_ex(capture, &header, &frame)) == 1) {
		struct packet pkt;
		const char *why = packet_parse(&pkt, link, frame, header->caplen);

		number++;
		if (why)
			skip(skipped, why);
		else
			wrong = flows_take(table, &pkt);
	}
	if (!wrong && got == PCAP_ERROR)
		wrong = pcap_geterr(capture);
	if (wrong)
		fprintf(stderr, "%s: after packet %lu: %s\n", path, number, wrong);
	return wrong ? -1 : 0;
}

static int try_capture(const char *path, struct flow_table *table, struct skipped *skipped)
{
	char error[PCAP_ERRBUF_SIZE] = "";
	pcap_t *capture = pcap_open_offline(path, error);
	int result;

	if (!capture) {
		fprintf(stderr, "%s: %s\n", path, error);
		return -1;
	}
	result = read_packets(capture, path, table, skipped);
	pcap_close(capture);
	return result;
}

/* A file is the payload of the next packet of one flow. */
static int try_payload(const char *path, struct flow_table *table)
{
	static u8 payload[PAYLOAD_MAX + 1];
	struct packet pkt = { .family = 4, .proto = IPPROTO_UDP, .payload = payload };
	FILE *file = fopen(path, "re");
	const char *wrong = NULL;

	if (!file) {
		perror(path);
		return -1;
	}
	pkt.len = fread(payload, 1, sizeof(payload), file);
	if (ferror(file))
		wrong = "it cannot be read";
	else if (pkt.len > PAYLOAD_MAX)
		wrong = "it is larger than any packet (65536 bytes); is it a capture?";
	else
		wrong = flows_take(table, &pkt);
	fclose(file);
	if (wrong)
		fprintf(stderr, "%s: %s\n", path, wrong);
	return wrong ? -1 : 0;
}

static int try_files(char **paths, unsigned int count, bool raw, struct flow_table *table)
{
	struct skipped skipped = { { NULL }, { 0 } };
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (raw ? try_payload(paths[i], table) : try_capture(paths[i], table, &skipped))
			return 1;
	}
	print(table, &skipped);
	return fflush(stdout) ? 1 : 0;
}

int l7try_flows(bool raw, struct limits limits, char **paths, unsigned int count,
		char **definitions, unsigned int rules)
{
	struct rule_set *set = rules_load(definitions, rules);
	struct flow_table *table = set ? flows_new(set, limits) : NULL;
	int result = table ? try_files(paths, count, raw, table) : 1;

	flows_free(table);
	rules_free(set);
	return result;
}
