// SPDX-License-Identifier: GPL-2.0-only
/*
 * Generations: immutable arrays of the patterns that rules use, published by RCU. Packets read
 * them, undecided connections hold them, and the last holder may be in softirq, so a work item
 * releases them.
 */
#include <linux/mm.h>
#include <linux/slab.h>

#include "layer7.h"

static void l7_generation_release(struct work_struct *work)
{
	struct l7_generation *gen = container_of(to_rcu_work(work), struct l7_generation, release);
	unsigned int i;

	for (i = 0; i < gen->slots; i++) {
		if (gen->entry[i])
			l7_entry_put(gen->entry[i]);
	}
	l7_set_free(gen->set);
	kvfree(gen);
}

/**
 * l7_generation_put() - give back a reference; any context
 * @gen: the generation, or NULL
 */
void l7_generation_put(struct l7_generation *gen)
{
	if (gen && refcount_dec_and_test(&gen->ref))
		queue_rcu_work(l7_wq, &gen->release);
}

/**
 * l7_generation_get() - the present generation; in an RCU read-side critical section
 * @reg: the registry
 *
 * Return: the generation, to be given back by l7_generation_put(); NULL if no rule has a pattern.
 */
struct l7_generation *l7_generation_get(struct l7_registry *reg)
{
	struct l7_generation *gen;

	do {
		gen = rcu_dereference(reg->generation);
	} while (gen && !refcount_inc_not_zero(&gen->ref));
	return gen;
}

/* The number of slots that a generation needs, 0 if no rule uses a pattern. */
static unsigned int l7_slots_used(struct l7_registry *reg)
{
	unsigned int bucket, slots = 0;
	struct l7_entry *entry;

	hash_for_each(reg->by_digest, bucket, entry, node) {
		if (entry->rules && entry->slot >= slots)
			slots = entry->slot + 1;
	}
	return slots;
}

/* Makes the set of @gen's patterns. Return: 0 or -ENOMEM. */
static int l7_generation_set(struct l7_generation *gen)
{
	const struct l7_pattern **patterns;
	unsigned int i;

	patterns = kvcalloc(gen->slots, sizeof(*patterns), GFP_KERNEL);
	if (!patterns)
		return -ENOMEM;
	for (i = 0; i < gen->slots; i++) {
		if (gen->entry[i])
			patterns[i] = gen->entry[i]->pattern;
	}
	gen->set = l7_set_build(patterns, gen->slots);
	kvfree(patterns);
	return PTR_ERR_OR_ZERO(gen->set);
}

/* Return: a generation of the entries that rules use, without references yet, or ERR_PTR. */
static struct l7_generation *l7_generation_make(struct l7_registry *reg, unsigned int slots)
{
	struct l7_generation *gen;
	struct l7_entry *entry;
	unsigned int bucket;
	int err;

	gen = kvzalloc(struct_size(gen, entry, slots), GFP_KERNEL_ACCOUNT);
	if (!gen)
		return ERR_PTR(-ENOMEM);
	refcount_set(&gen->ref, 1);
	INIT_RCU_WORK(&gen->release, l7_generation_release);
	gen->slots = slots;
	hash_for_each(reg->by_digest, bucket, entry, node) {
		if (entry->rules)
			gen->entry[entry->slot] = entry;
	}
	err = l7_generation_set(gen);
	if (!err)
		return gen;
	kvfree(gen);
	return ERR_PTR(err);
}

/**
 * l7_generation_publish() - make what rules use now the generation of new connections
 * @reg: the registry, locked
 *
 * Return: 0, or -ENOMEM; the old generation then stays.
 */
int l7_generation_publish(struct l7_registry *reg)
{
	unsigned int i, slots = l7_slots_used(reg);
	struct l7_generation *gen = NULL;

	if (slots) {
		gen = l7_generation_make(reg, slots);
		if (IS_ERR(gen))
			return PTR_ERR(gen);
		for (i = 0; i < slots; i++) {
			if (gen->entry[i])
				refcount_inc(&gen->entry[i]->ref);
		}
	}
	reg->published++;
	gen = rcu_replace_pointer(reg->generation, gen, lockdep_is_held(&reg->lock));
	l7_generation_put(gen);
	return 0;
}
