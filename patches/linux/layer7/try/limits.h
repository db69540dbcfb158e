/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef LIMITS_H
#define LIMITS_H

#include "l7_port.h"

/* What the match is told by its parameters; 0 for no limit. */
struct limits {
	unsigned int num_packets;
	unsigned int maxdatalen;	/* bytes */
};

/*
 * How much of a packet of @len bytes is looked at after @stored bytes of the stream. As in
 * layer7_states.c one byte of maxdatalen is never used, and a packet is cut at what was left when
 * it came, NULs included.
 */
static inline size_t limit_data(const struct limits *limits, unsigned int stored, size_t len)
{
	size_t left;

	if (!limits->maxdatalen)
		return len;
	left = limits->maxdatalen - 1 - stored;
	return len < left ? len : left;
}

/* Bytes of @data that are not NUL: the stream leaves NULs out, and so does its limit. */
static inline unsigned int stored_data(const u8 *data, size_t len)
{
	unsigned int stored = 0;

	while (len--)
		stored += *data++ != 0;
	return stored;
}

#endif /* LIMITS_H */
