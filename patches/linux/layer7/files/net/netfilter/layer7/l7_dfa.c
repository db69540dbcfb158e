// SPDX-License-Identifier: GPL-2.0-only
/*
 * NFA to DFA by subset construction over positions: a DFA state is the set of the positions that
 * may consume the next byte, plus one bit that says whether the data may end here.
 *
 * `^` and `$` are settled where the graph is walked without consuming. Past a `$` nothing can
 * consume, so such a walk only ever says that the data may end. `^` holds in the walk from the
 * first node before any byte, and nowhere else. As a pattern matches anywhere, each state also
 * holds the positions that begin the pattern; a walk that reaches the end of the pattern without
 * a `$` has matched for good.
 */
#include "l7_compile.h"

struct l7_span {
	u16 begin;
	u16 end;
};

struct l7_subset {
	const struct l7_nfa *nfa;
	struct l7_dfa *dfa;
	struct l7_budget *budget;
	unsigned int words;	/* u64 in a set; bit nfa->position_count is the end's */
	u16 *stack;		/* nodes to walk to */
	u16 *seen;		/* by node: the last walk that came along */
	u16 walk;
	u64 *follow;		/* by position: who may consume after it */
	struct l7_span *span;	/* by position: the words of its follow that are not 0 */
	u64 *sticky;		/* positions after which the pattern has matched */
	u64 *ending;		/* positions after which it has if the data end */
	u64 *restart;		/* who may consume if the pattern begins here */
	u64 *by_class;		/* by byte class: who may consume it */
	u64 *sets;		/* by state */
	u16 *slots;		/* hash of sets to state */
	unsigned int state_max;
	bool start_matches;	/* without consuming, at the start */
};

#define L7_SLOTS	(2 * L7_STATES_MAX)
#define L7_WALK_COST	4	/* steps for a node: it is all over the memory */

/*
 * Walks from @node without consuming and adds the positions that it finds to @set, if not NULL.
 * Return: 1 if the pattern's end is reached, 0 if not, -E2BIG or -EINTR.
 */
static int l7_walk(struct l7_subset *s, u16 node, bool at_start, bool at_end, u64 *set)
{
	const struct l7_node *nodes = s->nfa->nodes;
	unsigned int depth = 0;
	u32 steps = 0;
	int found = 0;
	int error;

	s->walk++;
	s->stack[depth++] = node;
	while (depth) {
		node = s->stack[--depth];
		while (node != L7_NONE && s->seen[node] != s->walk) {
			const struct l7_node *n = &nodes[node];

			s->seen[node] = s->walk;
			steps++;
			node = L7_NONE;
			if (n->op == L7_OP_MATCH)
				found = 1;
			else if (n->op == L7_OP_BYTE && set)
				l7_set_add(set, n->alt);
			else if (n->op == L7_OP_SPLIT || (n->op == L7_OP_START && at_start) ||
				 (n->op == L7_OP_END && at_end))
				node = n->out;
			if (n->op == L7_OP_SPLIT && n->alt != L7_NONE)
				s->stack[depth++] = n->alt;
		}
	}
	error = l7_spend(s->budget, L7_WALK_COST * steps);
	return error ? error : found;
}

/* Who follows @p. Walks with at_end take no positions: the data end there. */
static int l7_follow(struct l7_subset *s, unsigned int p)
{
	u64 *follow = s->follow + (size_t)p * s->words;
	u16 next = s->nfa->nodes[s->nfa->node_of[p]].out;
	struct l7_span *span = &s->span[p];
	int found;

	found = l7_walk(s, next, false, false, follow);
	if (found > 0)
		l7_set_add(s->sticky, p);
	else if (!found)
		found = l7_walk(s, next, false, true, NULL);
	if (found < 0)
		return found;
	if (found)
		l7_set_add(s->ending, p);
	span->end = s->words;
	while (span->end && !follow[span->end - 1])
		span->end--;
	while (span->begin < span->end && !follow[span->begin])
		span->begin++;
	return 0;
}

static int l7_follow_all(struct l7_subset *s)
{
	const struct l7_nfa *nfa = s->nfa;
	unsigned int p;
	int found;

	for (p = 0; p < nfa->position_count; p++) {
		found = l7_follow(s, p);
		if (found)
			return found;
	}
	found = l7_walk(s, nfa->first, false, true, NULL);
	if (found > 0)
		l7_set_add(s->restart, nfa->position_count);
	return found < 0 ? found : l7_walk(s, nfa->first, false, false, s->restart);
}

/* Return: the state of @set, which may be a new one, -E2BIG or -EINTR. */
static int l7_intern(struct l7_subset *s, const u64 *set)
{
	size_t bytes = s->words * sizeof(u64);
	u64 hash = 0, any = 0;
	unsigned int slot, w;
	int error;

	for (w = 0; w < s->words; w++) {
		if (!set[w])
			continue;
		any |= set[w];
		hash = (hash ^ (set[w] + w)) * 0x9e3779b97f4a7c15ULL;
		hash ^= hash >> 29;
	}
	if (!any)
		return L7_STATE_DEAD;
	for (slot = hash % L7_SLOTS; s->slots[slot]; slot = (slot + 1) % L7_SLOTS) {
		if (!memcmp(s->sets + s->slots[slot] * (size_t)s->words, set, bytes))
			return s->slots[slot];
		error = l7_spend(s->budget, s->words);
		if (error)
			return error;
	}
	if (s->dfa->state_count == s->state_max)
		return l7_fail(s->budget->err, -E2BIG, 0, s->state_max == L7_STATES_MAX ?
			       "more than 4096 states" : "more than 1 MiB of table");
	memcpy(s->sets + s->dfa->state_count * (size_t)s->words, set, bytes);
	s->slots[slot] = s->dfa->state_count;
	return s->dfa->state_count++;
}

