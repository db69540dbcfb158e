// SPDX-License-Identifier: GPL-2.0-only
/* Where an undecided connection stands in each pattern, advanced packet by packet. */
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "layer7.h"

#define L7_CHUNK	512	/* bytes at a time, on the stack where a packet is not linear */

/**
 * l7_states_begin() - the states of a connection without data; any context
 * @reg: the registry whose present generation the connection begins with
 *
 * Return: the states, to be given to l7_states_end() or l7_states_free(); NULL without memory, or
 * without any pattern.
 */
struct l7_states *l7_states_begin(struct l7_registry *reg)
{
	struct l7_generation *gen = l7_generation_get(reg);
	struct l7_states *states;
	unsigned int i;

	if (!gen)
		return NULL;
	states = kmalloc(struct_size(states, at, gen->slots), GFP_ATOMIC | __GFP_NOWARN);
	if (!states) {
		l7_generation_put(gen);
		return NULL;
	}
	states->generation = gen;
	states->stored = 0;
	for (i = 0; i < gen->slots; i++)
		states->at[i] = gen->entry[i] ? l7_pattern_start(gen->entry[i]->pattern) :
						L7_STATE_DEAD;
	return states;
}

/**
 * l7_states_free() - free states; any context
 * @states: what nobody reads any more, or NULL
 */
void l7_states_free(struct l7_states *states)
{
	if (!states)
		return;
	l7_generation_put(states->generation);
	kfree(states);
}

static void l7_states_free_rcu(struct rcu_head *rcu)
{
	l7_states_free(container_of(rcu, struct l7_states, rcu));
}

/**
 * l7_states_end() - free states after a grace period; any context
 * @states: what no new reader can find any more, or NULL
 */
void l7_states_end(struct l7_states *states)
{
	if (states)
		call_rcu(&states->rcu, l7_states_free_rcu);
}

/* Bytes of @data that are not NUL: the stream leaves NULs out, and so does its limit. */
static unsigned int l7_stored(const u8 *data, unsigned int len)
{
	unsigned int stored = 0;

	while (len--)
		stored += *data++ != 0;
	return stored;
}

static void l7_states_feed(struct l7_states *states, const u8 *data, unsigned int len)
{
	const struct l7_generation *gen = states->generation;
	unsigned int i;

	for (i = 0; i < gen->slots; i++) {
		l7_state at = states->at[i];

		if (at != L7_STATE_DEAD && at != L7_STATE_MATCH)
			WRITE_ONCE(states->at[i],
				   l7_pattern_run(gen->entry[i]->pattern, at, data, len));
	}
	states->stored += l7_stored(data, len);
}

/**
 * l7_states_run() - advance all patterns over a packet's payload; under the flow's lock
 * @states: the connection's states
 * @pkt: the packet
 *
 * As in l7-filter, one byte of maxdatalen is never used, and a packet is cut at what was left when
 * it came, NULs included.
 */
void l7_states_run(struct l7_states *states, const struct l7_packet *pkt)
{
	unsigned int left = min(pkt->len, l7_maxdatalen - 1 - states->stored);
	unsigned int offset = pkt->offset;
	u8 copy[L7_CHUNK];

	while (left) {
		unsigned int len = min_t(unsigned int, left, sizeof(copy));
		const u8 *data = skb_header_pointer(pkt->skb, offset, len, copy);

		if (!data)
			return;
		l7_states_feed(states, data, len);
		offset += len;
		left -= len;
	}
}

/**
 * l7_states_accept() - tell whether the data so far matches a rule's pattern
 * @states: the connection's states
 * @entry: the pattern
 *
 * A pattern that is not in the connection's generation came after the connection's first data,
 * which nobody kept: it does not match.
 */
bool l7_states_accept(const struct l7_states *states, const struct l7_entry *entry)
{
	const struct l7_generation *gen = states->generation;
	unsigned int slot = entry->slot;

	if (slot >= gen->slots || gen->entry[slot] != entry)
		return false;
	return l7_pattern_accepts(entry->pattern, READ_ONCE(states->at[slot]));
}

/**
 * l7_states_bytes() - memory that states take, without what they share
 * @states: the connection's states
 */
size_t l7_states_bytes(const struct l7_states *states)
{
	return struct_size(states, at, states->generation->slots);
}
