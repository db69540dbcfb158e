/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of the layer7 match share. README.md beside the patches says which file does what,
 * and which lock guards what.
 */
#ifndef _LAYER7_H
#define _LAYER7_H

#include <linux/atomic.h>
#include <linux/hashtable.h>
#include <linux/idr.h>
#include <linux/jiffies.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rhashtable-types.h>
#include <linux/skbuff.h>
#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>
#include <linux/netfilter/xt_layer7.h>
#include <net/net_namespace.h>
#include <net/netfilter/nf_conntrack.h>
#include <net/netfilter/nf_conntrack_zones.h>

#include "l7_engine.h"

#undef pr_fmt
#define pr_fmt(fmt) "xt_layer7: " fmt

#define L7_ENTRIES_MAX		2048	/* patterns per network namespace */
#define L7_BYTES_MAX		(64 * 1024 * 1024)	/* of their tables, the last one more */
#define L7_UNUSED_MAX		1024	/* of them, those that no rule uses */
#define L7_UNUSED_BYTES_MAX	(32 * 1024 * 1024)

/* A protocol's name. There is one of each text, so that verdicts are compared by address. */
struct l7_name {
	struct hlist_node node;
	refcount_t ref;
	char text[];
};

/*
 * One pattern of one network namespace, found by its digest. The registry, and each generation that
 * it is in, hold a reference; rules are counted apart, because only what they use is run.
 */
struct l7_entry {
	struct hlist_node node;		/* in l7_registry.by_digest */
	struct list_head unused;	/* in l7_registry.unused while rules is 0 */
	refcount_t ref;
	unsigned int rules;
	unsigned long since;		/* jiffies when it was last asked for */
	u32 id;				/* how a rule of revision 0 finds it */
	u16 slot;			/* its place in a generation */
	u8 digest[XT_LAYER7_DIGEST_SIZE];
	struct l7_name *name;		/* NULL for "unset" */
	struct l7_pattern *pattern;	/* NULL for "unset" and "unknown" */
	struct l7_error warning;	/* what the compiler had to say about it */
};

/* The patterns that rules used at one moment. A connection keeps the one that it began with. */
struct l7_generation {
	refcount_t ref;
	struct rcu_work release;
	struct l7_set *set;		/* of the entries' patterns, by slot */
	unsigned int slots;
	struct l7_entry *entry[];	/* by slot, NULL where no rule uses it */
};

struct l7_registry {
	struct mutex lock;		/* all below but the readers' side of generation */
	DECLARE_HASHTABLE(by_digest, 8);
	unsigned int entries;
	size_t bytes;
	struct ida slots;
	struct list_head unused;	/* the longest unused first */
	unsigned int unused_count;
	size_t unused_bytes;
	unsigned long published;	/* generations so far */
	struct delayed_work expire;
	struct l7_generation __rcu *generation;
};

struct l7_stats {
	atomic64_t matched;		/* connections with a verdict */
	atomic64_t unknown;		/* connections given up */
	atomic64_t no_memory;		/* packets not looked at */
	atomic64_t table_full;		/* packets not looked at */
	atomic64_t unaccounted;		/* packets of connections without accounting */
	atomic64_t reused;		/* conntracks whose address an earlier connection had */
};

/* A network namespace. */
struct l7_net {
	struct net *net;
	bool dying;
	unsigned int num_packets;
	atomic_t flows;
	struct l7_registry registry;
	struct l7_stats stats;
};

/* Where an undecided connection stands in each pattern of its generation. */
struct l7_states {
	struct rcu_head rcu;
	struct l7_generation *generation;
	unsigned int stored;		/* bytes so far, NULs left out */
	u64 place[];			/* struct l7_place of the generation's set */
};

/* The packet of one direction that was looked at last. Never followed, only compared. */
struct l7_seen {
	const struct sk_buff *skb;
	const struct nf_conn *ct;	/* a child's packets belong to its master's flow */
	u32 count;
};

/*
 * What is known of a master conntrack. It holds no reference to that: the address is its key, and
 * tuple, zone and status tell whether another connection has the address now.
 */
struct l7_flow {
	struct rhash_head node;
	struct rcu_head rcu;
	const struct nf_conn *ct;	/* never followed */
	struct l7_net *ln;
	struct nf_conntrack_tuple tuple;
	struct nf_conntrack_zone zone;
	unsigned long status;		/* bits of IPS_* that a living conntrack never loses */
	unsigned long used;		/* jiffies, to about a second */
	struct l7_name *verdict;	/* set once, under lock */
	spinlock_t lock;		/* what follows, and the writing of verdict */
	struct l7_states __rcu *states;	/* NULL once there is a verdict */
	struct l7_seen seen[IP_CT_DIR_MAX];
};

