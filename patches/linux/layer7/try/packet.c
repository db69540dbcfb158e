// SPDX-License-Identifier: GPL-2.0-only
#include <netinet/in.h>
#include <pcap/dlt.h>

#include "packet.h"

#define ETHERTYPE_IPV4	0x0800
#define ETHERTYPE_IPV6	0x86dd
#define EXTENSIONS_MAX	16	/* headers between IPv6 and what it carries */

/* What is left of a frame. */
struct bytes {
	const u8 *at;
	size_t left;
};

static const u8 *take(struct bytes *b, size_t size)
{
	const u8 *at = b->at;

	if (b->left < size)
		return NULL;
	b->at += size;
	b->left -= size;
	return at;
}

static u16 be16(const u8 *at)
{
	return at[0] << 8 | at[1];
}

static const char cut[] = "cut off within its headers";

/* Ethertypes of VLAN tags: 802.1Q, 802.1ad, and what was used before that. */
static bool is_tag(u16 type)
{
	return type == 0x8100 || type == 0x88a8 || type == 0x9100;
}

/* Return: the ethertype behind the link's header and its VLAN tags, -1 if the frame ends before. */
static int network_type(int link, struct bytes *b)
{
	/* Bytes of the header, and where in it the type is. */
	size_t size = 14, place = 12;
	const u8 *at;
	u16 type;

	if (link == DLT_LINUX_SLL) {
		size = 16;
		place = 14;
	} else if (link == DLT_LINUX_SLL2) {
		size = 20;
		place = 0;
	}
	at = take(b, size);
	if (!at)
		return -1;
	type = be16(at + place);
	while (is_tag(type)) {
		at = take(b, 4);
		if (!at)
			return -1;
		type = be16(at + 2);
	}
	return type;
}

/* Return: 4 or 6, 0 for another protocol, -1 if the frame is too short to tell. */
static int network_version(int link, struct bytes *b)
{
	if (link == DLT_EN10MB || link == DLT_LINUX_SLL || link == DLT_LINUX_SLL2) {
		int type = network_type(link, b);

		if (type < 0)
			return -1;
		return type == ETHERTYPE_IPV4 ? 4 : type == ETHERTYPE_IPV6 ? 6 : 0;
	}
	/* The family before it has another number on each system: the version tells as well. */
	if ((link == DLT_NULL || link == DLT_LOOP) && !take(b, 4))
		return -1;
	return b->left ? b->at[0] >> 4 : -1;
}

/* Behind the IP packet there is padding. A length of 0 is a packet that was segmented later. */
static void trim(struct bytes *b, size_t length)
{
	if (length && length < b->left)
		b->left = length;
}

static const char *parse_ipv4(struct packet *pkt, struct bytes *b)
{
	const u8 *ip = take(b, 20);
	size_t header, total;

	if (!ip)
		return cut;
	header = (ip[0] & 0xf) * 4;
	total = be16(ip + 2);
	if (header < 20 || (total && total < header))
		return "malformed";
	if (total)
		trim(b, total - 20);
	if (!take(b, header - 20))
		return cut;
	if (be16(ip + 6) & 0x1fff)
		return "a fragment that is not the first";
	pkt->proto = ip[9];
	memcpy(pkt->from.address, ip + 12, 4);
	memcpy(pkt->to.address, ip + 16, 4);
	return NULL;
}

/* RFC 8200, chapter 4. */
static const char *skip_extensions(struct packet *pkt, struct bytes *b)
{
	unsigned int count;

	for (count = 0; count < EXTENSIONS_MAX; count++) {
		const u8 *at = b->at;
		size_t size;

		switch (pkt->proto) {
		case IPPROTO_HOPOPTS:
		case IPPROTO_ROUTING:
		case IPPROTO_DSTOPTS:
			size = b->left < 2 ? 8 : (at[1] + 1) * 8;
			break;
		case IPPROTO_AH:
			size = b->left < 2 ? 8 : (at[1] + 2) * 4;
			break;
		case IPPROTO_FRAGMENT:
			size = 8;
			break;
		default:
			return NULL;
		}
		if (!take(b, size))
			return cut;
		if (pkt->proto == IPPROTO_FRAGMENT && be16(at + 2) & 0xfff8)
			return "a fragment that is not the first";
		pkt->proto = at[0];
	}
	return "too many extension headers";
}

static const char *parse_ipv6(struct packet *pkt, struct bytes *b)
{
	const u8 *ip = take(b, 40);

	if (!ip)
		return cut;
	trim(b, be16(ip + 4));
	pkt->proto = ip[6];
	memcpy(pkt->from.address, ip + 8, 16);
	memcpy(pkt->to.address, ip + 24, 16);
	return skip_extensions(pkt, b);
}

static const char *parse_tcp(struct packet *pkt, struct bytes *b)
{
	const u8 *tcp = take(b, 20);

	if (!tcp)
		return cut;
	if (tcp[12] >> 4 < 5)
		return "malformed";
	if (!take(b, (tcp[12] >> 4) * 4 - 20))
		return cut;
	pkt->from.port = be16(tcp);
	pkt->to.port = be16(tcp + 2);
	pkt->begins = (tcp[13] & 0x12) == 0x02;
	pkt->ends = tcp[13] & 0x05;
	return NULL;
}

static const char *parse_udp(struct packet *pkt, struct bytes *b)
{
	const u8 *udp = take(b, 8);

	if (!udp)
		return cut;
	pkt->from.port = be16(udp);
	pkt->to.port = be16(udp + 2);
	return NULL;
}

/* Only echoes are connections of their own; an error belongs to the one that it is about. */
static const char *parse_icmp(struct packet *pkt, struct bytes *b, u8 request, u8 reply)
{
	const u8 *icmp = take(b, 8);

	if (!icmp)
		return cut;
	if (icmp[0] != request && icmp[0] != reply)
		return "ICMP other than echo";
	pkt->from.port = be16(icmp + 4);
	pkt->to.port = pkt->from.port;
	return NULL;
}

static const char *parse_transport(struct packet *pkt, struct bytes *b)
{
	switch (pkt->proto) {
	case IPPROTO_TCP:
		return parse_tcp(pkt, b);
	case IPPROTO_UDP:
		return parse_udp(pkt, b);
	case IPPROTO_ICMP:
		return parse_icmp(pkt, b, 8, 0);
	case IPPROTO_ICMPV6:
		return parse_icmp(pkt, b, 128, 129);
	default:
		return "neither TCP, UDP nor ICMP";
	}
}

bool packet_link_known(int link)
{
	switch (link) {
	case DLT_EN10MB:
	case DLT_LINUX_SLL:
	case DLT_LINUX_SLL2:
	case DLT_NULL:
	case DLT_LOOP:
	case DLT_RAW:
	case DLT_IPV4:
	case DLT_IPV6:
		return true;
	default:
		return false;
	}
}

const char *packet_parse(struct packet *pkt, int link, const u8 *frame, size_t size)
{
	struct bytes b = { .at = frame, .left = size };
	int version = network_version(link, &b);
	const char *wrong;

	memset(pkt, 0, sizeof(*pkt));
	if (version < 0)
		return cut;
	if (version != 4 && version != 6)
		return "not IP";
	pkt->family = version;
	wrong = version == 4 ? parse_ipv4(pkt, &b) : parse_ipv6(pkt, &b);
	if (!wrong)
		wrong = parse_transport(pkt, &b);
	pkt->payload = b.at;
	pkt->len = b.left;
	return wrong;
}
