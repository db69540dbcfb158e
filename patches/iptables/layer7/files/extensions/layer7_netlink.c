// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hands a pattern over to the kernel, which answers with the digest that names it in a rule. One
 * short exchange over generic netlink, without a library. Included by libxt_layer7.c.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include <xtables.h>
#include <linux/genetlink.h>
#include <linux/netfilter/xt_layer7.h>
#include <linux/netlink.h>

#define L7_NETLINK_SECONDS 30

/* A generic netlink message; the longest is that with a pattern's text. */
struct l7_message {
	struct nlmsghdr nlh;
	struct genlmsghdr genl;
	char attrs[XT_LAYER7_TEXT_SIZE + 512];
};

struct l7_answer {
	__u16 family;
	bool has_digest;
	__u8 digest[XT_LAYER7_DIGEST_SIZE];
	__u32 offset;
	char message[256];
};

static void l7_message_begin(struct l7_message *msg, __u16 type, __u8 command)
{
	memset(msg, 0, sizeof(*msg));
	msg->nlh.nlmsg_len = NLMSG_LENGTH(GENL_HDRLEN);
	msg->nlh.nlmsg_type = type;
	msg->nlh.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	msg->genl.cmd = command;
	msg->genl.version = 1;
}

/* Appends a string that the caller has limited: a name or a pattern. */
static void l7_message_string(struct l7_message *msg, __u16 type, const char *value)
{
	struct nlattr *attr = (void *)((char *)msg + NLMSG_ALIGN(msg->nlh.nlmsg_len));
	size_t size = strlen(value) + 1;

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + size;
	memcpy((char *)attr + NLA_HDRLEN, value, size);
	msg->nlh.nlmsg_len = NLMSG_ALIGN(msg->nlh.nlmsg_len) + NLA_ALIGN(attr->nla_len);
}

/* Finds an attribute among @len bytes at @start, with at least @size bytes in it; or NULL. */
static const void *l7_attr(const char *start, size_t len, __u16 type, size_t size, size_t *got)
{
	const struct nlattr *attr;
	size_t step;

	while (len >= NLA_HDRLEN) {
		attr = (const void *)start;
		if (attr->nla_len < NLA_HDRLEN || attr->nla_len > len)
			return NULL;
		*got = attr->nla_len - NLA_HDRLEN;
		if ((attr->nla_type & NLA_TYPE_MASK) == type && *got >= size)
			return start + NLA_HDRLEN;
		step = NLA_ALIGN(attr->nla_len);
		if (step > len)
			return NULL;
		start += step;
		len -= step;
	}
	return NULL;
}

static void l7_answer_text(struct l7_answer *answer, const char *text, size_t len)
{
	if (text && !answer->message[0])
		snprintf(answer->message, sizeof(answer->message), "%.*s", (int)len, text);
}

/* Reads what @nlh says. Returns 1 if more is to come, 0 at the end, or a negative error number. */
static int l7_answer_read(const struct nlmsghdr *nlh, struct l7_answer *answer)
{
	const char *data = (const char *)nlh + NLMSG_HDRLEN;
	size_t len = nlh->nlmsg_len - NLMSG_HDRLEN, got = 0;
	const struct nlmsgerr *err = (const void *)data;
	const void *value;
	size_t skip = sizeof(*err);

	if (nlh->nlmsg_type != NLMSG_ERROR) {
		if (len < GENL_HDRLEN)
			return -EBADMSG;
		data += GENL_HDRLEN;
		len -= GENL_HDRLEN;
		if (nlh->nlmsg_type == GENL_ID_CTRL) {
			value = l7_attr(data, len, CTRL_ATTR_FAMILY_ID, sizeof(__u16), &got);
			if (value)
				memcpy(&answer->family, value, sizeof(__u16));
			return 1;
		}
		value = l7_attr(data, len, XT_LAYER7_ATTR_DIGEST, sizeof(answer->digest), &got);
		answer->has_digest = value;
		if (value)
			memcpy(answer->digest, value, sizeof(answer->digest));
		value = l7_attr(data, len, XT_LAYER7_ATTR_OFFSET, sizeof(__u32), &got);
		if (value)
			memcpy(&answer->offset, value, sizeof(__u32));
		value = l7_attr(data, len, XT_LAYER7_ATTR_MESSAGE, 1, &got);
		l7_answer_text(answer, value, got);
		return 1;
	}

	if (len < sizeof(*err))
		return -EBADMSG;
	/* An error quotes the whole request, and then says in words what is wrong. */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		skip += NLMSG_ALIGN(err->msg.nlmsg_len) - sizeof(err->msg);
	if (err->error && nlh->nlmsg_flags & NLM_F_ACK_TLVS && skip <= len) {
		value = l7_attr(data + skip, len - skip, NLMSGERR_ATTR_MSG, 1, &got);
		l7_answer_text(answer, value, got);
	}
	return err->error;
}

/* Sends @msg and reads up to its ack. Returns 0 or a negative error number. */
static int l7_exchange(int fd, struct l7_message *msg, struct l7_answer *answer)
{
	static struct l7_message buf[2];
	const struct nlmsghdr *nlh;
	ssize_t len;
	int ret;

	if (send(fd, msg, msg->nlh.nlmsg_len, 0) < 0)
		return -errno;
	for (;;) {
		len = recv(fd, buf, sizeof(buf), 0);
		if (len < 0 && errno == EINTR)
			continue;
		if (len < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		for (nlh = (const void *)buf; NLMSG_OK(nlh, len); nlh = NLMSG_NEXT(nlh, len)) {
			ret = l7_answer_read(nlh, answer);
			if (ret <= 0)
				return ret;
		}
	}
}

/* A socket that talks to the kernel only. Returns it, or a negative error number. */
static int l7_netlink_open(void)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct timeval patience = { .tv_sec = L7_NETLINK_SECONDS };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	int one = 1;

	if (fd < 0)
		return -errno;
	if (connect(fd, (void *)&kernel, sizeof(kernel)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) ||
	    setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one))) {
		one = -errno;
		close(fd);
		return one;
	}
	return fd;
}

/*
 * Hands over @text as the pattern of @name. Returns 0 with the digest in @answer, or a negative
 * error number, perhaps with words in @answer: -ENOENT if the kernel has no layer7 family.
 */
static int l7_hand_over(const char *name, const char *text, struct l7_answer *answer)
{
	static struct l7_message msg;
	int fd = l7_netlink_open();
	int ret;

	memset(answer, 0, sizeof(*answer));
	if (fd < 0)
		return fd;
	l7_message_begin(&msg, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	l7_message_string(&msg, CTRL_ATTR_FAMILY_NAME, XT_LAYER7_GENL_NAME);
	ret = l7_exchange(fd, &msg, answer);
	if (!ret) {
		l7_message_begin(&msg, answer->family, XT_LAYER7_CMD_ADD);
		l7_message_string(&msg, XT_LAYER7_ATTR_NAME, name);
		l7_message_string(&msg, XT_LAYER7_ATTR_TEXT, text);
		ret = l7_exchange(fd, &msg, answer);
	}
	close(fd);
	return !ret && !answer->has_digest ? -EBADMSG : ret;
}