/* Where a walk over the table of flows is. */
struct l7_place {
	unsigned int bucket;
	unsigned int skip;		/* flows of the bucket that came already */
};

/* A packet as a rule sees it. */
struct l7_packet {
	const struct sk_buff *skb;
	struct nf_conn *ct;
	struct nf_conn *master;		/* ct itself, or the first of its masters */
	struct l7_net *ln;
	enum ip_conntrack_dir dir;
	bool accounted;			/* or the next two are unknown */
	u64 total;			/* packets of the master so far, both directions */
	u32 count;			/* packets of ct so far, this direction */
	unsigned int offset;		/* of the payload in skb */
	unsigned int len;
};

/* layer7_main.c */
extern unsigned int l7_maxdatalen;
extern int l7_maxflows;
extern struct workqueue_struct *l7_wq;
struct l7_net *l7_net(const struct net *net);
unsigned int l7_num_packets_clamp(long wanted);

/* layer7_match.c */
int l7_match_start(void);
void l7_match_stop(void);

/* layer7_name.c */
bool l7_name_valid(const char *text, size_t size);
struct l7_name *l7_name_get(const char *text);
void l7_name_put(struct l7_name *name);

/* layer7_entry.c */
extern struct l7_entry l7_unset;
extern struct l7_entry l7_unknown;
int l7_entry_start(void);
void l7_entry_stop(void);
struct l7_entry *l7_entry_by_id(u32 id);
int l7_entry_id(struct l7_entry *entry);
void l7_entry_forget_id(struct l7_entry *entry);
int l7_entry_digest(u8 digest[XT_LAYER7_DIGEST_SIZE], const char *name, const char *text);
struct l7_entry *l7_entry_compile(const char *name, const char *text,
				  const u8 digest[XT_LAYER7_DIGEST_SIZE], struct l7_error *err);
void l7_entry_put(struct l7_entry *entry);

/* layer7_registry.c */
void l7_registry_init(struct l7_registry *reg);
void l7_registry_exit(struct l7_registry *reg);
int l7_registry_add(struct l7_net *ln, const char *name, const char *text,
		    u8 digest[XT_LAYER7_DIGEST_SIZE], struct l7_error *err);
struct l7_entry *l7_registry_use(struct l7_net *ln, const char *name,
				 const u8 digest[XT_LAYER7_DIGEST_SIZE]);
void l7_registry_unuse(struct l7_net *ln, struct l7_entry *entry);

/* layer7_generation.c */
int l7_generation_publish(struct l7_registry *reg);
struct l7_generation *l7_generation_get(struct l7_registry *reg);
void l7_generation_put(struct l7_generation *gen);

/* layer7_states.c */
struct l7_states *l7_states_begin(struct l7_registry *reg);
void l7_states_free(struct l7_states *states);
void l7_states_end(struct l7_states *states);
bool l7_states_glance(const struct l7_states *states, const struct l7_packet *pkt,
		      const struct l7_entry *entry);
void l7_states_run(struct l7_states *states, const struct l7_packet *pkt);
bool l7_states_accept(const struct l7_states *states, const struct l7_entry *entry);
size_t l7_states_bytes(const struct l7_states *states);

/* layer7_packet.c */
bool l7_packet_open(struct l7_packet *pkt, const struct sk_buff *skb);
void l7_packet_payload(struct l7_packet *pkt);

/* layer7_flow.c */
extern struct rhashtable l7_flows;
int l7_flow_start(void);
void l7_flow_stop(void);
struct l7_flow *l7_flow_find(const struct l7_packet *pkt);
struct l7_flow *l7_flow_create(const struct l7_packet *pkt);
void l7_flow_remove(struct l7_flow *flow);
bool l7_flow_saw(const struct l7_flow *flow, const struct l7_packet *pkt);
void l7_flow_settle(struct l7_flow *flow, struct l7_name *name);
const struct l7_name *l7_flow_decide(struct l7_flow *flow, struct l7_name *name);

/* layer7_collect.c */
void l7_collect_start(void);
void l7_collect_stop(void);
void l7_collect_now(void);
void l7_collect_dying(void);

/* layer7_stream.c */
bool l7_stream_matches(struct l7_packet *pkt, const struct l7_entry *entry);

/* layer7_netlink.c */
int l7_netlink_start(void);
void l7_netlink_stop(void);

/* layer7_list.c */
struct l7_flow *l7_list_next(const struct l7_net *ln, struct l7_place *place);
int l7_list_init(struct net *net);
void l7_list_exit(struct net *net);

/* layer7_proc.c */
int l7_proc_init(struct net *net);
void l7_proc_exit(struct net *net);

#endif /* _LAYER7_H */
