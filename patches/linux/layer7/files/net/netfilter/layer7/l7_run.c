// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a set. A pattern that is awake is run alone, in a loop over its own rows, until it is dead,
 * has matched, rests or the data end. What is left for the whole set is one pass over the data that
 * looks for bytes that wake somebody; it ends where nobody rests any more.
 */
#include "l7_set.h"

#define L7_PIECE	32768	/* bytes at a time: offsets fit into an l7_state */

/* A piece of data, and who was woken or fell asleep in it. */
struct l7_piece {
	const struct l7_set *set;
	struct l7_place *place;
	const u8 *data;
	const u8 *end;
	u64 stirred[L7_SET_WORDS];	/* those at rest whose at is not 0 */
};

static void l7_mask_clear(u64 *mask, unsigned int bit)
{
	mask[bit / 64] &= ~(1ULL << (bit % 64));
}

void l7_set_start(const struct l7_set *set, struct l7_place *place)
{
	memset(place, 0, l7_set_place_bytes(set));
}

/*
 * Runs the pattern of @number from state @s on over the bytes from @from on, one at least. While it
 * rests, its at is the offset up to which it has been run.
 */
static void l7_piece_run(struct l7_piece *piece, unsigned int number, l7_state s, const u8 *from)
{
	const struct l7_set *set = piece->set;
	const struct l7_pattern *p = set->patterns[number];
	u64 *awake = l7_awake(set, piece->place);
	u64 *rest = l7_rest(set, piece->place);
	u64 *accepted = l7_accepted(piece->place);
	l7_state *at = l7_at(set, piece->place);

	s = l7_rows_run(p, s, &from, piece->end, p->stop);
	if (s > p->stop) {
		at[number] = s;
		l7_set_add(awake, number);
	} else {
		l7_mask_clear(awake, number);
	}
	if (s == L7_STATE_MATCH)
		WRITE_ONCE(accepted[number / 64], accepted[number / 64] | 1ULL << number % 64);
	if (!l7_rests(p))
		return;
	if (s == L7_STATE_REST) {
		at[number] = from - piece->data;
		l7_set_add(rest, number);
		l7_set_add(piece->stirred, number);
	} else {
		l7_mask_clear(rest, number);
	}
}

/* Takes the connection's first byte, over NULs before it. Return: what is behind it. */
static const u8 *l7_place_begin(const struct l7_set *set, struct l7_place *place, const u8 *data,
				const u8 *end)
{
	l7_state *at = l7_at(set, place);
	const u64 *begin;
	unsigned int w;

	while (data < end && !*data)
		data++;
	if (data == end)
		return end;
	begin = set->begin + *data * (size_t)(2 * set->words + set->rest_words);
	for (w = 0; w < set->words; w++) {
		u64 left = begin[w];

		l7_awake(set, place)[w] = left;
		WRITE_ONCE(l7_accepted(place)[w], begin[set->words + w]);
		for (; left; left &= left - 1) {
			unsigned int number = w * 64 + __ffs64(left);
			const struct l7_pattern *p = set->patterns[number];

			at[number] = l7_rows_step(p, p->start, *data);
		}
	}
	for (w = 0; w < set->rest_words; w++)
		l7_rest(set, place)[w] = begin[2 * set->words + w];
	place->begun = 1;
	return data + 1;
}

/* Runs those that are awake. */
static void l7_piece_awake(struct l7_piece *piece)
{
	const u64 *awake = l7_awake(piece->set, piece->place);
	const l7_state *at = l7_at(piece->set, piece->place);
	unsigned int w;

	for (w = 0; w < piece->set->words; w++) {
		u64 left = awake[w];

		for (; left; left &= left - 1) {
			unsigned int number = w * 64 + __ffs64(left);

			l7_piece_run(piece, number, at[number], piece->data);
		}
	}
}

/* The byte at @byte wakes the patterns @woken of the word @w, those that were not run over it yet. */
static void l7_piece_wake(struct l7_piece *piece, unsigned int w, u64 woken, const u8 *byte)
{
	const l7_state *at = l7_at(piece->set, piece->place);
	unsigned int number;

	for (; woken; woken &= woken - 1) {
		number = w * 64 + __ffs64(woken);
		if (at[number] <= byte - piece->data)
			l7_piece_run(piece, number, L7_STATE_REST, byte);
	}
}

