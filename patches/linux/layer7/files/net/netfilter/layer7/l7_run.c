// SPDX-License-Identifier: GPL-2.0-only
/*
 * Running a set. A pattern that is awake is run in a loop over its own rows, until it is dead, has
 * matched, rests or the data end. What is left for the whole set is one pass over the data that
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
 * Notes where a pattern has come to in this piece. While it rests, its at is the offset up to
 * which it has been run.
 */
static void l7_piece_settle(struct l7_piece *piece, const struct l7_runner *run)
{
	const struct l7_set *set = piece->set;
	u64 *awake = l7_awake(set, piece->place);
	u64 *rest = l7_rest(set, piece->place);
	u64 *accepted = l7_accepted(piece->place);
	l7_state *at = l7_at(set, piece->place);
	unsigned int number = run->number;

	if (run->s > run->p->stop) {
		at[number] = run->s;
		l7_set_add(awake, number);
	} else {
		l7_mask_clear(awake, number);
	}
	if (run->s == L7_STATE_MATCH)
		WRITE_ONCE(accepted[number / 64], accepted[number / 64] | 1ULL << number % 64);
	if (!l7_rests(run->p))
		return;
	if (run->s == L7_STATE_REST) {
		at[number] = run->at - piece->data;
		l7_set_add(rest, number);
		l7_set_add(piece->stirred, number);
	} else {
		l7_mask_clear(rest, number);
	}
}

/* Runs a pattern on alone, over one byte at least. */
static void l7_piece_run(struct l7_piece *piece, struct l7_runner *run)
{
	run->s = l7_rows_run(run->p, run->s, &run->at, piece->end, run->p->stop);
	l7_piece_settle(piece, run);
}

/* Runs two on until one of them, or both, are done. Return: how many are left, in front. */
static unsigned int l7_piece_run_two(struct l7_piece *piece, struct l7_runner *two)
{
	unsigned int i, left = 0;

	l7_rows_run_two(&two[0], &two[1], piece->end);
	for (i = 0; i < 2; i++) {
		if (two[i].s > two[i].p->stop && two[i].at < piece->end)
			two[left++] = two[i];
		else
			l7_piece_settle(piece, &two[i]);
	}
	return left;
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

/* Runs those that are awake, in twos where that is possible. */
static void l7_piece_awake(struct l7_piece *piece)
{
	const u64 *awake = l7_awake(piece->set, piece->place);
	const l7_state *at = l7_at(piece->set, piece->place);
	unsigned int w, count = 0;
	struct l7_runner two[2];

	for (w = 0; w < piece->set->words; w++) {
		u64 left = awake[w];

		for (; left; left &= left - 1) {
			struct l7_runner *run = &two[count];

			run->number = w * 64 + __ffs64(left);
			run->p = piece->set->patterns[run->number];
			run->s = at[run->number];
			run->at = piece->data;
			if (run->p->form != L7_FORM_NARROW)
				l7_piece_run(piece, run);
			else if (++count == 2)
				count = l7_piece_run_two(piece, two);
		}
	}
	if (count)
		l7_piece_run(piece, two);
}

/*
 * The byte at @byte wakes the patterns @woken of the word @w, those that were not run over it yet.
 */
static void l7_piece_wake(struct l7_piece *piece, unsigned int w, u64 woken, const u8 *byte)
{
	const l7_state *at = l7_at(piece->set, piece->place);
	struct l7_runner run;

	for (; woken; woken &= woken - 1) {
		run.number = w * 64 + __ffs64(woken);
		if (at[run.number] > byte - piece->data)
			continue;
		run.p = piece->set->patterns[run.number];
		run.s = L7_STATE_REST;
		run.at = byte;
		l7_piece_run(piece, &run);
	}
}

/* Wakes whom the byte at @at does, but for those that the byte behind it sends back to rest. */
static inline void l7_piece_look(struct l7_piece *piece, unsigned int w, unsigned int words,
				 const u8 *at)
{
	const u64 *wake = piece->set->wake + w;
	u64 woken = l7_rest(piece->set, piece->place)[w] & wake[2 * words * at[0]];

	/* What follows the last byte is not known yet, or is the end of the data. */
	if (at + 1 < piece->end)
		woken &= wake[words + 2 * words * at[1]];
	if (woken)
		l7_piece_wake(piece, w, woken, at);
}

/* Looks for bytes that wake whom the word @w of @words of the masks is about. */
static inline void l7_piece_scan(struct l7_piece *piece, unsigned int w, unsigned int words)
{
	const u64 *rest = l7_rest(piece->set, piece->place) + w;
	const u64 *wake = piece->set->wake + w;
	const unsigned int row = 2 * words;
	const u8 *at = piece->data, *four;

	while (*rest && piece->end - at >= 4) {
		four = at + 4;
		if (*rest & (wake[row * at[0]] | wake[row * at[1]] | wake[row * at[2]] |
			     wake[row * at[3]]))
			for (; at < four; at++)
				l7_piece_look(piece, w, words, at);
		at = four;
	}
	for (; *rest && at < piece->end; at++)
		l7_piece_look(piece, w, words, at);
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
