// SPDX-License-Identifier: GPL-2.0-only
/*
 * The resting state: where a pattern that begins anywhere, or has a `.*` behind it, waits for a
 * byte that leads on. A connection that rests there need not be looked at until such a byte comes.
 */
#include "l7_compile.h"
#include "l7_rows.h"

#define L7_REST_LOOPS	128	/* of 256 bytes, those that at least have to leave it as it is */

static u16 *l7_row(const struct l7_dfa *dfa, unsigned int state)
{
	return dfa->rows + state * (size_t)dfa->class_count;
}

/*
 * How good @state is to rest in: the number of bytes that leave it as it is, and more if no byte
 * is the end of the pattern, since a connection stays there the longest.
 */
static unsigned int l7_restfulness(const struct l7_dfa *dfa, unsigned int state)
{
	const u16 *row = l7_row(dfa, state);
	unsigned int byte, loops = 0;
	bool deadly = false;

	for (byte = 0; byte < 256; byte++) {
		loops += row[dfa->class_of[byte]] == state;
		deadly |= row[dfa->class_of[byte]] == L7_STATE_DEAD;
	}
	if (loops < L7_REST_LOOPS)
		return 0;
	return deadly ? loops : loops + 256;
}

/* The best state to rest in, but not one that may accept: what rests accepts nothing. */
static unsigned int l7_resting(const struct l7_dfa *dfa)
{
	unsigned int most = 0, resting = L7_NONE;
	unsigned int state, value;

	for (state = L7_STATE_MATCH + 1; state < dfa->state_count; state++) {
		value = dfa->accepting[state] ? 0 : l7_restfulness(dfa, state);
		if (value > most) {
			most = value;
			resting = state;
		}
	}
	return resting;
}

static u16 l7_swapped(u16 state, u16 one, u16 other)
{
	return state == one ? other : state == other ? one : state;
}

/* Swaps the numbers of two states that accept alike. */
static void l7_swap(struct l7_dfa *dfa, u16 one, u16 other)
{
	size_t cells = (size_t)dfa->state_count * dfa->class_count;
	u16 *a = l7_row(dfa, one), *b = l7_row(dfa, other);
	unsigned int class;
	size_t i;

	for (class = 0; class < dfa->class_count; class++) {
		u16 cell = a[class];

		a[class] = b[class];
		b[class] = cell;
	}
	for (i = 0; i < cells; i++)
		dfa->rows[i] = l7_swapped(dfa->rows[i], one, other);
	dfa->start = l7_swapped(dfa->start, one, other);
}

/* Whether a byte of @class behind one that wakes the pattern, or alone, may keep it awake. */
static bool l7_keeps_awake(const struct l7_dfa *dfa, unsigned int class)
{
	const u16 *rest = l7_row(dfa, L7_STATE_REST);
	unsigned int first;

	for (first = 0; first < dfa->class_count; first++)
		if (l7_row(dfa, rest[first])[class] != L7_STATE_REST)
			return true;
	return false;
}

/*
 * Gives the resting state its number, if there is one, and fills in rests and second.
 * Return: 0, -E2BIG or -EINTR.
 */
int l7_dfa_rest(struct l7_dfa *dfa, struct l7_budget *budget)
{
	unsigned int resting = l7_resting(dfa);
	bool awake[256] = { false };
	unsigned int class, byte;

	dfa->rests = resting != L7_NONE;
	if (!dfa->rests)
		return 0;
	if (resting != L7_STATE_REST)
		l7_swap(dfa, resting, L7_STATE_REST);
	for (class = 0; class < dfa->class_count; class++)
		awake[class] = l7_keeps_awake(dfa, class);
	for (byte = 0; byte < 256; byte++)
		if (awake[dfa->class_of[byte]])
			l7_bytes_add(&dfa->second, byte);
	return l7_spend(budget, dfa->state_count * (dfa->class_count + 256));
}
