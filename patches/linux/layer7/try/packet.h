/* SPDX-License-Identifier: GPL-2.0-only */
/* What the match would see of a captured frame. */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stddef.h>

#include "l7_port.h"

/* An address with its port; what conntrack tells connections by. */
struct endpoint {
	u8 address[16];	/* of IPv4 the first four, the others 0 */
	u16 port;	/* of ICMP the identifier of the echo */
};

struct packet {
	u8 family;	/* 4 or 6 */
	u8 proto;	/* IPPROTO_* */
	bool begins;	/* TCP: SYN without ACK */
	bool ends;	/* TCP: FIN or RST */
	struct endpoint from, to;
	const u8 *payload;
	size_t len;
};

/* True if frames of that kind (DLT_*) can be read. */
bool packet_link_known(int link);

/*
 * Finds addresses, ports and payload in the @size captured bytes of a frame. @pkt points into them.
 * Return: NULL, or why the match would not look at it.
 */
const char *packet_parse(struct packet *pkt, int link, const u8 *frame, size_t size);

#endif /* PACKET_H */
