/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled pattern from within: what l7_pattern.c makes and l7_set.c runs many of. */
#ifndef _L7_ROWS_H
#define _L7_ROWS_H

#include "l7_compile.h"

/* A pattern that rests waits here; in one that does not, this is a state like any other. */
#define L7_STATE_REST	((l7_state)2)

/*
 * How the next state is found. By class first: what has to be multiplied is then no matter of the
 * state, so that a step takes no longer than to read the next state from the cache.
 */
enum l7_form {
	L7_FORM_NARROW,		/* a byte by class * state_count + state: up to 256 states */
	L7_FORM_WIDE,		/* two bytes, likewise */
	L7_FORM_SPARSE,		/* a usual one by state, and exceptions by class, but for NUL */
};

/* A row whose states are mostly the same one. */
struct l7_sparse {
	u32 first;		/* of its exceptions, by class upwards */
	u16 count;
	u16 usual;
};

struct l7_exception {
	u16 class;
	u16 next;
};

/*
 * The states that accept at the end of the data are L7_STATE_MATCH and those from accept_first on.
 * @second has the bytes behind one that wakes the resting pattern by which it may stay awake, and
 * those that wake it: any other byte there leaves it at rest, as if the first had not come.
 */
struct l7_pattern {
	size_t bytes;
	u16 state_count;
	u16 class_count;
	u16 start;
	u16 accept_first;
	u8 stop;		/* L7_STATE_REST if it rests, or L7_STATE_MATCH */
	u8 form;
	u8 class_of[256];
	struct l7_bytes second;
	union {
		const u8 *narrow;
		const u16 *wide;
		struct {
			const struct l7_sparse *sparse;
			const struct l7_exception *exceptions;
		};
	};
};

/* A pattern on its way: it stands in @s and goes on with the byte at @at. */
struct l7_runner {
	const struct l7_pattern *p;
	const u8 *at;
	l7_state s;
	u16 number;			/* in its set */
};

struct l7_pattern *l7_rows_pack(const struct l7_dfa *dfa);
l7_state l7_rows_run(const struct l7_pattern *p, l7_state s, const u8 **at, const u8 *end,
		     l7_state stop);
void l7_rows_run_two(struct l7_runner *a, struct l7_runner *b, const u8 *end);

static inline bool l7_rests(const struct l7_pattern *p)
{
	return p->stop == L7_STATE_REST;
}

/* Where a byte leads, a state of @p given. */
static inline l7_state l7_rows_step(const struct l7_pattern *p, l7_state s, u8 byte)
{
	return l7_rows_run(p, s, &(const u8 *){ &byte }, &byte + 1, L7_STATE_MATCH);
}

#endif /* _L7_ROWS_H */
