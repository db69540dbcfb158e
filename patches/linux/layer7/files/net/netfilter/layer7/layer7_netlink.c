// SPDX-License-Identifier: GPL-2.0-only
/* Where userspace hands over the text of a pattern; see the header of the binary interface. */
#include <linux/module.h>
#include <net/genetlink.h>

#include "layer7.h"

MODULE_ALIAS_GENL_FAMILY(XT_LAYER7_GENL_NAME);

static struct genl_family l7_family;

static const struct nla_policy l7_policy[XT_LAYER7_ATTR_MAX + 1] = {
	[XT_LAYER7_ATTR_NAME] = { .type = NLA_NUL_STRING, .len = XT_LAYER7_SHORT_NAME_SIZE - 1 },
	[XT_LAYER7_ATTR_TEXT] = { .type = NLA_NUL_STRING, .len = L7_PATTERN_MAX },
};

/* @digest is NULL when the text was refused. */
static int l7_reply_fill(struct sk_buff *reply, const u8 *digest, const struct l7_error *err)
{
	if (digest && nla_put(reply, XT_LAYER7_ATTR_DIGEST, XT_LAYER7_DIGEST_SIZE, digest))
		return -EMSGSIZE;
	if (*err->text && (nla_put_string(reply, XT_LAYER7_ATTR_MESSAGE, err->text) ||
			   nla_put_u32(reply, XT_LAYER7_ATTR_OFFSET, err->offset)))
		return -EMSGSIZE;
	return 0;
}

static int l7_reply(struct genl_info *info, const u8 *digest, const struct l7_error *err)
{
	struct sk_buff *reply = genlmsg_new(NLMSG_GOODSIZE, GFP_KERNEL);
	void *header;

	if (!reply)
		return -ENOMEM;
	header = genlmsg_put_reply(reply, info, &l7_family, 0, XT_LAYER7_CMD_ADD);
	if (!header || l7_reply_fill(reply, digest, err)) {
		nlmsg_free(reply);
		return -EMSGSIZE;
	}
	genlmsg_end(reply, header);
	return genlmsg_reply(reply, info);
}

static void l7_explain(struct genl_info *info, int err)
{
	NL_SET_BAD_ATTR(info->extack, info->attrs[XT_LAYER7_ATTR_TEXT]);
	if (err == -EINVAL)
		GENL_SET_ERR_MSG(info, "the pattern is malformed");
	else if (err == -E2BIG)
		GENL_SET_ERR_MSG(info, "the pattern is too complex");
	else if (err == -ENOSPC)
		GENL_SET_ERR_MSG(info, "too many patterns, or too many without a rule");
}

static int l7_add(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *name = info->attrs[XT_LAYER7_ATTR_NAME];
	struct nlattr *text = info->attrs[XT_LAYER7_ATTR_TEXT];
	u8 digest[XT_LAYER7_DIGEST_SIZE];
	struct l7_error message;
	int err, replied;

	if (!name || !text) {
		GENL_SET_ERR_MSG(info, "a name and a pattern are needed");
		return -EINVAL;
	}
	if (!l7_name_valid(nla_data(name), nla_len(name)) ||
	    !strcmp(nla_data(name), "unset") || !strcmp(nla_data(name), "unknown")) {
		NL_SET_BAD_ATTR(info->extack, name);
		GENL_SET_ERR_MSG(info, "not a name that a pattern can have");
		return -EINVAL;
	}
	err = l7_registry_add(l7_net(genl_info_net(info)), nla_data(name), nla_data(text), digest,
			      &message);
	replied = l7_reply(info, err ? NULL : digest, &message);
	if (err)
		l7_explain(info, err);
	return err ? err : replied;
}

static const struct genl_small_ops l7_ops[] = {
	{
		.cmd = XT_LAYER7_CMD_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = l7_add,
	},
};

static struct genl_family l7_family __ro_after_init = {
	.name = XT_LAYER7_GENL_NAME,
	.version = XT_LAYER7_GENL_VERSION,
	.maxattr = XT_LAYER7_ATTR_MAX,
	.policy = l7_policy,
	.netnsok = true,
	.parallel_ops = true,
	.small_ops = l7_ops,
	.n_small_ops = ARRAY_SIZE(l7_ops),
	.module = THIS_MODULE,
};

int __init l7_netlink_start(void)
{
	return genl_register_family(&l7_family);
}

void l7_netlink_stop(void)
{
	genl_unregister_family(&l7_family);
}
