// SPDX-License-Identifier: GPL-2.0-only
/* The match as x_tables and nft_compat see it, in both revisions. */
#include <linux/netfilter/x_tables.h>
#include <linux/string.h>
#include <net/netfilter/nf_conntrack_acct.h>

#include "layer7.h"

/* What stands behind a rule of revision 0: its number, in what alignment leaves over. */
struct l7_info_v0 {
	struct xt_layer7_info user;
	u8 id[3];
};

static u32 l7_info_id(const struct l7_info_v0 *info)
{
	return info->id[0] | info->id[1] << 8 | info->id[2] << 16;
}

/*
 * A packet that the match has nothing to say about does not match, and so matches an inverted rule:
 * that is what l7-filter does.
 */
static bool l7_match(const struct sk_buff *skb, const struct l7_entry *entry, bool invert)
{
	struct l7_packet pkt;

	return (l7_packet_open(&pkt, skb) && l7_stream_matches(&pkt, entry)) ^ invert;
}

static bool l7_match_v0(const struct sk_buff *skb, struct xt_action_param *par)
{
	const struct l7_info_v0 *info = par->matchinfo;

	return l7_match(skb, l7_entry_by_id(l7_info_id(info)), info->user.invert);
}

static bool l7_match_v1(const struct sk_buff *skb, struct xt_action_param *par)
{
	const struct xt_layer7_info_v1 *info = par->matchinfo;

	return l7_match(skb, info->entry, info->flags & XT_LAYER7_INVERT);
}

/* Conntrack and its accounting, for as long as the rule lives. */
static int l7_check_conntrack(const struct xt_mtchk_param *par)
{
	int err = nf_ct_netns_get(par->net, par->family);

	if (err) {
		pr_info_ratelimited("cannot load conntrack support for proto=%u\n", par->family);
		return err;
	}
	if (!nf_ct_acct_enabled(par->net)) {
		pr_info("switching conntrack accounting on\n");
		nf_ct_set_acct(par->net, true);
	}
	return 0;
}

/* Hands over what a rule of revision 0 brings. Return: its entry, or ERR_PTR. */
static struct l7_entry *l7_check_text(struct l7_net *ln, const struct xt_layer7_info *info)
{
	u8 digest[XT_LAYER7_DIGEST_SIZE] = {};
	struct l7_error err;
	int ret;

	/* A pattern's own name is never one of these two, whatever text came along. */
	if (!strcmp(info->protocol, "unset") || !strcmp(info->protocol, "unknown"))
		return l7_registry_use(ln, info->protocol, digest);
	ret = l7_registry_add(ln, info->protocol, info->pattern, digest, &err);
	if (ret) {
		pr_info_ratelimited("pattern of %s refused (%d), at byte %zu: %s\n",
				    info->protocol, ret, err.offset, err.text);
		return ERR_PTR(ret);
	}
	if (*err.text)
		pr_info_ratelimited("pattern of %s, at byte %zu: %s\n",
				    info->protocol, err.offset, err.text);
	return l7_registry_use(ln, info->protocol, digest);
}

static int l7_check_v0(const struct xt_mtchk_param *par)
{
	struct l7_info_v0 *info = par->matchinfo;
	struct l7_entry *entry;
	int err;

	BUILD_BUG_ON(sizeof(struct xt_layer7_info) != 8449);
	BUILD_BUG_ON(sizeof(struct l7_info_v0) > XT_ALIGN(sizeof(struct xt_layer7_info)));

	if (par->nft_compat) {
		pr_info_ratelimited("revision 0 is for the legacy tables; iptables-nft needs a libxt_layer7 that knows revision 1\n");
		return -EOPNOTSUPP;
	}
	if (!l7_name_valid(info->user.protocol, sizeof(info->user.protocol)) ||
	    strnlen(info->user.pattern, sizeof(info->user.pattern)) > L7_PATTERN_MAX) {
		pr_info_ratelimited("malformed rule: protocol or pattern\n");
		return -EINVAL;
	}
	err = l7_check_conntrack(par);
	if (err)
		return err;
	entry = l7_check_text(l7_net(par->net), &info->user);
	if (IS_ERR(entry)) {
		nf_ct_netns_put(par->net, par->family);
		return PTR_ERR(entry);
	}
	info->id[0] = entry->id;
	info->id[1] = entry->id >> 8;
	info->id[2] = entry->id >> 16;
	return 0;
}

