/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A set and a place in it, from within. A set numbers its patterns anew: those that rest come
 * first, so that the masks that are looked at byte by byte need only have bits for them.
 */
#ifndef _L7_SET_H
#define _L7_SET_H

#include "l7_rows.h"

#define L7_SET_WORDS	(L7_SET_MAX / 64)

struct l7_set {
	size_t bytes;
	unsigned int slots;
	unsigned int count;		/* of patterns */
	unsigned int words;		/* u64 in a mask of all patterns */
	unsigned int rest_words;	/* u64 in a mask of those that rest, the first ones */
	const struct l7_pattern **patterns;	/* by number */
	u16 *number;			/* by slot, L7_NONE for an empty one */
	u64 *wake;	/* by byte: whom at rest it wakes, whom it may keep awake */
	u64 *begin;	/* by first byte: who is awake then, who has matched, who rests */
};

/*
 * Of each pattern one bit at most is set in awake and rest; in neither if it is dead or has
 * matched for good. The state of one that is awake is in at; of one that rests, at is 0 between
 * two calls of l7_set_run().
 */
struct l7_place {
	u64 begun;			/* a byte that is not NUL has come */
	u64 masks[];			/* accepted, awake, rest; then at */
};

static inline u64 *l7_accepted(const struct l7_place *place)
{
	return (u64 *)place->masks;
}

static inline u64 *l7_awake(const struct l7_set *set, const struct l7_place *place)
{
	return (u64 *)place->masks + set->words;
}

static inline u64 *l7_rest(const struct l7_set *set, const struct l7_place *place)
{
	return (u64 *)place->masks + 2 * set->words;
}

static inline l7_state *l7_at(const struct l7_set *set, const struct l7_place *place)
{
	return (l7_state *)(l7_rest(set, place) + set->rest_words);
}

#endif /* _L7_SET_H */
