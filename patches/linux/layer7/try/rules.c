// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>

#include "l7try.h"
#include "rules.h"

struct rule_set *rules_load(char **paths, unsigned int count)
{
	struct rule_set *rules = calloc(1, sizeof(*rules) + count * sizeof(rules->rule[0]));
	unsigned int i;

	if (!rules)
		return NULL;
	rules->count = count;
	for (i = 0; i < count; i++) {
		struct pat_file pat;
		struct l7_pattern *pattern = l7try_load(paths[i], &pat);

		rules->rule[i].pattern = pattern;
		rules->rule[i].name = pattern ? strdup(pat.name) : NULL;
		if (!rules->rule[i].name) {
			rules_free(rules);
			return NULL;
		}
	}
	return rules;
}

void rules_free(struct rule_set *rules)
{
	unsigned int i;

	if (!rules)
		return;
	for (i = 0; i < rules->count; i++) {
		l7_pattern_free(rules->rule[i].pattern);
		free(rules->rule[i].name);
	}
	free(rules);
}
