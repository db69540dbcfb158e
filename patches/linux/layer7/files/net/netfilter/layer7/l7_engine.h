/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pattern engine: l7-filter's dialect of regular expressions, compiled to one small DFA per
 * pattern and run over a connection's payload as it arrives.
 *
 * Dialect: ^ $ . [] [^] () | * + ? \c. A backslash is literal inside [], {} is ordinary text and
 * there are no back-references. Before parsing, \xHH is decoded (an operator that comes out of it
 * stays an operator, \x00 ends the pattern) and everything is lower-cased. `^` is the start of the
 * connection's data, `$` the end of the data so far, decided again after each packet. Refused are
 * the patterns that the original compiler rejects: nested quantifiers, an operand of * or + that
 * may be empty, more than nine groups, and malformed text.
 */
#ifndef _L7_ENGINE_H
#define _L7_ENGINE_H

#include "l7_port.h"

#define L7_PATTERN_MAX	8191	/* bytes of text */

/*
 * Where a pattern is wrong (@offset bytes into its text) and why. A pattern that compiles leaves
 * @text empty, or a warning in it: an operator out of \xHH, or text cut off by \x00.
 */
struct l7_error {
	size_t offset;
	char text[96];
};

/* A compiled pattern: immutable, so any number of connections and CPUs may share it. */
struct l7_pattern;

/* A connection's place in a pattern: two bytes for each of them, whatever came before. */
typedef u16 l7_state;

#define L7_STATE_DEAD	((l7_state)0)	/* can never match any more */
#define L7_STATE_MATCH	((l7_state)1)	/* matched, sticky */

/*
 * Compiles @text, @len bytes as they are in the .pat file. Process context, may sleep.
 * @err must not be NULL. Give the result back with l7_pattern_free().
 *
 * Return: the pattern, or ERR_PTR with @err filled: -EINVAL malformed text, -E2BIG over a cap
 * (text, positions, states, table bytes, work), -ENOMEM, -EINTR the process is being killed.
 */
struct l7_pattern *l7_pattern_compile(const char *text, size_t len, struct l7_error *err);

/* Frees @p (NULL is fine) once no connection uses it any more. */
void l7_pattern_free(struct l7_pattern *p);

/* Bytes of memory that @p holds. */
size_t l7_pattern_bytes(const struct l7_pattern *p);

/* States of @p's DFA, the dead and the matched one included; every l7_state is below it. */
unsigned int l7_pattern_states(const struct l7_pattern *p);

/* The state of a connection without data. */
l7_state l7_pattern_start(const struct l7_pattern *p);

/*
 * Advances @s over @len raw payload bytes: NULs are skipped and ASCII upper case is folded here.
 * Linear in @len; neither sleeps nor allocates, so it may run in softirq.
 */
l7_state l7_pattern_run(const struct l7_pattern *p, l7_state s, const u8 *data, size_t len);

/*
 * l7_pattern_run() that stops where the pattern comes to rest, not to be gone on with: it tells
 * quickly whether the data match, if they match at once.
 */
l7_state l7_pattern_glance(const struct l7_pattern *p, l7_state s, const u8 *data, size_t len);

/*
 * True if the data so far, ending here, matches (`$` holds now) or has matched. A match by `$`
 * does not stick: who wants the verdict keeps it. Without a byte of data nothing matches, not
 * even a pattern that can be empty: the original does not try a connection without data.
 */
bool l7_pattern_accepts(const struct l7_pattern *p, l7_state s);

/*
 * Patterns that are run together, at the cost of the few that the data do not rule out: one look at
 * a connection's first byte drops most for good, and a pattern in its resting state, where it waits
 * for a byte that leads on, costs nothing until that byte comes. Immutable, shared like a pattern.
 */
struct l7_set;

/* A connection's place in a set: what l7_set_place_bytes() says, aligned to 8. */
struct l7_place;

#define L7_SET_MAX	2048	/* patterns in a set */

/*
 * Makes a set of @patterns, @slots of them, which must outlive it; a slot may be NULL. Process
 * context, may sleep.
 *
 * Return: the set, or ERR_PTR: -E2BIG more than L7_SET_MAX, -ENOMEM.
 */
struct l7_set *l7_set_build(const struct l7_pattern *const *patterns, unsigned int slots);

/* Frees @set (NULL is fine), not its patterns, once no connection uses it any more. */
void l7_set_free(struct l7_set *set);

/* Bytes of memory that @set holds, its patterns left out. */
size_t l7_set_bytes(const struct l7_set *set);

/* Bytes of a connection's place. */
size_t l7_set_place_bytes(const struct l7_set *set);

/* Makes @place that of a connection without data. */
void l7_set_start(const struct l7_set *set, struct l7_place *place);

/*
 * Advances @place over @len raw payload bytes, as l7_pattern_run() does for one pattern. A packet
 * may come in several pieces. Neither sleeps nor allocates. One caller at a time per place.
 */
void l7_set_run(const struct l7_set *set, struct l7_place *place, const u8 *data, size_t len);

/*
 * The state of a single pattern, by which it may be run ahead of the others to tell whether it
 * matches. Return: L7_STATE_DEAD also where that is not worth it: while it rests.
 */
l7_state l7_set_state(const struct l7_set *set, const struct l7_place *place, unsigned int slot);

/* Tells that a packet's payload ends here: only now l7_set_accepts() knows of it. */
void l7_set_packet_end(const struct l7_set *set, struct l7_place *place);

/*
 * l7_pattern_accepts() at the last packet's end, for the pattern of @slot; false for an empty slot.
 * May be asked while another caller runs the set.
 */
bool l7_set_accepts(const struct l7_set *set, const struct l7_place *place, unsigned int slot);

/* Bytes of @data that are not NUL. */
size_t l7_count_stored(const u8 *data, size_t len);

#endif /* _L7_ENGINE_H */
