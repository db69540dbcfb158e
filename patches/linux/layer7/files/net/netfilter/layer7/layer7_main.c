// SPDX-License-Identifier: GPL-2.0-only
/* xt_layer7: parameters, network namespaces, and the order in which the parts start and stop. */
#include <linux/kernel.h>
#include <linux/module.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "layer7.h"

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Xtables: match a connection's protocol by its first data");
MODULE_ALIAS("ipt_layer7");
MODULE_ALIAS("ip6t_layer7");

#define L7_NUM_PACKETS_MAX	99
#define L7_MAXDATALEN_MAX	65536

static int num_packets = 10;
module_param(num_packets, int, 0444);
MODULE_PARM_DESC(num_packets, "packets to look at before giving up, 1 to 99; later by /proc/net/layer7_numpackets");

unsigned int l7_maxdatalen = 2048;
module_param_named(maxdatalen, l7_maxdatalen, uint, 0444);
MODULE_PARM_DESC(maxdatalen, "bytes of a connection to look at, 1 to 65536");

int l7_maxflows = 262144;
module_param_named(maxflows, l7_maxflows, int, 0644);
MODULE_PARM_DESC(maxflows, "connections to remember, per network namespace");

struct workqueue_struct *l7_wq;
static unsigned int l7_net_id __read_mostly;

struct l7_net *l7_net(const struct net *net)
{
	return net_generic(net, l7_net_id);
}

/**
 * l7_num_packets_clamp() - as l7-filter, move a wrong number into 1 to 99, and say so
 * @wanted: the number
 */
unsigned int l7_num_packets_clamp(long wanted)
{
	long got = clamp_t(long, wanted, 1, L7_NUM_PACKETS_MAX);

	if (got != wanted)
		pr_warn_ratelimited("num_packets must be 1 to %d, set to %ld\n",
				    L7_NUM_PACKETS_MAX, got);
	return got;
}

static int __net_init l7_net_init(struct net *net)
{
	struct l7_net *ln = l7_net(net);

	ln->net = net;
	ln->num_packets = num_packets;
	l7_registry_init(&ln->registry);
	return l7_proc_init(net);
}

/* Between this and the exit a grace period passes: then nobody begins a flow any more. */
static void __net_exit l7_net_pre_exit(struct net *net)
{
	WRITE_ONCE(l7_net(net)->dying, true);
}

static void __net_exit l7_net_exit(struct list_head *nets)
{
	struct net *net;

	l7_collect_dying();
	list_for_each_entry(net, nets, exit_list) {
		l7_proc_exit(net);
		l7_registry_exit(&l7_net(net)->registry);
	}
}

static struct pernet_operations l7_net_ops = {
	.init = l7_net_init,
	.pre_exit = l7_net_pre_exit,
	.exit_batch = l7_net_exit,
	.id = &l7_net_id,
	.size = sizeof(struct l7_net),
};

static void __init l7_check_parameters(void)
{
	num_packets = l7_num_packets_clamp(num_packets);
	if (l7_maxdatalen < 1 || l7_maxdatalen > L7_MAXDATALEN_MAX) {
		l7_maxdatalen = clamp_t(unsigned int, l7_maxdatalen, 1, L7_MAXDATALEN_MAX);
		pr_warn("maxdatalen must be 1 to %d, set to %u\n", L7_MAXDATALEN_MAX,
			l7_maxdatalen);
	}
}

static int __init l7_init(void)
{
	int err;

	l7_check_parameters();
	l7_wq = alloc_workqueue("xt_layer7", WQ_UNBOUND, 0);
	if (!l7_wq)
		return -ENOMEM;
	err = l7_entry_start();
	if (err)
		goto wq;
	err = l7_flow_start();
	if (err)
		goto entry;
	err = register_pernet_subsys(&l7_net_ops);
	if (err)
		goto flow;
	err = l7_netlink_start();
	if (err)
		goto pernet;
	err = l7_match_start();
	if (err)
		goto netlink;
	l7_collect_start();
	return 0;

netlink:
	l7_netlink_stop();
pernet:
	unregister_pernet_subsys(&l7_net_ops);
flow:
	l7_flow_stop();
entry:
	l7_entry_stop();
wq:
	destroy_workqueue(l7_wq);
	return err;
}

/*
 * No rule is left. The namespaces remove their flows; when the last is freed, the generations that
 * they held are on the work queue, and what those held goes with the queue.
 */
static void __exit l7_exit(void)
{
	l7_match_stop();
	l7_netlink_stop();
	unregister_pernet_subsys(&l7_net_ops);
	l7_collect_stop();
	l7_flow_stop();
	rcu_barrier();
	destroy_workqueue(l7_wq);
	l7_entry_stop();
}

module_init(l7_init);
module_exit(l7_exit);