static int l7_check_v1(const struct xt_mtchk_param *par)
{
	struct xt_layer7_info_v1 *info = par->matchinfo;
	struct l7_entry *entry;
	int err;

	BUILD_BUG_ON(XT_ALIGN(sizeof(struct xt_layer7_info_v1)) > 184);

	if (!l7_name_valid(info->protocol, sizeof(info->protocol)) ||
	    strnlen(info->dir, sizeof(info->dir)) == sizeof(info->dir) ||
	    info->flags & ~XT_LAYER7_INVERT ||
	    memchr_inv(info->reserved, 0, sizeof(info->reserved))) {
		pr_info_ratelimited("malformed rule: protocol, directory, flags or reserved bytes\n");
		return -EINVAL;
	}
	err = l7_check_conntrack(par);
	if (err)
		return err;
	entry = l7_registry_use(l7_net(par->net), info->protocol, info->digest);
	if (IS_ERR(entry)) {
		if (PTR_ERR(entry) == -ENOENT)
			pr_info_ratelimited("no pattern of %s with this digest: it must be handed over in the %d seconds before the rule\n",
					    info->protocol, XT_LAYER7_UNUSED_SECONDS);
		nf_ct_netns_put(par->net, par->family);
		return PTR_ERR(entry);
	}
	info->entry = entry;
	return 0;
}

static void l7_destroy(const struct xt_mtdtor_param *par, struct l7_entry *entry)
{
	l7_registry_unuse(l7_net(par->net), entry);
	nf_ct_netns_put(par->net, par->family);
}

static void l7_destroy_v0(const struct xt_mtdtor_param *par)
{
	l7_destroy(par, l7_entry_by_id(l7_info_id(par->matchinfo)));
}

static void l7_destroy_v1(const struct xt_mtdtor_param *par)
{
	const struct xt_layer7_info_v1 *info = par->matchinfo;

	l7_destroy(par, info->entry);
}

#define L7_V0(proto) {						\
	.name		= "layer7",				\
	.revision	= 0,					\
	.family		= (proto),				\
	.match		= l7_match_v0,				\
	.checkentry	= l7_check_v0,				\
	.destroy	= l7_destroy_v0,			\
	.matchsize	= sizeof(struct xt_layer7_info),	\
	.usersize	= sizeof(struct xt_layer7_info),	\
	.me		= THIS_MODULE,				\
}

#define L7_V1(proto) {						\
	.name		= "layer7",				\
	.revision	= 1,					\
	.family		= (proto),				\
	.match		= l7_match_v1,				\
	.checkentry	= l7_check_v1,				\
	.destroy	= l7_destroy_v1,			\
	.matchsize	= sizeof(struct xt_layer7_info_v1),	\
	.usersize	= offsetof(struct xt_layer7_info_v1, entry), \
	.me		= THIS_MODULE,				\
}

static struct xt_match l7_matches[] __read_mostly = {
	L7_V0(NFPROTO_IPV4),
	L7_V0(NFPROTO_IPV6),
	L7_V1(NFPROTO_IPV4),
	L7_V1(NFPROTO_IPV6),
};

int __init l7_match_start(void)
{
	return xt_register_matches(l7_matches, ARRAY_SIZE(l7_matches));
}

void l7_match_stop(void)
{
	xt_unregister_matches(l7_matches, ARRAY_SIZE(l7_matches));
}
