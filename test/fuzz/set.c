// SPDX-License-Identifier: GPL-2.0-only
/*
 * Patterns run together say what each says alone, packet by packet. The input: number of patterns,
 * for each the length of its text and the text; then packets, each behind its length.
 */
#include <stdlib.h>

#include "l7_engine.h"

#define PATTERNS	8

/* The next piece of the input: a length, and as much of what follows. */
static const u8 *take(const u8 **data, size_t *left, size_t *len)
{
	const u8 *piece;

	*len = **data;
	(*data)++;
	(*left)--;
	if (*len > *left)
		*len = *left;
	piece = *data;
	*data += *len;
	*left -= *len;
	return piece;
}

/* Whether each pattern alone comes to what the set says. */
static void compare(const struct l7_set *set, struct l7_pattern *const *patterns,
		    const u8 *data, size_t left)
{
	struct l7_place *place = malloc(l7_set_place_bytes(set));
	l7_state states[PATTERNS] = {};
	const u8 *packet;
	size_t len;
	int i;

	l7_set_start(set, place);
	for (i = 0; i < PATTERNS; i++)
		if (patterns[i])
			states[i] = l7_pattern_start(patterns[i]);
	while (left) {
		packet = take(&data, &left, &len);
		l7_set_run(set, place, packet, len / 2);
		l7_set_run(set, place, packet + len / 2, len - len / 2);
		l7_set_packet_end(set, place);
		for (i = 0; i < PATTERNS; i++) {
			bool alone = false;

			if (patterns[i]) {
				states[i] = l7_pattern_run(patterns[i], states[i], packet, len);
				alone = l7_pattern_accepts(patterns[i], states[i]);
			}
			if (l7_set_accepts(set, place, i) != alone)
				abort();
		}
	}
	free(place);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct l7_pattern *patterns[PATTERNS] = {};
	struct l7_error err;
	struct l7_set *set;
	size_t count, len;
	int i;

	if (!size)
		return 0;
	count = *data++ % (PATTERNS + 1);
	size--;
	for (i = 0; i < (int)count && size; i++) {
		const u8 *text = take(&data, &size, &len);

		patterns[i] = l7_pattern_compile((const char *)text, len, &err);
		if (IS_ERR(patterns[i]))
			patterns[i] = NULL;
	}
	set = l7_set_build((const struct l7_pattern *const *)patterns, PATTERNS);
	if (IS_ERR(set))
		abort();
	compare(set, patterns, data, size);
	l7_set_free(set);
	for (i = 0; i < PATTERNS; i++)
		l7_pattern_free(patterns[i]);
	return 0;
}
