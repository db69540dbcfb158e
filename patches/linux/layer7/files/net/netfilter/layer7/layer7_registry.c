// SPDX-License-Identifier: GPL-2.0-only
/*
 * The patterns of a network namespace, one for each name and text. Those without a rule wait for
 * one and expire: userspace hands a pattern over before the rule that uses it, and a table that is
 * being replaced lets go of its rules for a moment.
 */
#include <linux/slab.h>
#include <linux/string.h>

#include "layer7.h"

#define L7_UNUSED_TIME	(XT_LAYER7_UNUSED_SECONDS * HZ)

static u32 l7_digest_hash(const u8 *digest)
{
	u32 hash;

	memcpy(&hash, digest, sizeof(hash));
	return hash;
}

static struct l7_entry *l7_entry_find(struct l7_registry *reg, const u8 *digest)
{
	struct l7_entry *entry;

	hash_for_each_possible(reg->by_digest, entry, node, l7_digest_hash(digest)) {
		if (!memcmp(entry->digest, digest, XT_LAYER7_DIGEST_SIZE))
			return entry;
	}
	return NULL;
}

static void l7_unused_add(struct l7_registry *reg, struct l7_entry *entry)
{
	entry->since = jiffies;
	list_add_tail(&entry->unused, &reg->unused);
	reg->unused_count++;
	reg->unused_bytes += l7_pattern_bytes(entry->pattern);
}

static void l7_unused_del(struct l7_registry *reg, struct l7_entry *entry)
{
	list_del_init(&entry->unused);
	reg->unused_count--;
	reg->unused_bytes -= l7_pattern_bytes(entry->pattern);
}

static bool l7_registry_full(const struct l7_registry *reg)
{
	return reg->entries >= L7_ENTRIES_MAX || reg->bytes >= L7_BYTES_MAX ||
	       reg->unused_count >= L7_UNUSED_MAX || reg->unused_bytes >= L7_UNUSED_BYTES_MAX;
}

static int l7_entry_list(struct l7_registry *reg, struct l7_entry *entry)
{
	int slot, err;

	if (l7_registry_full(reg))
		return -ENOSPC;
	slot = ida_alloc_max(&reg->slots, L7_ENTRIES_MAX - 1, GFP_KERNEL);
	if (slot < 0)
		return slot;
	entry->slot = slot;
	err = l7_entry_id(entry);
	if (err) {
		ida_free(&reg->slots, slot);
		return err;
	}
	hash_add(reg->by_digest, &entry->node, l7_digest_hash(entry->digest));
	reg->entries++;
	reg->bytes += l7_pattern_bytes(entry->pattern);
	l7_unused_add(reg, entry);
	return 0;
}

static void l7_entry_unlist(struct l7_registry *reg, struct l7_entry *entry)
{
	l7_unused_del(reg, entry);
	hash_del(&entry->node);
	reg->entries--;
	reg->bytes -= l7_pattern_bytes(entry->pattern);
	l7_entry_forget_id(entry);
	ida_free(&reg->slots, entry->slot);
	l7_entry_put(entry);
}

static void l7_unused_asked(struct l7_registry *reg, struct l7_entry *entry)
{
	if (entry->rules)
		return;
	entry->since = jiffies;
	list_move_tail(&entry->unused, &reg->unused);
}

/**
 * l7_registry_add() - make a pattern known, so that a rule can use it; process context
 * @ln: the network namespace
 * @name: its protocol, l7_name_valid()
 * @text: the pattern, at most L7_PATTERN_MAX bytes
 * @digest: filled in: what to ask l7_registry_use() for
 * @err: what the compiler says about the text, or nothing
 *
 * Return: 0 or an error of l7_pattern_compile(); -ENOSPC if the namespace has too many patterns, or
 * too many without a rule.
 */
