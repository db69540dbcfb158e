// SPDX-License-Identifier: GPL-2.0-only
/*
 * Building a set: what each byte means to all of its patterns, as masks with a bit for each.
 */
#include "l7_set.h"

/* Bytes of the masks of one first byte. */
static unsigned int l7_begin_words(const struct l7_set *set)
{
	return 2 * set->words + set->rest_words;
}

/* Numbers the patterns of @slots, those that rest first. */
static void l7_set_number(struct l7_set *set, const struct l7_pattern *const *patterns)
{
	unsigned int slot, resting, next = 0;

	memset(set->number, 0xff, set->slots * sizeof(*set->number));
	for (resting = 2; resting--; ) {
		for (slot = 0; slot < set->slots; slot++) {
			if (!patterns[slot] || l7_rests(patterns[slot]) != resting)
				continue;
			set->number[slot] = next;
			set->patterns[next++] = patterns[slot];
		}
	}
}

/* What @byte means to the pattern of @number as a connection's first, and while it rests. */
static void l7_set_byte(struct l7_set *set, unsigned int number, u8 byte)
{
	const struct l7_pattern *p = set->patterns[number];
	u64 *begin = set->begin + byte * (size_t)l7_begin_words(set);
	u64 *wake = set->wake + byte * 2 * (size_t)set->rest_words;
	l7_state s = l7_rows_step(p, p->start, byte);

	if (s > p->stop)
		l7_set_add(begin, number);
	else if (s == L7_STATE_MATCH)
		l7_set_add(begin + set->words, number);
	else if (s)
		l7_set_add(begin + 2 * set->words, number);
	if (!l7_rests(p))
		return;
	if (l7_rows_step(p, L7_STATE_REST, byte) != L7_STATE_REST)
		l7_set_add(wake, number);
	if (l7_bytes_has(&p->second, byte))
		l7_set_add(wake + set->rest_words, number);
}

/* Allocates what the numbers in @set call for. Return: 0 or -ENOMEM. */
static int l7_set_room(struct l7_set *set)
{
	size_t begin = 256 * l7_begin_words(set), wake = 512 * (size_t)set->rest_words;

	set->patterns = l7_calloc(set->count + 1, sizeof(*set->patterns));
	set->number = l7_calloc(set->slots + 1, sizeof(*set->number));
	set->begin = l7_calloc(begin + 1, sizeof(u64));
	set->wake = l7_calloc(wake + 1, sizeof(u64));
	set->bytes = sizeof(*set) + set->count * sizeof(*set->patterns) +
		     set->slots * sizeof(*set->number) + (begin + wake) * sizeof(u64);
	return set->patterns && set->number && set->begin && set->wake ? 0 : -ENOMEM;
}

struct l7_set *l7_set_build(const struct l7_pattern *const *patterns, unsigned int slots)
{
	unsigned int slot, number, byte, resting = 0;
	struct l7_set *set;

	if (slots > L7_SET_MAX)
		return ERR_PTR(-E2BIG);
	set = l7_calloc(1, sizeof(*set));
	if (!set)
		return ERR_PTR(-ENOMEM);
	set->slots = slots;
	for (slot = 0; slot < slots; slot++) {
		if (!patterns[slot])
			continue;
		set->count++;
		resting += l7_rests(patterns[slot]);
	}
	set->words = (set->count + 63) / 64;
	set->rest_words = (resting + 63) / 64;
	if (l7_set_room(set)) {
		l7_set_free(set);
		return ERR_PTR(-ENOMEM);
	}
	l7_set_number(set, patterns);
	for (number = 0; number < set->count; number++) {
		for (byte = 1; byte < 256; byte++)
			l7_set_byte(set, number, byte);
		/* NUL is nobody's first byte and wakes nobody, but leaves awake who is. */
		if (l7_rests(set->patterns[number]))
			l7_set_add(set->wake + set->rest_words, number);
		/* A signal is no reason to stop: it is a matter of milliseconds. */
		(void)l7_breathe();
	}
	return set;
}

void l7_set_free(struct l7_set *set)
{
	if (!set)
		return;
	l7_free(set->patterns);
	l7_free(set->number);
	l7_free(set->begin);
	l7_free(set->wake);
	l7_free(set);
}

size_t l7_set_bytes(const struct l7_set *set)
{
	return set->bytes;
}

size_t l7_set_place_bytes(const struct l7_set *set)
{
	return sizeof(struct l7_place) + l7_begin_words(set) * sizeof(u64) +
	       set->count * sizeof(l7_state);
}
