// SPDX-License-Identifier: GPL-2.0-only
/*
 * The flows: what is known of each connection, in a hash table keyed by the address of its master
 * conntrack. Readers hold RCU's read side, as every caller of a match does.
 */
#include <linux/percpu.h>
#include <linux/rhashtable.h>
#include <linux/slab.h>

#include "layer7.h"

/* Status bits that a conntrack gets and never loses; see IPS_UNCHANGEABLE_MASK and ctnetlink. */
#define L7_STATUS	(IPS_SEEN_REPLY | IPS_ASSURED)

struct rhashtable l7_flows;
static struct kmem_cache *l7_flow_cache;

static const struct rhashtable_params l7_flow_params = {
	.key_len = sizeof_field(struct l7_flow, ct),
	.key_offset = offsetof(struct l7_flow, ct),
	.head_offset = offsetof(struct l7_flow, node),
	.automatic_shrinking = true,
};

/*
 * The look-up that a CPU did last: a packet meets many rules, and comes with others of its
 * connection. Bottom halves are off while it is read or written.
 */
struct l7_last {
	const struct nf_conn *ct;
	struct l7_flow *flow;
	s64 removed;			/* l7_removed before the look-up */
};

static DEFINE_PER_CPU(struct l7_last, l7_last);

/*
 * Flows removed so far. A flow is freed a grace period after this was counted up for it: who is in
 * a read side critical section and sees the same number as before has a flow that will not go.
 */
static atomic64_t l7_removed __read_mostly;

static const struct nf_conntrack_tuple *l7_original(const struct nf_conn *ct)
{
	return &ct->tuplehash[IP_CT_DIR_ORIGINAL].tuple;
}

/**
 * l7_flow_saw() - tell whether a packet was looked at, for an earlier rule or in an earlier hook
 * @flow: the packet's flow
 * @pkt: the packet
 *
 * The count tells a packet from the next one that got the same memory. Two packets of one direction
 * on two CPUs at once can make the earlier one look new, and then its data counts twice.
 */
bool l7_flow_saw(const struct l7_flow *flow, const struct l7_packet *pkt)
{
	const struct l7_seen *seen = &flow->seen[pkt->dir];

	return READ_ONCE(seen->skb) == pkt->skb && READ_ONCE(seen->ct) == pkt->ct &&
	       READ_ONCE(seen->count) == pkt->count;
}

/* Whether @flow is of this packet's connection, and not of one that had the same address before. */
static bool l7_flow_valid(const struct l7_flow *flow, const struct l7_packet *pkt)
{
	const struct nf_conn *ct = pkt->master;
	const struct nf_conntrack_zone *zone = nf_ct_zone(ct);

	if (flow->ln != pkt->ln || flow->zone.id != zone->id || flow->zone.dir != zone->dir ||
	    !nf_ct_tuple_equal(&flow->tuple, l7_original(ct)))
		return false;
	/* The same tuple again at the same address: a new conntrack has fewer status bits, */
	if (READ_ONCE(flow->status) & ~READ_ONCE(ct->status))
		return false;
	/* and until its first packet is confirmed, only that packet can have made the flow. */
	return nf_ct_is_confirmed(ct) || l7_flow_saw(flow, pkt);
}

/* Keeps the flow from looking idle. Writes seldom: the line is shared by the connection's CPUs. */
static void l7_flow_touch(struct l7_flow *flow, const struct nf_conn *ct)
{
	unsigned long status = READ_ONCE(ct->status) & L7_STATUS;

	if (status & ~READ_ONCE(flow->status))
		WRITE_ONCE(flow->status, status);
	if (time_after(jiffies, READ_ONCE(flow->used) + HZ))
		WRITE_ONCE(flow->used, jiffies);
}

/* The flow at the address of a master conntrack, whosever it was. */
static struct l7_flow *l7_flow_lookup(const struct nf_conn *key)
{
	s64 removed = atomic64_read_acquire(&l7_removed);
	struct l7_last *last;
	struct l7_flow *flow;

	local_bh_disable();
	last = this_cpu_ptr(&l7_last);
	flow = last->flow;
	if (last->ct != key || last->removed != removed) {
		flow = rhashtable_lookup_fast(&l7_flows, &key, l7_flow_params);
		if (flow) {
			last->ct = key;
			last->flow = flow;
			last->removed = removed;
		}
	}
	local_bh_enable();
	return flow;
}

/**
 * l7_flow_find() - the flow of a packet's connection, if it has one
 * @pkt: the packet
 */
struct l7_flow *l7_flow_find(const struct l7_packet *pkt)
{
	struct l7_flow *flow = l7_flow_lookup(pkt->master);

	if (!flow)
		return NULL;
	if (!l7_flow_valid(flow, pkt)) {
		atomic64_inc(&pkt->ln->stats.reused);
		l7_flow_remove(flow);
		return NULL;
	}
	l7_flow_touch(flow, pkt->master);
	return flow;
}

