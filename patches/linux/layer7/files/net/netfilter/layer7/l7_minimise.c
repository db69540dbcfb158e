// SPDX-License-Identifier: GPL-2.0-only
/*
 * The smallest DFA with the same answers: Hopcroft's partition refinement, which looks at each
 * transition at most log2(states) times. Blocks are slices of one array of states.
 */
#include "l7_compile.h"

struct l7_partition {
	struct l7_dfa *dfa;
	struct l7_budget *budget;
	u16 *from_at;		/* by class * (states + 1) + state: where its predecessors begin */
	u16 *from;		/* by class * states: the predecessors */
	u16 *states;		/* grouped by block */
	u16 *place;		/* by state: its index in states */
	u16 *block_of;
	u16 *begin;		/* by block: the first index in states */
	u16 *size;
	u16 *marked;		/* by block: how many states at its front are marked */
	u16 *waiting;		/* blocks that may still split others */
	u8 *is_waiting;
	u16 *splitter;		/* copy of a block's states */
	u16 *touched;		/* blocks with marked states */
	unsigned int block_count;
	unsigned int waiting_count;
};

/* Counting sort of the transitions by class and target. */
static int l7_predecessors(struct l7_partition *t)
{
	const struct l7_dfa *dfa = t->dfa;
	unsigned int states = dfa->state_count;
	unsigned int class, state;
	int error = 0;

	for (class = 1; class < dfa->class_count && !error; class++) {
		u16 *at = t->from_at + class * (states + 1);
		u16 *from = t->from + class * states;
		const u16 *column = dfa->rows + class;

		for (state = 0; state < states; state++)
			at[column[state * dfa->class_count]]++;
		for (state = 1; state <= states; state++)
			at[state] += at[state - 1];
		for (state = states; state--; )
			from[--at[column[state * dfa->class_count]]] = state;
		error = l7_spend(t->budget, 3 * states);
	}
	return error;
}

static void l7_await(struct l7_partition *t, unsigned int block)
{
	if (t->is_waiting[block])
		return;
	t->is_waiting[block] = 1;
	t->waiting[t->waiting_count++] = block;
}

static void l7_place(struct l7_partition *t, unsigned int index, u16 state)
{
	t->states[index] = state;
	t->place[state] = index;
}

/* Block 0 takes the states that do not accept, block 1 those that do. */
static void l7_first_blocks(struct l7_partition *t)
{
	unsigned int states = t->dfa->state_count;
	unsigned int state, accepting, index = 0;

	for (accepting = 0; accepting < 2; accepting++) {
		t->begin[accepting] = index;
		for (state = 0; state < states; state++) {
			if (t->dfa->accepting[state] != accepting)
				continue;
			t->block_of[state] = accepting;
			l7_place(t, index++, state);
		}
		t->size[accepting] = index - t->begin[accepting];
	}
	t->block_count = 2;
	l7_await(t, t->size[0] < t->size[1] ? 0 : 1);
}

/* Moves @state to the marked front of its block. Return: true if it is the first one there. */
static bool l7_mark(struct l7_partition *t, u16 state)
{
	unsigned int block = t->block_of[state];
	unsigned int front = t->begin[block] + t->marked[block];
	unsigned int place = t->place[state];

	if (place < front)
		return false;
	l7_place(t, place, t->states[front]);
	l7_place(t, front, state);
	return !t->marked[block]++;
}

/* Cuts the marked front off @block, if some states are not marked. Return: steps taken. */
static u32 l7_split(struct l7_partition *t, unsigned int block)
{
	unsigned int count = t->marked[block];
	unsigned int fresh, i;

	t->marked[block] = 0;
	if (count == t->size[block])
		return 1;
	fresh = t->block_count++;
	t->begin[fresh] = t->begin[block];
	t->size[fresh] = count;
	t->begin[block] += count;
	t->size[block] -= count;
	for (i = 0; i < count; i++)
		t->block_of[t->states[t->begin[fresh] + i]] = fresh;
	l7_await(t, t->is_waiting[block] || count <= t->size[block] ? fresh : block);
	return count;
}

