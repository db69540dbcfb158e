// SPDX-License-Identifier: GPL-2.0-only
/* The connections that are measured: what such servers and clients say first, or noise. */
#include <stdlib.h>
#include <string.h>

#include "bench.h"

struct flow flows[] = {
	{ .name = "http", .protocol = "http" },
	{ .name = "tls", .protocol = "tls" },
	{ .name = "ssh", .protocol = "ssh" },
	{ .name = "smtp", .protocol = "smtp" },
	{ .name = "ftp", .protocol = "ftp" },
	{ .name = "dns", .protocol = "dns", .udp = true },
	{ .name = "bittorrent", .protocol = "bittorrent" },
	{ .name = "text" },
	{ .name = "random udp", .udp = true },
};

const unsigned int flow_count = sizeof(flows) / sizeof(*flows);

static void add(struct flow *flow, const void *data, size_t len)
{
	u8 *copy = malloc(len);

	if (!copy || flow->count == PACKETS_MAX)
		exit(1);
	memcpy(copy, data, len);
	flow->packets[flow->count].data = copy;
	flow->packets[flow->count++].len = len;
}

#define ADD(flow, text)	add(flow, text, sizeof(text) - 1)

static void noise(u32 *random, u8 *data, size_t len)
{
	while (len--)
		*data++ = below(random, 256);
}

static void http(struct flow *flow, u32 *random)
{
	u8 body[1460];
	static const char head[] = "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Mon, 02 Mar 2026 "
		"10:00:00 GMT\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: 20480\r\n"
		"Connection: keep-alive\r\n\r\n<!doctype html>";

	ADD(flow, "GET /articles/2026/03/index.html?page=2 HTTP/1.1\r\nHost: www.example.org\r\n"
	    "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0\r\n"
	    "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n"
	    "Accept-Language: en-GB,en;q=0.5\r\nAccept-Encoding: gzip, deflate, br\r\n"
	    "Connection: keep-alive\r\nUpgrade-Insecure-Requests: 1\r\n\r\n");
	noise(random, body, sizeof(body));
	memcpy(body, head, sizeof(head) - 1);
	add(flow, body, sizeof(body));
	noise(random, body, sizeof(body));
	add(flow, body, sizeof(body));
}

static void tls(struct flow *flow, u32 *random)
{
	u8 record[1460];
	static const u8 client[] = { 0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3 };
	static const u8 server[] = { 0x16, 3, 3, 0, 0x7a, 2, 0, 0, 0x76, 3, 3 };

	noise(random, record, sizeof(record));
	memcpy(record, client, sizeof(client));
	add(flow, record, 517);
	noise(random, record, sizeof(record));
	memcpy(record, server, sizeof(server));
	add(flow, record, sizeof(record));
}

static void mail(struct flow *flow)
{
	ADD(flow, "220 mx.example.org ESMTP Postfix (Debian)\r\n");
	ADD(flow, "EHLO client.example.net\r\n");
	ADD(flow, "250-mx.example.org\r\n250-PIPELINING\r\n250-SIZE 52428800\r\n250 STARTTLS\r\n");
}

static void ftp(struct flow *flow)
{
	ADD(flow, "220 Welcome to ftp.example.org\r\n");
	ADD(flow, "USER anonymous\r\n");
	ADD(flow, "331 Please specify the password.\r\n");
	ADD(flow, "PASS guest@example.net\r\n");
}

static void text(struct flow *flow, u32 *random)
{
	static const char *const words[] = {
		"the", "of", "report", "and", "which", "number", "service", "Company", "user",
		"date", "sun", "open", "list", "12", "message", "pressure", "option", "harbour",
	};
	char page[1460];

	while (flow->count < PACKETS_MAX) {
		size_t used = 0;

		while (used + 16 < sizeof(page)) {
			const char *word = words[below(random, sizeof(words) / sizeof(*words))];

			memcpy(page + used, word, strlen(word));
			used += strlen(word);
			page[used++] = below(random, 10) ? ' ' : '\n';
		}
		add(flow, page, used);
	}
}

void flows_make(void)
{
	u32 random = 20260101;
	u8 datagram[1200];

	http(&flows[0], &random);
	tls(&flows[1], &random);
	ADD(&flows[2], "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n");
	ADD(&flows[2], "SSH-2.0-OpenSSH_9.6\r\n");
	mail(&flows[3]);
	ftp(&flows[4]);
	ADD(&flows[5], "\x12\x34\x01\0\0\1\0\0\0\0\0\1\3www\7example\3org\0\0\1\0\1\0\0\x29\x10\0\0"
	    "\0\0\0\0\0");
	ADD(&flows[6], "\x13" "BitTorrent protocol\0\0\0\0\0\x10\0\5abcdefghijklmnopqrst"
	    "-TR4040-a1b2c3d4e5f6");
	text(&flows[7], &random);
	while (flows[8].count < PACKETS_MAX) {
		noise(&random, datagram, sizeof(datagram));
		add(&flows[8], datagram, 20 + below(&random, sizeof(datagram) - 20));
	}
}
