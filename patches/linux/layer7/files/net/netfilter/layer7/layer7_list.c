// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flows of a network namespace, one after the other, and /proc/net/layer7_conntrack, which
 * lists them with their verdicts.
 */
#include <linux/netfilter.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate_wait.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>

#include "layer7.h"

#define L7_LIST_BATCH	256	/* buckets between two chances for others to run */

struct l7_list {
	struct seq_net_private p;	/* first, for seq_file_net() */
	struct l7_place place;
};

/* The flow at @place, or the next one in its bucket; NULL if the bucket has no more. */
static struct l7_flow *l7_list_bucket(const struct l7_net *ln, struct bucket_table *table,
				      struct l7_place *place)
{
	struct rhash_head *pos;
	struct l7_flow *flow;
	unsigned int at = 0;

	rht_for_each_entry_rcu(flow, pos, table, place->bucket, node) {
		if (at++ < place->skip)
			continue;
		place->skip = at;
		if (flow->ln == ln)
			return flow;
	}
	return NULL;
}

/**
 * l7_list_next() - the next flow of a network namespace; process context
 * @ln: the network namespace
 * @place: where the walk is, zeroed at its begin
 *
 * The caller holds RCU's read side, which is let go of for a moment on the way, so flows that came
 * before must not be used any more. Going on costs nothing, unlike with the hash table's own walk,
 * which a reader of a long list would have to begin again for every page. In return flows may be
 * missed or come twice while the table is resized.
 *
 * Return: the flow, or NULL at the end.
 */
struct l7_flow *l7_list_next(const struct l7_net *ln, struct l7_place *place)
{
	struct bucket_table *table;
	struct l7_flow *flow;

	for (;;) {
		table = rht_dereference_rcu(l7_flows.tbl, &l7_flows);
		if (place->bucket >= table->size)
			return NULL;
		flow = l7_list_bucket(ln, table, place);
		if (flow)
			return flow;
		place->skip = 0;
		if (++place->bucket % L7_LIST_BATCH == 0)
			cond_resched_rcu();
	}
}

static struct l7_flow *l7_list_seq(struct seq_file *seq)
{
	struct l7_list *list = seq->private;

	return l7_list_next(l7_net(seq_file_net(seq)), &list->place);
}

static void *l7_list_start(struct seq_file *seq, loff_t *pos)
	__acquires(RCU)
{
	struct l7_list *list = seq->private;

	rcu_read_lock();
	if (!*pos)
		memset(&list->place, 0, sizeof(list->place));
	else if (list->place.skip)
		list->place.skip--;	/* the flow for which the last page had no room */
	return l7_list_seq(seq);
}

static void *l7_list_seq_next(struct seq_file *seq, void *flow, loff_t *pos)
{
	++*pos;
	return l7_list_seq(seq);
}

static void l7_list_stop(struct seq_file *seq, void *flow)
	__releases(RCU)
{
	rcu_read_unlock();
}

/* As nf_conntrack writes them, so that lines of both lists can be compared. */
static void l7_list_addresses(struct seq_file *seq, const struct nf_conntrack_tuple *tuple)
{
	if (tuple->src.l3num == NFPROTO_IPV4)
		seq_printf(seq, "src=%pI4 dst=%pI4 ", &tuple->src.u3.ip, &tuple->dst.u3.ip);
	else
		seq_printf(seq, "src=%pI6 dst=%pI6 ", tuple->src.u3.ip6, tuple->dst.u3.ip6);
}

static void l7_list_ports(struct seq_file *seq, const struct nf_conntrack_tuple *tuple)
{
	if (tuple->dst.protonum == IPPROTO_TCP || tuple->dst.protonum == IPPROTO_UDP)
		seq_printf(seq, "sport=%u dport=%u ", ntohs(tuple->src.u.all),
			   ntohs(tuple->dst.u.all));
	else
		seq_printf(seq, "type=%u code=%u id=%u ", tuple->dst.u.icmp.type,
			   tuple->dst.u.icmp.code, ntohs(tuple->src.u.icmp.id));
}

static const char *l7_list_protocol(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
		return "icmp";
	default:
		return "icmpv6";
	}
}

static int l7_list_show(struct seq_file *seq, void *v)
{
	const struct l7_flow *flow = v;
	const struct nf_conntrack_tuple *tuple = &flow->tuple;
	const struct l7_name *verdict = READ_ONCE(flow->verdict);
	u8 protocol = tuple->dst.protonum;

	seq_printf(seq, "%s %u %s %u ", tuple->src.l3num == NFPROTO_IPV4 ? "ipv4" : "ipv6",
		   tuple->src.l3num, l7_list_protocol(protocol), protocol);
	l7_list_addresses(seq, tuple);
	l7_list_ports(seq, tuple);
	if (flow->zone.id)
		seq_printf(seq, "zone=%u ", flow->zone.id);
	seq_printf(seq, "l7proto=%s\n", verdict ? verdict->text : "unset");
	return 0;
}

static const struct seq_operations l7_list_ops = {
	.start = l7_list_start,
	.next = l7_list_seq_next,
	.stop = l7_list_stop,
	.show = l7_list_show,
};

/**
 * l7_list_init() - create /proc/net/layer7_conntrack, for root of the namespace's owner only
 * @net: the network namespace
 */
int l7_list_init(struct net *net)
{
	return proc_create_net("layer7_conntrack", 0400, net->proc_net, &l7_list_ops,
			       sizeof(struct l7_list)) ? 0 : -ENOMEM;
}

void l7_list_exit(struct net *net)
{
	remove_proc_entry("layer7_conntrack", net->proc_net);
}