/* Looks for bytes that wake whom the word @w of @words of the masks is about. */
static inline void l7_piece_scan(struct l7_piece *piece, unsigned int w, unsigned int words)
{
	const u64 *first = piece->set->wake + w;
	const u64 *second = first + words;
	const u64 *rest = l7_rest(piece->set, piece->place) + w;
	const u8 *last = piece->end - 1;
	const u8 *byte;
	u64 woken;

	for (byte = piece->data; byte < last && *rest; byte++) {
		woken = *rest & first[2 * words * byte[0]] & second[2 * words * byte[1]];
		if (woken)
			l7_piece_wake(piece, w, woken, byte);
	}
	/* What follows the last byte is not known yet, or is the end of the data. */
	woken = *rest & first[2 * words * *last];
	if (woken)
		l7_piece_wake(piece, w, woken, last);
}

/* Runs @len bytes, one at least and L7_PIECE at most, of a connection that has begun. */
static void l7_place_run(const struct l7_set *set, struct l7_place *place, const u8 *data,
			 size_t len)
{
	struct l7_piece piece;
	unsigned int w;

	piece.set = set;
	piece.place = place;
	piece.data = data;
	piece.end = data + len;
	memset(piece.stirred, 0, set->rest_words * sizeof(u64));
	l7_piece_awake(&piece);
	for (w = 0; w < set->rest_words; w++) {
		u64 left;

		/* Where one word is enough the compiler is to know it. */
		if (set->rest_words == 1)
			l7_piece_scan(&piece, 0, 1);
		else
			l7_piece_scan(&piece, w, set->rest_words);
		left = piece.stirred[w] & l7_rest(set, place)[w];
		for (; left; left &= left - 1)
			l7_at(set, place)[w * 64 + __ffs64(left)] = 0;
	}
}

void l7_set_run(const struct l7_set *set, struct l7_place *place, const u8 *data, size_t len)
{
	const u8 *end = data + len;

	if (!place->begun)
		data = l7_place_begin(set, place, data, end);
	while (data < end) {
		size_t piece = end - data < L7_PIECE ? end - data : L7_PIECE;

		l7_place_run(set, place, data, piece);
		data += piece;
	}
}

void l7_set_packet_end(const struct l7_set *set, struct l7_place *place)
{
	const u64 *awake = l7_awake(set, place);
	u64 *accepted = l7_accepted(place);
	const l7_state *at = l7_at(set, place);
	unsigned int w;

	for (w = 0; w < set->words; w++) {
		u64 ends = 0, left;

		for (left = awake[w]; left; left &= left - 1) {
			unsigned int number = w * 64 + __ffs64(left);

			if (l7_pattern_accepts(set->patterns[number], at[number]))
				ends |= left & -left;
		}
		left = awake[w];
		if (w < set->rest_words)
			left |= l7_rest(set, place)[w];
		WRITE_ONCE(accepted[w], (accepted[w] & ~left) | ends);
	}
}

l7_state l7_set_state(const struct l7_set *set, const struct l7_place *place, unsigned int slot)
{
	unsigned int number = slot < set->slots ? set->number[slot] : L7_NONE;

	if (number == L7_NONE)
		return L7_STATE_DEAD;
	if (!place->begun)
		return l7_pattern_start(set->patterns[number]);
	return l7_awake(set, place)[number / 64] >> (number % 64) & 1 ? l7_at(set, place)[number] :
									 L7_STATE_DEAD;
}

bool l7_set_accepts(const struct l7_set *set, const struct l7_place *place, unsigned int slot)
{
	unsigned int number = slot < set->slots ? set->number[slot] : L7_NONE;

	return number != L7_NONE &&
	       READ_ONCE(l7_accepted(place)[number / 64]) >> (number % 64) & 1;
}

size_t l7_count_stored(const u8 *data, size_t len)
{
	const u64 low = 0x7f7f7f7f7f7f7f7fULL;
	size_t stored = len;
	u64 word;

	for (; len >= sizeof(word); len -= sizeof(word), data += sizeof(word)) {
		memcpy(&word, data, sizeof(word));
		/* A byte keeps its high bit clear here only if it is 0. */
		word = ~(((word & low) + low) | word | low);
		if (word)
			stored -= hweight64(word);
	}
	while (len--)
		stored -= !*data++;
	return stored;
}
