// SPDX-License-Identifier: GPL-2.0-only
/* One pattern: its digest, its number, its making and its end. */
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/xarray.h>

#include "layer7.h"
#include "layer7_compat.h"

/* Rules of revision 0 have no room for a pointer: 24 bits must do. */
static DEFINE_XARRAY_ALLOC1(l7_ids);
#define L7_ID_LIMIT	XA_LIMIT(1, (1 << 24) - 1)

/* What a rule can name without a pattern. */
struct l7_entry l7_unset;
struct l7_entry l7_unknown;

/**
 * l7_entry_by_id() - the pattern with a number
 * @id: of a pattern that a living rule uses
 */
struct l7_entry *l7_entry_by_id(u32 id)
{
	return xa_load(&l7_ids, id);
}

/* Numbers a pattern. Return: 0, -ENOMEM, -EBUSY when all numbers are taken. */
int l7_entry_id(struct l7_entry *entry)
{
	return xa_alloc(&l7_ids, &entry->id, entry, L7_ID_LIMIT, GFP_KERNEL);
}

void l7_entry_forget_id(struct l7_entry *entry)
{
	xa_erase(&l7_ids, entry->id);
}

/**
 * l7_entry_digest() - the digest of a pattern: SHA-256 of the name, its NUL and the text
 * @digest: filled in
 * @name: the protocol
 * @text: the pattern
 *
 * Return: 0 or -ENOMEM.
 */
int l7_entry_digest(u8 digest[XT_LAYER7_DIGEST_SIZE], const char *name, const char *text)
{
	char *both = kasprintf(GFP_KERNEL, "%s%c%s", name, 0, text);

	if (!both)
		return -ENOMEM;
	sha256((u8 *)both, strlen(name) + 1 + strlen(text), digest);
	kfree(both);
	return 0;
}

/**
 * l7_entry_compile() - make a pattern; process context
 * @name: the protocol
 * @text: the pattern
 * @digest: of both
 * @err: what the compiler says
 *
 * Return: the pattern with one reference, or what l7_pattern_compile() gives.
 */
struct l7_entry *l7_entry_compile(const char *name, const char *text,
				  const u8 digest[XT_LAYER7_DIGEST_SIZE], struct l7_error *err)
{
	struct l7_entry *entry = kzalloc(sizeof(*entry), GFP_KERNEL_ACCOUNT);
	int ret = -ENOMEM;

	if (!entry)
		return ERR_PTR(-ENOMEM);
	refcount_set(&entry->ref, 1);
	memcpy(entry->digest, digest, XT_LAYER7_DIGEST_SIZE);
	entry->pattern = l7_pattern_compile(text, strlen(text), err);
	if (IS_ERR(entry->pattern)) {
		ret = PTR_ERR(entry->pattern);
		goto free;
	}
	entry->warning = *err;
	entry->name = l7_name_get(name);
	if (entry->name)
		return entry;
	l7_pattern_free(entry->pattern);
free:
	kfree(entry);
	return ERR_PTR(ret);
}

/**
 * l7_entry_put() - give back a reference to a pattern; process context
 * @entry: the pattern, no longer to be found if this is the last reference
 */
void l7_entry_put(struct l7_entry *entry)
{
	if (!refcount_dec_and_test(&entry->ref))
		return;
	l7_pattern_free(entry->pattern);
	l7_name_put(entry->name);
	kfree(entry);
}

int __init l7_entry_start(void)
{
	int err = -ENOMEM;

	l7_unknown.name = l7_name_get("unknown");
	if (!l7_unknown.name)
		return err;
	err = l7_entry_id(&l7_unset);
	if (!err)
		err = l7_entry_id(&l7_unknown);
	if (err)
		l7_entry_stop();
	return err;
}

void l7_entry_stop(void)
{
	xa_destroy(&l7_ids);
	l7_name_put(l7_unknown.name);
}
