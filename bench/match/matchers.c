// SPDX-License-Identifier: GPL-2.0-only
/* The project's engine as the kernel uses it, and the original's method. */
#include <stdlib.h>

#include "bench.h"

struct ours {
	const struct l7_pattern *first;
	struct l7_set *set;
	struct l7_place *place;
	size_t stored;
	unsigned int count;
};

static void *ours_make(struct rule *const *rules, unsigned int count)
{
	const struct l7_pattern **patterns = calloc(count, sizeof(*patterns));
	struct ours *self = calloc(1, sizeof(*self));
	unsigned int i;

	if (!patterns || !self)
		exit(1);
	for (i = 0; i < count; i++)
		patterns[i] = rules[i]->pattern;
	self->set = l7_set_build(patterns, count);
	self->count = count;
	self->first = rules[0]->pattern;
	free(patterns);
	if (IS_ERR(self->set))
		exit(1);
	self->place = malloc(l7_set_place_bytes(self->set));
	return self;
}

static void ours_begin(void *from)
{
	struct ours *self = from;

	l7_set_start(self->set, self->place);
	self->stored = 0;
}

static int ours_packet(void *from, const u8 *data, size_t len)
{
	struct ours *self = from;
	size_t left = DATA_MAX - self->stored;
	unsigned int i;

	len = len < left ? len : left;
	/* As in layer7_stream.c: the rule that sees the packet first tries its own pattern. */
	if (l7_pattern_accepts(self->first, l7_pattern_glance(self->first,
			       l7_set_state(self->set, self->place, 0), data, len)))
		return 0;
	l7_set_run(self->set, self->place, data, len);
	self->stored += l7_count_stored(data, len);
	l7_set_packet_end(self->set, self->place);
	for (i = 0; i < self->count; i++)
		if (l7_set_accepts(self->set, self->place, i))
			return i;
	return -1;
}

static void ours_free(void *from)
{
	struct ours *self = from;

	l7_set_free(self->set);
	free(self->place);
	free(self);
}

const struct matcher ours = { "ours", ours_make, ours_begin, ours_packet, ours_free };

struct theirs {
	struct rule *const *rules;
	unsigned int count;
	size_t used;
	char buffer[DATA_MAX + 1];
};

static void *original_make(struct rule *const *rules, unsigned int count)
{
	struct theirs *self = calloc(1, sizeof(*self));

	if (!self)
		exit(1);
	self->rules = rules;
	self->count = count;
	return self;
}

static void original_begin(void *from)
{
	struct theirs *self = from;

	self->used = 0;
	self->buffer[0] = '\0';
}

static int original_packet(void *from, const u8 *data, size_t len)
{
	struct theirs *self = from;
	size_t used = original_append(self->buffer, self->used, data, len);
	/* Where a packet adds nothing, the first rule that sees it does not search; the others do. */
	unsigned int i = used == self->used;

	self->used = used;
	for (; i < self->count; i++)
		if (original_search(self->rules[i]->original, self->buffer))
			return i;
	return -1;
}

const struct matcher original = {
	"original", original_make, original_begin, original_packet, free
};
