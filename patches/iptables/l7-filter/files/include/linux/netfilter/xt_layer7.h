/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What iptables and the layer7 match of l7-filter's kernel patch tell each other. The match compares
 * the size of the structure, so neither lengths nor types may be others.
 */
#ifndef _XT_LAYER7_H
#define _XT_LAYER7_H

#include <linux/types.h>

/* Bytes, each with the NUL at the end. */
#define MAX_PROTOCOL_LEN 256
#define MAX_PATTERN_LEN 8192

struct xt_layer7_info {
	char protocol[MAX_PROTOCOL_LEN];
	char pattern[MAX_PATTERN_LEN];
	__u8 invert;
};

#endif
