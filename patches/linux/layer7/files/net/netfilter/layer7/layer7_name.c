// SPDX-License-Identifier: GPL-2.0-only
/*
 * Protocol names, interned: one object per text for the whole kernel. A verdict must outlive the
 * rule that gave it (rules are replaced while connections live), but not pin that rule's pattern.
 */
#include <linux/jhash.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "layer7.h"

static DEFINE_HASHTABLE(l7_names, 8);
static DEFINE_SPINLOCK(l7_names_lock);

/**
 * l7_name_valid() - tell whether a rule may name this protocol
 * @text: the name, perhaps without a NUL
 * @size: bytes of room that it stands in
 *
 * A name in a definition file ends at a blank, so it has none; other control characters are kept
 * out of the log.
 */
bool l7_name_valid(const char *text, size_t size)
{
	size_t len = strnlen(text, size);
	size_t i;

	if (!len || len == size)
		return false;
	for (i = 0; i < len; i++) {
		if ((u8)text[i] <= ' ' || text[i] == 0x7f)
			return false;
	}
	return true;
}

static struct l7_name *l7_name_find(const char *text, u32 hash)
{
	struct l7_name *name;

	hash_for_each_possible(l7_names, name, node, hash) {
		if (!strcmp(name->text, text)) {
			refcount_inc(&name->ref);
			return name;
		}
	}
	return NULL;
}

/**
 * l7_name_get() - the object of a name, made on first use; process context
 * @text: the name, terminated
 *
 * Return: the name with a reference to give back by l7_name_put(), or NULL without memory.
 */
struct l7_name *l7_name_get(const char *text)
{
	size_t size = strlen(text) + 1;
	u32 hash = jhash(text, size, 0);
	struct l7_name *name, *fresh;
	unsigned long flags;

	fresh = kmalloc(struct_size(fresh, text, size), GFP_KERNEL_ACCOUNT);
	if (!fresh)
		return NULL;
	refcount_set(&fresh->ref, 1);
	memcpy(fresh->text, text, size);

	spin_lock_irqsave(&l7_names_lock, flags);
	name = l7_name_find(text, hash);
	if (!name)
		hash_add(l7_names, &fresh->node, hash);
	spin_unlock_irqrestore(&l7_names_lock, flags);

	if (!name)
		return fresh;
	kfree(fresh);
	return name;
}

/**
 * l7_name_put() - give a reference back; any context
 * @name: the name, or NULL
 */
void l7_name_put(struct l7_name *name)
{
	unsigned long flags;

	if (!name || refcount_dec_not_one(&name->ref))
		return;
	/* Perhaps the last one: under the lock nobody finds the name any more to take another. */
	spin_lock_irqsave(&l7_names_lock, flags);
	if (refcount_dec_and_test(&name->ref))
		hash_del(&name->node);
	else
		name = NULL;
	spin_unlock_irqrestore(&l7_names_lock, flags);
	kfree(name);
}
