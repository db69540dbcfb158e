// SPDX-License-Identifier: GPL-2.0-only
/*
 * The decision. When the first rule sees a packet with payload, its own pattern is tried, since a
 * match is the verdict and ends it all. Otherwise all patterns are advanced together, and then
 * each rule asks only for its own. So the first rule, in the order in which the packet meets the
 * rules, whose pattern matches the data so far is the one that fixes the verdict.
 */
#include "layer7.h"

/*
 * Looks at a packet's payload, for a rule that names @entry, unless that was done. Return: the
 * flow, or NULL if there is none.
 */
static struct l7_flow *l7_stream_advance(struct l7_packet *pkt, struct l7_flow *flow,
					 const struct l7_entry *entry)
{
	struct l7_states *states;
	struct l7_seen *seen;

	if (flow && l7_flow_saw(flow, pkt))
		return flow;
	l7_packet_payload(pkt);
	if (!pkt->len)
		return flow;
	if (!flow)
		flow = l7_flow_create(pkt);
	if (!flow)
		return NULL;

	spin_lock_bh(&flow->lock);
	states = rcu_dereference_protected(flow->states, lockdep_is_held(&flow->lock));
	if (states && !l7_flow_saw(flow, pkt)) {
		seen = &flow->seen[pkt->dir];
		WRITE_ONCE(seen->skb, pkt->skb);
		WRITE_ONCE(seen->ct, pkt->ct);
		WRITE_ONCE(seen->count, pkt->count);
		if (entry->pattern && l7_states_glance(states, pkt, entry))
			l7_flow_settle(flow, entry->name);
		else
			l7_states_run(states, pkt);
	}
	spin_unlock_bh(&flow->lock);
	return flow;
}

/*
 * No verdict within num_packets: it is "unknown" from now on. A connection that is not accounted is
 * older than the rules: its first data is gone, so nothing can be told of it either.
 */
static bool l7_stream_given_up(const struct l7_packet *pkt)
{
	if (pkt->accounted)
		return pkt->total > READ_ONCE(pkt->ln->num_packets);
	atomic64_inc(&pkt->ln->stats.unaccounted);
	return true;
}

/* The verdict on an undecided connection, if this rule's pattern matches its data so far. */
static bool l7_stream_accept(struct l7_flow *flow, const struct l7_entry *entry)
{
	const struct l7_states *states = rcu_dereference(flow->states);

	if (!states || !l7_states_accept(states, entry))
		return false;
	return l7_flow_decide(flow, entry->name) == entry->name;
}

/**
 * l7_stream_matches() - tell whether a rule matches a packet, before inversion
 * @pkt: the open packet; its payload is found here, if it is needed
 * @entry: what the rule names
 *
 * Called in an RCU read-side critical section, in any hook.
 */
bool l7_stream_matches(struct l7_packet *pkt, const struct l7_entry *entry)
{
	struct l7_flow *flow = l7_flow_find(pkt);
	const struct l7_name *verdict = flow ? READ_ONCE(flow->verdict) : NULL;

	if (!verdict && l7_stream_given_up(pkt))
		verdict = flow ? l7_flow_decide(flow, l7_unknown.name) : l7_unknown.name;
	if (!verdict) {
		flow = l7_stream_advance(pkt, flow, entry);
		verdict = flow ? READ_ONCE(flow->verdict) : NULL;
	}
	if (verdict)
		return verdict == entry->name;
	if (entry == &l7_unset)
		return true;
	return entry->pattern && flow && l7_stream_accept(flow, entry);
}