/* Return: where @state goes with a byte of @class, -E2BIG or -EINTR. @next is scratch. */
static int l7_step(struct l7_subset *s, unsigned int state, unsigned int class, u64 *next)
{
	const u64 *set = s->sets + state * (size_t)s->words;
	const u64 *may = s->by_class + class * s->words;
	u32 steps = s->words;
	bool ending = false;
	unsigned int w, i;
	int error;

	memcpy(next, s->restart, s->words * sizeof(u64));
	for (w = 0; w < s->words; w++) {
		u64 hit = set[w] & may[w];

		if (!hit)
			continue;
		if (hit & s->sticky[w])
			return L7_STATE_MATCH;
		ending |= hit & s->ending[w];
		for (; hit; hit &= hit - 1) {
			unsigned int p = w * 64 + __ffs64(hit);
			const u64 *follow = s->follow + p * (size_t)s->words;

			for (i = s->span[p].begin; i < s->span[p].end; i++)
				next[i] |= follow[i];
			steps += 2 + s->span[p].end - s->span[p].begin;
		}
	}
	if (ending)
		l7_set_add(next, s->nfa->position_count);
	error = l7_spend(s->budget, steps);
	return error ? error : l7_intern(s, next);
}

/* Fills the rows, state by state; new states are added behind. */
static int l7_explore(struct l7_subset *s, u64 *scratch)
{
	struct l7_dfa *dfa = s->dfa;
	unsigned int end = s->nfa->position_count;
	unsigned int state, class;
	int next;

	for (state = 0; state < dfa->state_count; state++) {
		u16 *row = dfa->rows + state * (size_t)dfa->class_count;
		const u64 *set = s->sets + state * (size_t)s->words;

		dfa->accepting[state] = set[end / 64] >> (end % 64) & 1;
		row[0] = state;
		for (class = 1; class < dfa->class_count; class++) {
			if (state <= L7_STATE_MATCH)
				next = state;
			else if (state == dfa->start && s->start_matches)
				next = L7_STATE_MATCH;
			else
				next = l7_step(s, state, class, scratch);
			if (next < 0)
				return next;
			row[class] = next;
		}
	}
	return 0;
}

static int l7_subset_run(struct l7_subset *s)
{
	const struct l7_nfa *nfa = s->nfa;
	struct l7_dfa *dfa = s->dfa;
	u64 *scratch;
	int found, error;

	s->words = nfa->position_count / 64 + 1;
	s->stack = l7_calloc(nfa->node_count, sizeof(u16));
	s->seen = l7_calloc(nfa->node_count, sizeof(u16));
	s->follow = l7_calloc((nfa->position_count + 4) * (size_t)s->words, sizeof(u64));
	s->span = l7_calloc(nfa->position_count + 1, sizeof(*s->span));
	s->slots = l7_calloc(L7_SLOTS, sizeof(u16));
	if (!s->stack || !s->seen || !s->follow || !s->span || !s->slots)
		return -ENOMEM;
	s->sticky = s->follow + nfa->position_count * (size_t)s->words;
	s->ending = s->sticky + s->words;
	s->restart = s->ending + s->words;
	scratch = s->restart + s->words;

	found = l7_follow_all(s);
	if (found < 0)
		return found;
	error = l7_classify(dfa, nfa, s->budget);
	if (error)
		return error;
	s->by_class = l7_calloc((size_t)dfa->class_count * s->words, sizeof(u64));
	if (!s->by_class)
		return -ENOMEM;
	error = l7_classes_index(dfa, nfa, s->by_class, s->words, s->budget);
	if (error)
		return error;
	s->state_max = L7_TABLE_MAX / sizeof(u16) / dfa->class_count;
	if (s->state_max > L7_STATES_MAX)
		s->state_max = L7_STATES_MAX;
	dfa->rows = l7_calloc((size_t)s->state_max * dfa->class_count, sizeof(u16));
	dfa->accepting = l7_calloc(s->state_max, sizeof(u8));
	s->sets = l7_calloc(s->state_max * (size_t)s->words, sizeof(u64));
	if (!dfa->rows || !dfa->accepting || !s->sets)
		return -ENOMEM;

	/* The start is a state of its own: unlike all later ones it may lack what is in restart. */
	dfa->start = L7_STATE_MATCH + 1;
	dfa->state_count = dfa->start + 1;
	found = l7_walk(s, nfa->first, true, false, s->sets + dfa->start * (size_t)s->words);
	if (found < 0)
		return found;
	s->start_matches = found;
	l7_set_add(s->sets + L7_STATE_MATCH * (size_t)s->words, nfa->position_count);
	return l7_explore(s, scratch);
}

/*
 * Builds the DFA of @nfa into @dfa, which the caller gives back with l7_dfa_free() even after an
 * error. Return: 0, or -E2BIG, -ENOMEM, -EINTR with the budget's error filled.
 */
int l7_dfa_build(struct l7_dfa *dfa, const struct l7_nfa *nfa, struct l7_budget *budget)
{
	struct l7_subset s = { .nfa = nfa, .dfa = dfa, .budget = budget };
	int error;

	memset(dfa, 0, sizeof(*dfa));
	error = l7_subset_run(&s);
	if (error == -ENOMEM)
		l7_fail(budget->err, error, 0, "out of memory");
	l7_free(s.stack);
	l7_free(s.seen);
	l7_free(s.follow);
	l7_free(s.span);
	l7_free(s.by_class);
	l7_free(s.sets);
	l7_free(s.slots);
	return error;
}

void l7_dfa_free(struct l7_dfa *dfa)
{
	l7_free(dfa->rows);
	l7_free(dfa->accepting);
}
