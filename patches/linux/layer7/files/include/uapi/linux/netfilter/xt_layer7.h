/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
#ifndef _UAPI_XT_LAYER7_H
#define _UAPI_XT_LAYER7_H

#include <linux/types.h>

/*
 * Revision 0, l7-filter's own: the rule carries the pattern's text. Only for the legacy tables;
 * nf_tables cannot dump a match of this size reliably, so there it is refused.
 */
#define XT_LAYER7_NAME_SIZE	256
#define XT_LAYER7_TEXT_SIZE	8192

struct xt_layer7_info {
	char protocol[XT_LAYER7_NAME_SIZE];
	char pattern[XT_LAYER7_TEXT_SIZE];
	__u8 invert;
};

/*
 * Revision 1: small enough to stay inline in an nf_tables rule. The text is handed over first,
 * through generic netlink, and the rule names it by the digest that comes back.
 */
#define XT_LAYER7_SHORT_NAME_SIZE	64
#define XT_LAYER7_DIGEST_SIZE		32
#define XT_LAYER7_DIR_SIZE		64

#define XT_LAYER7_INVERT	(1 << 0)

struct l7_entry;

struct xt_layer7_info_v1 {
	char protocol[XT_LAYER7_SHORT_NAME_SIZE];
	__u8 digest[XT_LAYER7_DIGEST_SIZE];	/* zeros for "unset" and "unknown" */
	char dir[XT_LAYER7_DIR_SIZE];		/* for userspace: --l7dir, or empty */
	__u8 flags;				/* XT_LAYER7_INVERT */
	__u8 reserved[7];			/* zeros */

	/* used by the kernel only */
	struct l7_entry *entry __attribute__((aligned(8)));
};

/*
 * The generic netlink family, one per network namespace, for CAP_NET_ADMIN over it.
 *
 * XT_LAYER7_CMD_ADD takes NAME and TEXT, compiles the text unless the namespace has it, and answers
 * with its DIGEST (and a MESSAGE, if the pattern deserves a warning). Text that does not compile is
 * answered with MESSAGE and OFFSET, and the ack then carries the error number.
 * A pattern that no rule uses is forgotten after XT_LAYER7_UNUSED_SECONDS.
 */
#define XT_LAYER7_GENL_NAME	"layer7"
#define XT_LAYER7_GENL_VERSION	1

#define XT_LAYER7_UNUSED_SECONDS	60

enum xt_layer7_cmd {
	XT_LAYER7_CMD_UNSPEC,
	XT_LAYER7_CMD_ADD,
};

enum xt_layer7_attr {
	XT_LAYER7_ATTR_UNSPEC,
	XT_LAYER7_ATTR_NAME,		/* string, as xt_layer7_info_v1.protocol */
	XT_LAYER7_ATTR_TEXT,		/* string, as it stands in the .pat file */
	XT_LAYER7_ATTR_DIGEST,		/* XT_LAYER7_DIGEST_SIZE bytes */
	XT_LAYER7_ATTR_MESSAGE,		/* string: what is wrong with the text */
	XT_LAYER7_ATTR_OFFSET,		/* u32: and at which byte of it */
	__XT_LAYER7_ATTR_END,
};

#define XT_LAYER7_ATTR_MAX (__XT_LAYER7_ATTR_END - 1)

#endif /* _UAPI_XT_LAYER7_H */
