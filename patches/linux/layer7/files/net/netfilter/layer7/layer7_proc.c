// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/layer7_numpackets, l7-filter's own, and /proc/net/layer7, the namespace's numbers. */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>

#include "layer7.h"

static int l7_numpackets_show(struct seq_file *seq, void *unused)
{
	const struct l7_net *ln = l7_net(seq_file_single_net(seq));

	seq_printf(seq, "%u\n", READ_ONCE(ln->num_packets));
	return 0;
}

static int l7_numpackets_write(struct file *file, char *text, size_t size)
{
	struct l7_net *ln = l7_net(seq_file_single_net(file->private_data));
	long wanted;
	int err = kstrtol(strim(text), 10, &wanted);

	if (err)
		return err;
	WRITE_ONCE(ln->num_packets, l7_num_packets_clamp(wanted));
	return 0;
}

/* What the patterns come to. */
struct l7_patterns {
	unsigned int entries, unused;
	size_t states, bytes;
	unsigned long generation;
};

static struct l7_patterns l7_count_patterns(struct l7_registry *reg)
{
	struct l7_patterns sum = {};
	struct l7_entry *entry;
	unsigned int bucket;

	mutex_lock(&reg->lock);
	hash_for_each(reg->by_digest, bucket, entry, node)
		sum.states += l7_pattern_states(entry->pattern);
	sum.bytes = reg->bytes;
	sum.entries = reg->entries;
	sum.unused = reg->unused_count;
	sum.generation = reg->published;
	mutex_unlock(&reg->lock);
	return sum;
}

/* What the connections without a verdict come to. */
struct l7_undecided {
	unsigned int flows;
	size_t bytes;
};

static struct l7_undecided l7_count_undecided(const struct l7_net *ln)
{
	struct l7_undecided sum = {};
	struct l7_place place = {};
	const struct l7_states *states;
	const struct l7_flow *flow;

	rcu_read_lock();
	while ((flow = l7_list_next(ln, &place))) {
		states = rcu_dereference(flow->states);
		if (!states)
			continue;
		sum.flows++;
		sum.bytes += l7_states_bytes(states);
	}
	rcu_read_unlock();
	return sum;
}

/* A name and a number a line. Names are for good; new ones may come at the end of a group. */
static int l7_numbers_show(struct seq_file *seq, void *unused)
{
	struct l7_net *ln = l7_net(seq_file_single_net(seq));
	struct l7_patterns patterns = l7_count_patterns(&ln->registry);
	struct l7_undecided undecided = l7_count_undecided(ln);
	struct l7_stats *stats = &ln->stats;

	seq_printf(seq, "patterns %u\n", patterns.entries);
	seq_printf(seq, "patterns_unused %u\n", patterns.unused);
	seq_printf(seq, "pattern_states %zu\n", patterns.states);
	seq_printf(seq, "pattern_bytes %zu\n", patterns.bytes);
	seq_printf(seq, "generation %lu\n", patterns.generation);

	seq_printf(seq, "connections %d\n", atomic_read(&ln->flows));
	seq_printf(seq, "undecided %u\n", undecided.flows);
	seq_printf(seq, "undecided_bytes %zu\n", undecided.bytes);

	seq_printf(seq, "matched %lld\n", atomic64_read(&stats->matched));
	seq_printf(seq, "unknown %lld\n", atomic64_read(&stats->unknown));
	seq_printf(seq, "no_memory %lld\n", atomic64_read(&stats->no_memory));
	seq_printf(seq, "table_full %lld\n", atomic64_read(&stats->table_full));
	seq_printf(seq, "unaccounted %lld\n", atomic64_read(&stats->unaccounted));
	seq_printf(seq, "reused %lld\n", atomic64_read(&stats->reused));

	seq_printf(seq, "num_packets %u\n", READ_ONCE(ln->num_packets));
	seq_printf(seq, "maxdatalen %u\n", l7_maxdatalen);
	seq_printf(seq, "maxflows %d\n", READ_ONCE(l7_maxflows));
	return 0;
}

int l7_proc_init(struct net *net)
{
	if (!IS_ENABLED(CONFIG_PROC_FS))
		return 0;
	if (!proc_create_net_single_write("layer7_numpackets", 0644, net->proc_net,
					  l7_numpackets_show, l7_numpackets_write, NULL))
		return -ENOMEM;
	if (!proc_create_net_single("layer7", 0444, net->proc_net, l7_numbers_show, NULL))
		goto numpackets;
	if (l7_list_init(net))
		goto numbers;
	return 0;

numbers:
	remove_proc_entry("layer7", net->proc_net);
numpackets:
	remove_proc_entry("layer7_numpackets", net->proc_net);
	return -ENOMEM;
}

void l7_proc_exit(struct net *net)
{
	l7_list_exit(net);
	remove_proc_entry("layer7", net->proc_net);
	remove_proc_entry("layer7_numpackets", net->proc_net);
}
