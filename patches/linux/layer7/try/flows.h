/* SPDX-License-Identifier: GPL-2.0-only */
/* Flows as the kernel's match would decide them, with a rule per definition, in their order. */
#ifndef FLOWS_H
#define FLOWS_H

#include "limits.h"
#include "packet.h"
#include "rules.h"

#define FLOWS_MAX	400000	/* about 50 MB as text */

struct flow_table;

/* @rules must outlive the table. Return: NULL without memory. */
struct flow_table *flows_new(const struct rule_set *rules, struct limits limits);
void flows_free(struct flow_table *table);

/* Takes the next packet. Return: NULL, or why it cannot be taken. */
const char *flows_take(struct flow_table *table, const struct packet *pkt);

/*
 * Prints each flow, in the order of their first packets: protocol, address, port, address, port,
 * verdict, the packet that brought it (0 for none), packets, bytes of payload; TABs between.
 */
void flows_print(const struct flow_table *table);

#endif /* FLOWS_H */
