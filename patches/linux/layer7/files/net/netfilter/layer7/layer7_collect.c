// SPDX-License-Identifier: GPL-2.0-only
/*
 * The collector: no flow holds its conntrack and no conntrack knows of its flow, so idle flows are
 * looked up in the conntrack table from time to time, and go when their conntrack has gone.
 */
#include <linux/rhashtable.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "layer7.h"

#define L7_COLLECT_EVERY	(5 * HZ)
/* A packet in a userspace queue may keep its conntrack unconfirmed, out of the table, for long. */
#define L7_COLLECT_IDLE		(10 * HZ)
#define L7_COLLECT_BATCH	256	/* flows between two chances for others to run */

static void l7_collect_work(struct work_struct *work);
static DECLARE_DELAYED_WORK(l7_collect, l7_collect_work);
static unsigned long l7_collect_asked;	/* jiffies when the table was last full */

static bool l7_flow_orphaned(const struct l7_flow *flow)
{
	struct nf_conntrack_tuple_hash *hash;
	struct nf_conn *ct;

	if (time_before(jiffies, READ_ONCE(flow->used) + L7_COLLECT_IDLE))
		return false;
	hash = nf_conntrack_find_get(flow->ln->net, &flow->zone, &flow->tuple);
	if (!hash)
		return true;
	ct = nf_ct_tuplehash_to_ctrack(hash);
	nf_ct_put(ct);
	return ct != flow->ct;
}

static bool l7_flow_dying(const struct l7_flow *flow)
{
	return flow->ln->dying;
}

/* Removes the flows for which @gone says so. A resize on the way makes it begin again. */
static void l7_collect_walk(bool (*gone)(const struct l7_flow *flow))
{
	struct rhashtable_iter iter;
	struct l7_flow *flow;
	unsigned int batch;

	rhashtable_walk_enter(&l7_flows, &iter);
	do {
		rhashtable_walk_start(&iter);
		for (batch = 0; batch < L7_COLLECT_BATCH; batch++) {
			flow = rhashtable_walk_next(&iter);
			if (IS_ERR_OR_NULL(flow))
				break;
			if (gone(flow))
				l7_flow_remove(flow);
		}
		rhashtable_walk_stop(&iter);
		cond_resched();
	} while (flow);
	rhashtable_walk_exit(&iter);
}

static void l7_collect_work(struct work_struct *work)
{
	l7_collect_walk(l7_flow_orphaned);
	queue_delayed_work(l7_wq, &l7_collect, L7_COLLECT_EVERY);
}

/**
 * l7_collect_now() - look for flows to remove at once: the table is full; any context
 *
 * Each new connection may ask, so only one request in a second is heard.
 */
void l7_collect_now(void)
{
	if (time_before(jiffies, READ_ONCE(l7_collect_asked) + HZ))
		return;
	WRITE_ONCE(l7_collect_asked, jiffies);
	mod_delayed_work(l7_wq, &l7_collect, 0);
}

/**
 * l7_collect_dying() - remove all flows of dying network namespaces
 *
 * Nobody begins one any more. The grace period is for the collector itself, and for a packet of
 * another namespace whose conntrack got the address of one of these: both may have found a flow
 * just before it was removed, and follow it to its namespace.
 */
void l7_collect_dying(void)
{
	l7_collect_walk(l7_flow_dying);
	synchronize_rcu();
}

void l7_collect_start(void)
{
	l7_collect_asked = jiffies;
	queue_delayed_work(l7_wq, &l7_collect, L7_COLLECT_EVERY);
}

void l7_collect_stop(void)
{
	cancel_delayed_work_sync(&l7_collect);
}
