// SPDX-License-Identifier: GPL-2.0-only
/* /proc/net/layer7_numpackets, l7-filter's own, and /proc/net/layer7_stat. */
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

static int l7_stat_show(struct seq_file *seq, void *unused)
{
	struct l7_net *ln = l7_net(seq_file_single_net(seq));
	struct l7_stats *stats = &ln->stats;

	seq_printf(seq, "flows %d\n", atomic_read(&ln->flows));
	seq_printf(seq, "patterns %u\n", READ_ONCE(ln->registry.entries));
	seq_printf(seq, "patterns_unused %u\n", READ_ONCE(ln->registry.unused_count));
	seq_printf(seq, "matched %lld\n", atomic64_read(&stats->matched));
	seq_printf(seq, "unknown %lld\n", atomic64_read(&stats->unknown));
	seq_printf(seq, "no_memory %lld\n", atomic64_read(&stats->no_memory));
	seq_printf(seq, "table_full %lld\n", atomic64_read(&stats->table_full));
	seq_printf(seq, "unaccounted %lld\n", atomic64_read(&stats->unaccounted));
	seq_printf(seq, "reused %lld\n", atomic64_read(&stats->reused));
	return 0;
}

int l7_proc_init(struct net *net)
{
	if (!IS_ENABLED(CONFIG_PROC_FS))
		return 0;
	if (!proc_create_net_single_write("layer7_numpackets", 0644, net->proc_net,
					  l7_numpackets_show, l7_numpackets_write, NULL))
		return -ENOMEM;
	if (proc_create_net_single("layer7_stat", 0444, net->proc_net, l7_stat_show, NULL))
		return 0;
	remove_proc_entry("layer7_numpackets", net->proc_net);
	return -ENOMEM;
}

void l7_proc_exit(struct net *net)
{
	remove_proc_entry("layer7_stat", net->proc_net);
	remove_proc_entry("layer7_numpackets", net->proc_net);
}
