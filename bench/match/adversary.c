// SPDX-License-Identifier: GPL-2.0-only
/*
 * The search for the packet that costs the engine the most: data as long as it is ever looked at,
 * made of what patterns are made of, and the worst ones so far changed here and there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench.h"

#define WORST	32	/* inputs that are kept to be changed, and measured again at the end */

struct input {
	double ns;
	u8 data[DATA_MAX];
};

/* The quickest of @times runs: what else the machine does is no matter of the engine's. */
static double measure(void *self, const struct input *input, unsigned int times)
{
	double least = 1e18;

	while (times--) {
		double start = nanoseconds(), took;

		ours.begin(self);
		ours.packet(self, input->data, DATA_MAX);
		took = nanoseconds() - start;
		if (took < least)
			least = took;
	}
	return least;
}

/* A way into a pattern: bytes by which it does not die, @len at most. Return: how many. */
static size_t walk(u32 *random, const struct l7_pattern *p, u8 *data, size_t len)
{
	l7_state s = p->start;
	size_t at = 0;

	while (at < len) {
		unsigned int tries = 64;
		l7_state next;
		u8 byte;

		do {
			byte = 1 + below(random, 255);
			next = l7_rows_step(p, s, byte);
		} while (next <= L7_STATE_MATCH && --tries);
		if (!tries)
			break;
		data[at++] = byte;
		s = next;
	}
	return at;
}

static void invent(u32 *random, struct input *input, const struct input *worst, unsigned int kept,
		   struct rule *const *rules, unsigned int count)
{
	const struct rule *rule = rules[below(random, count)];
	size_t len = 1 + below(random, 12), at;
	unsigned int changes;

	switch (below(random, 6)) {
	case 0:	/* a short text over and over */
		for (at = 0; at < DATA_MAX; at++)
			input->data[at] = at < len ? 1 + below(random, 255) :
						     input->data[at - len];
		return;
	case 1:	/* a pattern's own text over and over */
		for (at = 0; at < DATA_MAX; at++)
			input->data[at] = rule->pat.text[at % rule->pat.text_len];
		return;
	case 2:	/* what keeps one pattern alive, then another */
		for (at = 0; at < DATA_MAX; ) {
			len = walk(random, rule->pattern, input->data + at,
				   1 + below(random, DATA_MAX - at));
			at += len;
			rule = rules[below(random, count)];
			if (!len)
				input->data[at++] = below(random, 256);
		}
		return;
	default:
		*input = worst[below(random, kept)];
		for (changes = 1 + below(random, 8); changes--; ) {
			at = below(random, DATA_MAX);
			len = 1 + below(random, DATA_MAX - at);
			if (below(random, 2))
				input->data[at] = below(random, 256);
			else if (below(random, 2))
				memmove(input->data + at, input->data + below(random, at + 1), len);
			else
				walk(random, rule->pattern, input->data + at, len);
		}
	}
}

void adversary(struct rule *const *rules, unsigned int count, unsigned int inputs)
{
	void *self = ours.make(rules, count);
	struct input *worst = calloc(WORST + 1, sizeof(*worst)), *fresh = worst + WORST;
	unsigned int i, least = 0, most = 0;
	u32 random = 4711;

	if (!worst)
		exit(1);
	for (i = 0; i < inputs; i++) {
		invent(&random, fresh, worst, WORST, rules, count);
		fresh->ns = measure(self, fresh, 3);
		if (fresh->ns > worst[least].ns)
			worst[least] = *fresh;
		for (least = 0, most = 1; most < WORST; most++)
			if (worst[most].ns < worst[least].ns)
				least = most;
	}
	for (i = most = 0; i < WORST; i++) {
		worst[i].ns = measure(self, &worst[i], 200);
		if (worst[i].ns > worst[most].ns)
			most = i;
	}
	printf("worst packet of %u inputs of %d bytes, %u rules: %.1f us\n", inputs, DATA_MAX,
	       count, worst[most].ns / 1000);
	ours.free(self);
	free(worst);
}