int l7_registry_add(struct l7_net *ln, const char *name, const char *text,
		    u8 digest[XT_LAYER7_DIGEST_SIZE], struct l7_error *err)
{
	struct l7_registry *reg = &ln->registry;
	struct l7_entry *entry, *fresh;
	bool full;
	int ret;

	memset(err, 0, sizeof(*err));
	ret = l7_entry_digest(digest, name, text);
	if (ret)
		return ret;

	mutex_lock(&reg->lock);
	full = l7_registry_full(reg);
	entry = l7_entry_find(reg, digest);
	if (entry) {
		l7_unused_asked(reg, entry);
		*err = entry->warning;
	}
	mutex_unlock(&reg->lock);
	if (entry)
		return 0;
	if (full)
		return -ENOSPC;

	fresh = l7_entry_compile(name, text, digest, err);
	if (IS_ERR(fresh))
		return PTR_ERR(fresh);

	mutex_lock(&reg->lock);
	entry = l7_entry_find(reg, digest);
	if (entry)
		l7_unused_asked(reg, entry);
	else
		ret = l7_entry_list(reg, fresh);
	if (!entry && !ret)
		queue_delayed_work(l7_wq, &reg->expire, L7_UNUSED_TIME);
	mutex_unlock(&reg->lock);

	if (entry || ret)
		l7_entry_put(fresh);
	return ret;
}

/**
 * l7_registry_use() - find the pattern of a new rule and count the rule
 * @ln: the network namespace
 * @name: the protocol that the rule names
 * @digest: of the pattern
 *
 * Return: the pattern, until l7_registry_unuse(); ERR_PTR -ENOENT if it is not known, -EINVAL if
 * it is another protocol's, -ENOMEM.
 */
struct l7_entry *l7_registry_use(struct l7_net *ln, const char *name,
				 const u8 digest[XT_LAYER7_DIGEST_SIZE])
{
	struct l7_registry *reg = &ln->registry;
	struct l7_entry *entry;
	int err = 0;

	if (!strcmp(name, "unset"))
		return &l7_unset;
	if (!strcmp(name, "unknown"))
		return &l7_unknown;

	mutex_lock(&reg->lock);
	entry = l7_entry_find(reg, digest);
	if (!entry) {
		err = -ENOENT;
	} else if (strcmp(entry->name->text, name)) {
		err = -EINVAL;
	} else if (!entry->rules++) {
		err = l7_generation_publish(reg);
		if (err)
			entry->rules--;
		else
			l7_unused_del(reg, entry);
	}
	mutex_unlock(&reg->lock);
	return err ? ERR_PTR(err) : entry;
}

/**
 * l7_registry_unuse() - one rule less; no packet sees it any more
 * @ln: the network namespace
 * @entry: what l7_registry_use() gave
 */
void l7_registry_unuse(struct l7_net *ln, struct l7_entry *entry)
{
	struct l7_registry *reg = &ln->registry;

	if (!entry->pattern)
		return;
	mutex_lock(&reg->lock);
	if (!--entry->rules) {
		l7_unused_add(reg, entry);
		/* Without memory new connections go on running a pattern that no rule reads. */
		(void)l7_generation_publish(reg);
		if (ln->dying)
			l7_entry_unlist(reg, entry);
		else
			queue_delayed_work(l7_wq, &reg->expire, L7_UNUSED_TIME);
	}
	mutex_unlock(&reg->lock);
}

static void l7_registry_expire(struct work_struct *work)
{
	struct l7_registry *reg = container_of(to_delayed_work(work), struct l7_registry, expire);
	struct l7_entry *entry, *next;
	unsigned long due;

	mutex_lock(&reg->lock);
	list_for_each_entry_safe(entry, next, &reg->unused, unused) {
		due = entry->since + L7_UNUSED_TIME;
		if (time_before(jiffies, due)) {
			queue_delayed_work(l7_wq, &reg->expire, due - jiffies);
			break;
		}
		l7_entry_unlist(reg, entry);
	}
	mutex_unlock(&reg->lock);
}

void l7_registry_init(struct l7_registry *reg)
{
	mutex_init(&reg->lock);
	hash_init(reg->by_digest);
	ida_init(&reg->slots);
	INIT_LIST_HEAD(&reg->unused);
	INIT_DELAYED_WORK(&reg->expire, l7_registry_expire);
}

/*
 * The namespace is dying. Tables that were registered before this match still have rules: their
 * patterns go with them.
 */
void l7_registry_exit(struct l7_registry *reg)
{
	struct l7_entry *entry, *next;

	cancel_delayed_work_sync(&reg->expire);
	mutex_lock(&reg->lock);
	list_for_each_entry_safe(entry, next, &reg->unused, unused)
		l7_entry_unlist(reg, entry);
	mutex_unlock(&reg->lock);
}
