/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef RULES_H
#define RULES_H

#include "l7_engine.h"

/* Definitions in the order in which a packet meets their rules. */
struct rule_set {
	unsigned int count;
	struct {
		char *name;
		struct l7_pattern *pattern;
	} rule[];
};

/* Loads definitions. Return: the rules, or NULL after a message on stderr. */
struct rule_set *rules_load(char **paths, unsigned int count);
void rules_free(struct rule_set *rules);

#endif /* RULES_H */