static void l7_flow_free_rcu(struct rcu_head *rcu)
{
	struct l7_flow *flow = container_of(rcu, struct l7_flow, rcu);

	l7_states_free(rcu_dereference_protected(flow->states, true));
	l7_name_put(flow->verdict);
	kmem_cache_free(l7_flow_cache, flow);
}

static struct l7_flow *l7_flow_alloc(const struct l7_packet *pkt)
{
	struct l7_flow *flow;
	struct l7_states *states;

	flow = kmem_cache_zalloc(l7_flow_cache, GFP_ATOMIC | __GFP_NOWARN);
	if (!flow)
		return NULL;
	states = l7_states_begin(&pkt->ln->registry);
	if (!states) {
		kmem_cache_free(l7_flow_cache, flow);
		return NULL;
	}
	flow->ct = pkt->master;
	flow->ln = pkt->ln;
	flow->tuple = *l7_original(pkt->master);
	flow->zone = *nf_ct_zone(pkt->master);
	flow->status = READ_ONCE(pkt->master->status) & L7_STATUS;
	flow->used = jiffies;
	spin_lock_init(&flow->lock);
	RCU_INIT_POINTER(flow->states, states);
	return flow;
}

/* Puts a new flow into the table; returns the one that another CPU put there first, if so. */
static struct l7_flow *l7_flow_insert(struct l7_flow *flow)
{
	struct l7_flow *there;

	there = rhashtable_lookup_get_insert_fast(&l7_flows, &flow->node, l7_flow_params);
	if (!there)
		return flow;
	call_rcu(&flow->rcu, l7_flow_free_rcu);
	return there;
}

/**
 * l7_flow_create() - begin a flow for a packet's connection
 * @pkt: the packet, with payload
 *
 * Return: the flow, or NULL if there is no room or memory for one; the connection then stays
 * undecided. Counted in the statistics.
 */
struct l7_flow *l7_flow_create(const struct l7_packet *pkt)
{
	struct l7_net *ln = pkt->ln;
	struct l7_flow *flow, *there;

	if (READ_ONCE(ln->dying) || !rcu_access_pointer(ln->registry.generation))
		return NULL;
	if (atomic_inc_return(&ln->flows) > READ_ONCE(l7_maxflows)) {
		atomic_dec(&ln->flows);
		atomic64_inc(&ln->stats.table_full);
		l7_collect_now();
		return NULL;
	}
	flow = l7_flow_alloc(pkt);
	there = flow ? l7_flow_insert(flow) : ERR_PTR(-ENOMEM);
	if (there == flow)
		return flow;
	atomic_dec(&ln->flows);
	if (!IS_ERR(there))
		return there;
	atomic64_inc(&ln->stats.no_memory);
	return NULL;
}

/**
 * l7_flow_remove() - take a flow out of the table; it is freed after a grace period
 * @flow: the flow; another CPU may be removing it too
 */
void l7_flow_remove(struct l7_flow *flow)
{
	if (rhashtable_remove_fast(&l7_flows, &flow->node, l7_flow_params))
		return;
	atomic_dec(&flow->ln->flows);
	/* After the removal, before the grace period: it is a full barrier. */
	atomic64_inc_return(&l7_removed);
	call_rcu(&flow->rcu, l7_flow_free_rcu);
}

/**
 * l7_flow_settle() - give a flow its verdict, unless it has one; under its lock
 * @flow: the flow
 * @name: the verdict
 */
void l7_flow_settle(struct l7_flow *flow, struct l7_name *name)
{
	struct l7_stats *stats = &flow->ln->stats;
	struct l7_states *states;

	lockdep_assert_held(&flow->lock);
	if (flow->verdict)
		return;
	refcount_inc(&name->ref);
	WRITE_ONCE(flow->verdict, name);
	states = rcu_dereference_protected(flow->states, lockdep_is_held(&flow->lock));
	RCU_INIT_POINTER(flow->states, NULL);
	l7_states_end(states);
	atomic64_inc(name == l7_unknown.name ? &stats->unknown : &stats->matched);
}

/**
 * l7_flow_decide() - give a flow its verdict, unless it has one
 * @flow: the flow
 * @name: the verdict
 *
 * Return: the verdict that the flow has now.
 */
const struct l7_name *l7_flow_decide(struct l7_flow *flow, struct l7_name *name)
{
	spin_lock_bh(&flow->lock);
	l7_flow_settle(flow, name);
	name = flow->verdict;
	spin_unlock_bh(&flow->lock);
	return name;
}

int __init l7_flow_start(void)
{
	int err;

	l7_flow_cache = KMEM_CACHE(l7_flow, SLAB_HWCACHE_ALIGN);
	if (!l7_flow_cache)
		return -ENOMEM;
	err = rhashtable_init(&l7_flows, &l7_flow_params);
	if (err)
		kmem_cache_destroy(l7_flow_cache);
	return err;
}

/* No flow is left: the network namespaces removed theirs. Waits until the last one is freed. */
void l7_flow_stop(void)
{
	rhashtable_destroy(&l7_flows);
	rcu_barrier();
	kmem_cache_destroy(l7_flow_cache);
}
