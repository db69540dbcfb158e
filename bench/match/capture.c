// SPDX-License-Identifier: GPL-2.0-only
/* A flow as a capture file (classic pcap, Ethernet, IPv4), for programs that read nothing else. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct __attribute__((packed)) frame {
	u32 seconds, microseconds, captured, length;
	u8 ethernet[12];
	u16 type;
	u8 version, tos;
	u16 total, id, fragment;
	u8 ttl, protocol;
	u16 sum;
	u32 from, to;
	u16 source, target;
	union {
		struct __attribute__((packed)) {
			u16 length, sum;
		} udp;
		struct __attribute__((packed)) {
			u32 sequence, acknowledged;
			u8 offset, flags;
			u16 window, sum, urgent;
		} tcp;
	};
};

#define RECORD_HEADER	16
#define ETHERNET	14
#define IP		20

static void write_packet(FILE *to, const struct flow *flow, unsigned int copy, unsigned int index,
			 u32 sequence)
{
	size_t header = flow->udp ? 8 : 20, len = flow->packets[index].len;
	struct frame f = {
		.seconds = 1700000000 + copy / 1000,
		.microseconds = copy % 1000 * 1000 + index,
		.captured = ETHERNET + IP + header + len,
		.length = ETHERNET + IP + header + len,
		.type = htons(0x0800),
		.version = 0x45,
		.total = htons(IP + header + len),
		.ttl = 64,
		.protocol = flow->udp ? 17 : 6,
		.from = htonl(0x0a000000 + copy),
		.to = htonl(0xc0000201),
		.source = htons(20000 + copy % 40000),
		.target = htons(14242),
	};

	if (flow->udp) {
		f.udp.length = htons(8 + len);
	} else {
		f.tcp.sequence = htonl(sequence);
		f.tcp.acknowledged = htonl(1);
		f.tcp.offset = 0x50;
		f.tcp.flags = 0x18;
		f.tcp.window = htons(0xffff);
	}
	fwrite(&f, RECORD_HEADER + ETHERNET + IP + header, 1, to);
	fwrite(flow->packets[index].data, len, 1, to);
}

unsigned long capture_write(const char *path, const struct flow *flow, unsigned int copies)
{
	const u32 header[] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };
	FILE *to = fopen(path, "w");
	unsigned int copy, i;

	if (!to) {
		perror(path);
		exit(1);
	}
	fwrite(header, sizeof(header), 1, to);
	for (copy = 0; copy < copies; copy++) {
		u32 sequence = 1;

		for (i = 0; i < flow->count; i++) {
			write_packet(to, flow, copy, i, sequence);
			sequence += flow->packets[i].len;
		}
	}
	if (fclose(to)) {
		perror(path);
		exit(1);
	}
	return (unsigned long)copies * flow->count;
}
