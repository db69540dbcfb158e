// SPDX-License-Identifier: GPL-2.0-only
/*
 * run-set FILE.pat...: the definitions as one set, beside each alone. Reads packets in hex, a line
 * each, and an empty line after each flow. Writes for each packet two words with a digit per file, 1
 * if its pattern has matched so far: by the set, and alone. The set gets long packets in two pieces,
 * and has an empty slot before each pattern.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "l7_engine.h"
#include "pat_file.h"

#define PAYLOAD_MAX	65536

struct alone {
	l7_state state;
	bool matched;
};

static struct l7_pattern *load(const char *path)
{
	struct pat_file pat;
	struct l7_pattern *pattern;
	struct l7_error err;

	if (pat_file_read(path, &pat))
		exit(1);
	pattern = l7_pattern_compile(pat.text, pat.text_len, &err);
	if (IS_ERR(pattern)) {
		fprintf(stderr, "%s: %s\n", path, err.text);
		exit(1);
	}
	return pattern;
}

static size_t decode(const char *line, u8 *data)
{
	size_t len = 0;

	for (; line[0] > ' ' && line[1] > ' '; line += 2)
		data[len++] = strtoul((char[]){ line[0], line[1], '\0' }, NULL, 16);
	return len;
}

/* One packet, by the set and by each pattern alone. @matched is the set's verdicts so far. */
static void packet(const struct l7_set *set, struct l7_place *place, bool *matched,
		   const struct l7_pattern *const *patterns, struct alone *alone, int slots,
		   const u8 *data, size_t len)
{
	size_t first = len > 8 ? len / 3 : len;
	int slot;

	l7_set_run(set, place, data, first);
	l7_set_run(set, place, data + first, len - first);
	l7_set_packet_end(set, place);
	for (slot = 1; slot < slots; slot += 2) {
		matched[slot] |= len && l7_set_accepts(set, place, slot);
		putchar('0' + matched[slot]);
		if (l7_set_accepts(set, place, slot - 1))
			abort();
	}
	putchar(' ');
	for (slot = 1; slot < slots; slot += 2) {
		struct alone *a = &alone[slot];

		a->state = l7_pattern_run(patterns[slot], a->state, data, len);
		a->matched |= len && l7_pattern_accepts(patterns[slot], a->state);
		putchar('0' + a->matched);
	}
	putchar('\n');
}

int main(int argc, char **argv)
{
	static char line[2 * PAYLOAD_MAX + 2];
	static u8 data[PAYLOAD_MAX];
	int slots = 2 * (argc - 1), slot;
	struct l7_pattern **patterns = calloc(slots + 1, sizeof(*patterns));
	struct alone *alone = calloc(slots + 1, sizeof(*alone));
	bool *matched = calloc(slots + 1, sizeof(*matched));
	struct l7_place *place;
	struct l7_set *set;
	bool fresh = true;

	for (slot = 1; slot < slots; slot += 2)
		patterns[slot] = load(argv[1 + slot / 2]);
	set = l7_set_build((const struct l7_pattern *const *)patterns, slots);
	if (IS_ERR(set))
		return 1;
	place = malloc(l7_set_place_bytes(set));
	while (fgets(line, sizeof(line), stdin)) {
		if (fresh) {
			l7_set_start(set, place);
			for (slot = 1; slot < slots; slot += 2) {
				alone[slot].state = l7_pattern_start(patterns[slot]);
				alone[slot].matched = false;
				matched[slot] = false;
			}
		}
		fresh = *line == '\n';
		if (!fresh) {
			/* A buffer of its own size, so that a byte read too far is noticed. */
			size_t len = decode(line, data);
			u8 *exact = malloc(len + !len);

			memcpy(exact, data, len);
			packet(set, place, matched, (const struct l7_pattern *const *)patterns,
			       alone, slots, exact, len);
			free(exact);
		}
	}
	for (slot = 1; slot < slots; slot += 2)
		l7_pattern_free(patterns[slot]);
	l7_set_free(set);
	free(place);
	free(patterns);
	free(alone);
	free(matched);
	return 0;
}