/* Splits all blocks by what leads into @block, class by class. */
static int l7_refine(struct l7_partition *t, unsigned int block)
{
	unsigned int states = t->dfa->state_count;
	unsigned int count = t->size[block];
	unsigned int class, i, j;
	int error = 0;

	memcpy(t->splitter, t->states + t->begin[block], count * sizeof(u16));
	for (class = 1; class < t->dfa->class_count && !error; class++) {
		const u16 *at = t->from_at + class * (states + 1);
		const u16 *from = t->from + class * states;
		unsigned int touched = 0;
		u32 steps = count;

		for (i = 0; i < count; i++) {
			u16 state = t->splitter[i];

			for (j = at[state]; j < at[state + 1]; j++)
				if (l7_mark(t, from[j]))
					t->touched[touched++] = t->block_of[from[j]];
			steps += at[state + 1] - at[state];
		}
		for (i = 0; i < touched; i++)
			steps += l7_split(t, t->touched[i]);
		error = l7_spend(t->budget, steps);
	}
	return error;
}

/*
 * Numbers the blocks as their states are to be: the dead one, the matched one, the others, those
 * that accept at the end of the data; within a kind as the states were found, near ones together.
 */
static void l7_number(const struct l7_partition *t, u16 *number)
{
	const struct l7_dfa *dfa = t->dfa;
	unsigned int next = L7_STATE_MATCH + 1;
	unsigned int state, accepting;

	memset(number, 0xff, t->block_count * sizeof(*number));
	number[t->block_of[L7_STATE_DEAD]] = L7_STATE_DEAD;
	number[t->block_of[L7_STATE_MATCH]] = L7_STATE_MATCH;
	for (accepting = 0; accepting < 2; accepting++)
		for (state = 0; state < dfa->state_count; state++)
			if (dfa->accepting[state] == accepting &&
			    number[t->block_of[state]] == L7_NONE)
				number[t->block_of[state]] = next++;
}

/* Replaces the DFA's states by the blocks. */
static int l7_rewrite(struct l7_partition *t)
{
	struct l7_dfa *dfa = t->dfa;
	unsigned int classes = dfa->class_count;
	u16 *number = t->touched;
	unsigned int block, class;
	u8 *accepting;
	u16 *rows;

	rows = l7_calloc((size_t)t->block_count * classes, sizeof(*rows));
	accepting = l7_calloc(t->block_count, sizeof(*accepting));
	if (!rows || !accepting) {
		l7_free(rows);
		l7_free(accepting);
		return -ENOMEM;
	}
	l7_number(t, number);
	for (block = 0; block < t->block_count; block++) {
		unsigned int state = t->states[t->begin[block]];
		const u16 *from = dfa->rows + (size_t)state * classes;
		u16 *to = rows + (size_t)number[block] * classes;

		accepting[number[block]] = dfa->accepting[state];
		for (class = 0; class < classes; class++)
			to[class] = number[t->block_of[from[class]]];
	}
	dfa->start = number[t->block_of[dfa->start]];
	dfa->state_count = t->block_count;
	l7_dfa_free(dfa);
	dfa->rows = rows;
	dfa->accepting = accepting;
	return 0;
}

static int l7_partition_run(struct l7_partition *t)
{
	size_t states = t->dfa->state_count;
	size_t classes = t->dfa->class_count;
	u16 *room;
	int error;

	t->from_at = l7_calloc(classes * (states + 1), sizeof(u16));
	t->from = l7_calloc(classes * states, sizeof(u16));
	t->is_waiting = l7_calloc(states, sizeof(u8));
	room = l7_calloc(9 * states, sizeof(u16));
	t->states = room;
	if (!t->from_at || !t->from || !t->is_waiting || !room)
		return -ENOMEM;
	t->place = room += states;
	t->block_of = room += states;
	t->begin = room += states;
	t->size = room += states;
	t->marked = room += states;
	t->waiting = room += states;
	t->splitter = room += states;
	t->touched = room += states;

	error = l7_predecessors(t);
	if (error)
		return error;
	l7_first_blocks(t);
	while (t->waiting_count) {
		unsigned int block = t->waiting[--t->waiting_count];

		t->is_waiting[block] = 0;
		error = l7_refine(t, block);
		if (error)
			return error;
	}
	return l7_rewrite(t);
}

/*
 * Makes @dfa the smallest with the same answers, its accepting states last.
 * Return: 0, or -E2BIG, -ENOMEM, -EINTR with the budget's error filled and @dfa as it was.
 */
int l7_dfa_minimise(struct l7_dfa *dfa, struct l7_budget *budget)
{
	struct l7_partition t = { .dfa = dfa, .budget = budget };
	int error;

	error = l7_partition_run(&t);
	if (error == -ENOMEM)
		l7_fail(budget->err, error, 0, "out of memory");
	l7_free(t.from_at);
	l7_free(t.from);
	l7_free(t.is_waiting);
	l7_free(t.states);
	return error;
}
