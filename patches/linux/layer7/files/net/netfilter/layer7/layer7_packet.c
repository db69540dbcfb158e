// SPDX-License-Identifier: GPL-2.0-only
/* What a packet belongs to, and where its payload is. */
#include <linux/icmp.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>
#include <net/netfilter/nf_conntrack_acct.h>

#include "layer7.h"

static u64 l7_packets(const struct nf_conn_acct *acct, enum ip_conntrack_dir dir)
{
	return atomic64_read(&acct->counter[dir].packets);
}

/*
 * The packets counted so far. Accounting that someone switched off since the rule was loaded is
 * switched on again: without it nothing could be told of any later connection.
 */
static void l7_packet_count(struct l7_packet *pkt)
{
	const struct nf_conn_acct *acct = nf_conn_acct_find(pkt->ct);
	const struct nf_conn_acct *master = nf_conn_acct_find(pkt->master);

	pkt->accounted = acct && master;
	if (pkt->accounted) {
		pkt->count = l7_packets(acct, pkt->dir);
		pkt->total = l7_packets(master, IP_CT_DIR_ORIGINAL) +
			     l7_packets(master, IP_CT_DIR_REPLY);
		return;
	}
	if (!nf_ct_acct_enabled(pkt->ln->net)) {
		pr_warn_ratelimited("conntrack accounting was switched off; layer7 rules need it, switching it on\n");
		nf_ct_set_acct(pkt->ln->net, true);
	}
}

/**
 * l7_packet_open() - find out which connection a packet belongs to
 * @pkt: filled in, but for the payload
 * @skb: the packet
 *
 * Return: false if the match has nothing to say about it: no conntrack (untracked, invalid, before
 * tracking) or a protocol other than TCP, UDP and ICMP, the three that l7-filter handles.
 */
bool l7_packet_open(struct l7_packet *pkt, const struct sk_buff *skb)
{
	enum ip_conntrack_info ctinfo;
	struct nf_conn *ct = nf_ct_get(skb, &ctinfo);

	if (!ct || nf_ct_is_template(ct))
		return false;

	switch (nf_ct_protonum(ct)) {
	case IPPROTO_TCP:
	case IPPROTO_UDP:
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		break;
	default:
		return false;
	}

	pkt->skb = skb;
	pkt->ct = ct;
	pkt->dir = CTINFO2DIR(ctinfo);
	while (ct->master)
		ct = ct->master;
	pkt->master = ct;
	pkt->ln = l7_net(nf_ct_net(ct));
	l7_packet_count(pkt);
	return true;
}

/* Offset of the transport header, its protocol in @proto; negative if there is none. */
static int l7_transport(const struct l7_packet *pkt, u8 *proto)
{
	int offset = skb_network_offset(pkt->skb);

	if (nf_ct_l3num(pkt->ct) == NFPROTO_IPV4) {
		struct iphdr copy;
		const struct iphdr *ip;

		ip = skb_header_pointer(pkt->skb, offset, sizeof(copy), &copy);
		if (!ip || ip->ihl < 5 || ip->frag_off & htons(IP_OFFSET))
			return -1;
		*proto = ip->protocol;
		return offset + ip->ihl * 4;
	}
	if (nf_ct_l3num(pkt->ct) == NFPROTO_IPV6) {
		struct ipv6hdr copy;
		const struct ipv6hdr *ip;
		__be16 fragment;

		ip = skb_header_pointer(pkt->skb, offset, sizeof(copy), &copy);
		if (!ip)
			return -1;
		*proto = ip->nexthdr;
		offset = ipv6_skip_exthdr(pkt->skb, offset + sizeof(copy), proto, &fragment);
		return fragment & htons(IP6_OFFSET) ? -1 : offset;
	}
	return -1;
}

/*
 * Bytes of the transport header at @offset; negative if it is malformed. What l7-filter skips of
 * ICMP is the fixed part, eight bytes.
 */
static int l7_transport_size(const struct l7_packet *pkt, int offset, u8 proto)
{
	struct tcphdr copy;
	const struct tcphdr *tcp;

	if (proto == IPPROTO_UDP)
		return sizeof(struct udphdr);
	if (proto != IPPROTO_TCP)
		return sizeof(struct icmphdr);
	tcp = skb_header_pointer(pkt->skb, offset, sizeof(copy), &copy);
	return tcp && tcp->doff >= 5 ? tcp->doff * 4 : -1;
}

/**
 * l7_packet_payload() - find a packet's payload
 * @pkt: an open packet; offset and len are filled in, len is 0 if there is no payload
 *
 * An ICMP error belongs to the connection that it is about, and quotes it: that is not data of the
 * connection (l7-filter takes it for such).
 */
void l7_packet_payload(struct l7_packet *pkt)
{
	u8 proto;
	int offset = l7_transport(pkt, &proto);
	int size;

	pkt->len = 0;
	if (offset < 0 || proto != nf_ct_protonum(pkt->ct))
		return;
	size = l7_transport_size(pkt, offset, proto);
	if (size < 0 || offset + size >= pkt->skb->len)
		return;
	pkt->offset = offset + size;
	pkt->len = pkt->skb->len - pkt->offset;
}
