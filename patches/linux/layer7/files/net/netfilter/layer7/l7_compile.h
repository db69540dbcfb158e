/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Between the compiler's stages: text (l7_text.c) to NFA (l7_regex.c), NFA to DFA (l7_classes.c,
 * l7_dfa.c), DFA to the smallest one (l7_minimise.c) with its resting state (l7_rest.c), and that
 * to rows (l7_rows.c). l7_pattern.c calls them in turn and keeps only the rows.
 *
 * A pattern's text may come from a user namespace, so each stage allocates a bounded amount and
 * pays for its loops out of one budget.
 */
#ifndef _L7_COMPILE_H
#define _L7_COMPILE_H

#include "l7_engine.h"

#define L7_GROUPS_MAX		9
#define L7_POSITIONS_MAX	4096
#define L7_STATES_MAX		4096
#define L7_TABLE_MAX		(1024 * 1024)	/* bytes of rows, before minimising */
#define L7_WORK_MAX		(128 * 1024 * 1024)	/* steps of about a nanosecond */

#define L7_NONE			((u16)0xffff)

/* A set of bytes. */
struct l7_bytes {
	u64 bits[4];
};

static inline void l7_bytes_add(struct l7_bytes *set, u8 byte)
{
	set->bits[byte / 64] |= 1ULL << (byte % 64);
}

static inline bool l7_bytes_has(const struct l7_bytes *set, u8 byte)
{
	return set->bits[byte / 64] >> (byte % 64) & 1;
}

/* One byte of a pattern after \xHH and lower-casing. */
struct l7_letter {
	u8 byte;
	u8 width;			/* bytes of text, 0 at the pattern's end */
};

/* A pattern's text and the place in it. */
struct l7_text {
	const char *text;
	size_t len;
	size_t at;
	struct l7_letter now;
	struct l7_error *err;
};

int l7_text_open(struct l7_text *t, const char *text, size_t len, struct l7_error *err);
void l7_text_advance(struct l7_text *t);
void l7_text_operator(struct l7_text *t);
int l7_text_refuse(struct l7_text *t, const char *why);
int l7_text_class(struct l7_text *t, struct l7_bytes *set);

/* Steps that the compilation may still take, and where to say why it stopped. */
struct l7_budget {
	u32 left;
	u32 unbreathed;
	struct l7_error *err;
};

int l7_spend(struct l7_budget *budget, u32 steps);
int l7_fail(struct l7_error *err, int error, size_t offset, const char *text);

/* Adds @bit to a set of positions. */
static inline void l7_set_add(u64 *set, unsigned int bit)
{
	set[bit / 64] |= 1ULL << (bit % 64);
}

enum l7_op {
	L7_OP_SPLIT,	/* go to out, and to alt unless that is L7_NONE */
	L7_OP_BYTE,	/* consume one byte of the set of position alt, go to out */
	L7_OP_START,	/* go to out at the start of the data */
	L7_OP_END,	/* go to out at the end of the data so far */
	L7_OP_MATCH,
};

struct l7_node {
	u16 out;
	u16 alt;
	u8 op;
};

/* The pattern as a graph. A position is a place in the text that consumes a byte. */
struct l7_nfa {
	struct l7_node *nodes;
	struct l7_bytes *sets;		/* one per position */
	u16 *node_of;			/* position to node */
	u16 node_count;
	u16 position_count;
	u16 first;			/* node to begin at */
};

int l7_nfa_parse(struct l7_nfa *nfa, const char *text, size_t len, struct l7_error *err);
void l7_nfa_free(struct l7_nfa *nfa);

/*
 * States 0 and 1 are L7_STATE_DEAD and L7_STATE_MATCH. Once it is minimised, the other states that
 * accept come last, and if it rests, state 2 is L7_STATE_REST. Byte class 0 is NUL's alone, which
 * leaves every state as it is. Upper case has the class of its lower case.
 */
struct l7_dfa {
	u16 *rows;			/* next state, by state * class_count + class */
	u8 *accepting;			/* by state: the data may end here */
	u16 state_count;
	u16 class_count;
	u16 start;
	bool rests;
	struct l7_bytes second;		/* see struct l7_pattern */
	u8 class_of[256];
};

int l7_classify(struct l7_dfa *dfa, const struct l7_nfa *nfa, struct l7_budget *budget);
int l7_classes_index(const struct l7_dfa *dfa, const struct l7_nfa *nfa, u64 *by_class,
		     unsigned int words, struct l7_budget *budget);
int l7_dfa_build(struct l7_dfa *dfa, const struct l7_nfa *nfa, struct l7_budget *budget);
int l7_dfa_minimise(struct l7_dfa *dfa, struct l7_budget *budget);
int l7_dfa_rest(struct l7_dfa *dfa, struct l7_budget *budget);
void l7_dfa_free(struct l7_dfa *dfa);

#endif /* _L7_COMPILE_H */
