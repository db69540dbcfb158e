// SPDX-License-Identifier: GPL-2.0-only
/* Where an undecided connection stands in its generation's patterns, advanced packet by packet. */
#include <linux/skbuff.h>
#include <linux/slab.h>

#include "layer7.h"

#define L7_CHUNK	512U	/* bytes at a time, on the stack where a packet is not linear */

static struct l7_place *l7_states_place(const struct l7_states *states)
{
	return (struct l7_place *)states->place;
}

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

	if (!gen)
		return NULL;
	states = kmalloc(sizeof(*states) + l7_set_place_bytes(gen->set),
			 GFP_ATOMIC | __GFP_NOWARN);
	if (!states) {
		l7_generation_put(gen);
		return NULL;
	}
	states->generation = gen;
	states->stored = 0;
	l7_set_start(gen->set, l7_states_place(states));
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

/*
 * Bytes of a packet to look at. As in l7-filter, one byte of maxdatalen is never used, and a packet
 * is cut at what was left when it came, NULs included.
 */
static unsigned int l7_states_left(const struct l7_states *states, const struct l7_packet *pkt)
{
	return min(pkt->len, l7_maxdatalen - 1 - states->stored);
}

/*
 * The next of @left bytes from @offset on: @len of them, at @copy, L7_CHUNK bytes, unless they can
 * be read where they are. Return: NULL if the packet has them not.
 */
static const u8 *l7_packet_piece(const struct l7_packet *pkt, unsigned int offset,
				 unsigned int left, u8 *copy, unsigned int *len)
{
	unsigned int linear = skb_headlen(pkt->skb);

	*len = min(left, offset < linear ? linear - offset : L7_CHUNK);
	return skb_header_pointer(pkt->skb, offset, *len, copy);
}

static bool l7_states_know(const struct l7_states *states, const struct l7_entry *entry)
{
	const struct l7_generation *gen = states->generation;

	return entry->slot < gen->slots && gen->entry[entry->slot] == entry;
}

/**
 * l7_states_glance() - run a single pattern over a packet's payload; under the flow's lock
 * @states: the connection's states, which stay as they are
 * @pkt: the packet
 * @entry: the pattern
 *
 * Return: true if it matches: the others need not be run then. False if it does not or cannot be
 * told so quickly.
 */
bool l7_states_glance(const struct l7_states *states, const struct l7_packet *pkt,
		      const struct l7_entry *entry)
{
	unsigned int left = l7_states_left(states, pkt);
	unsigned int offset = pkt->offset;
	unsigned int len;
	u8 copy[L7_CHUNK];
	l7_state at;

	if (!l7_states_know(states, entry))
		return false;
	at = l7_set_state(states->generation->set, l7_states_place(states), entry->slot);
	while (left && at > L7_STATE_MATCH) {
		const u8 *data = l7_packet_piece(pkt, offset, left, copy, &len);

		if (!data)
			return false;
		at = l7_pattern_glance(entry->pattern, at, data, len);
		offset += len;
		left -= len;
	}
	return l7_pattern_accepts(entry->pattern, at);
}

/**
 * l7_states_run() - advance all patterns over a packet's payload; under the flow's lock
 * @states: the connection's states
 * @pkt: the packet
 */
void l7_states_run(struct l7_states *states, const struct l7_packet *pkt)
{
	unsigned int left = l7_states_left(states, pkt);
	const struct l7_set *set = states->generation->set;
	unsigned int offset = pkt->offset;
	unsigned int len;
	u8 copy[L7_CHUNK];

	while (left) {
		const u8 *data = l7_packet_piece(pkt, offset, left, copy, &len);

		if (!data)
			break;
		l7_set_run(set, l7_states_place(states), data, len);
		states->stored += l7_count_stored(data, len);
		offset += len;
		left -= len;
	}
	l7_set_packet_end(set, l7_states_place(states));
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
	return l7_states_know(states, entry) &&
	       l7_set_accepts(states->generation->set, l7_states_place(states), entry->slot);
}

/**
 * l7_states_bytes() - memory that states take, without what they share
 * @states: the connection's states
 */
size_t l7_states_bytes(const struct l7_states *states)
{
	return sizeof(*states) + l7_set_place_bytes(states->generation->set);
}
