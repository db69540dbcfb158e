// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rows: a DFA as small as it gets, and how it is run. A byte a state is enough for nearly all
 * patterns. Of the others most rows lead to the same state with nearly every byte, so that state
 * and the exceptions take less.
 */
#include "l7_rows.h"

/*
 * The next state that most classes of @row share, NUL's left out. @count, by state, is zeroed, and
 * is so again.
 */
static u16 l7_usual(const u16 *row, unsigned int classes, u16 *count)
{
	unsigned int class;
	u16 usual = row[1];

	for (class = 1; class < classes; class++)
		if (++count[row[class]] > count[usual])
			usual = row[class];
	for (class = 1; class < classes; class++)
		count[row[class]] = 0;
	return usual;
}

/* Fills @usual by state. Return: the number of exceptions in all, or -ENOMEM. */
static long l7_usuals(const struct l7_dfa *dfa, u16 *usual)
{
	u16 *count = l7_calloc(dfa->state_count, sizeof(*count));
	long exceptions = 0;
	unsigned int state, class;

	if (!count)
		return -ENOMEM;
	for (state = 0; state < dfa->state_count; state++) {
		const u16 *row = dfa->rows + state * (size_t)dfa->class_count;

		usual[state] = l7_usual(row, dfa->class_count, count);
		for (class = 1; class < dfa->class_count; class++)
			exceptions += row[class] != usual[state];
	}
	l7_free(count);
	return exceptions;
}

/* Room for a pattern and its rows. The caller points it at them, behind it. */
static struct l7_pattern *l7_rows_room(const struct l7_dfa *dfa, size_t bytes, enum l7_form form)
{
	struct l7_pattern *p = l7_keep(sizeof(*p) + bytes);
	unsigned int state;

	if (!p)
		return NULL;
	p->bytes = sizeof(*p) + bytes;
	p->state_count = dfa->state_count;
	p->class_count = dfa->class_count;
	p->start = dfa->start;
	p->stop = dfa->rests ? L7_STATE_REST : L7_STATE_MATCH;
	p->form = form;
	memcpy(p->class_of, dfa->class_of, sizeof(p->class_of));
	p->second = dfa->second;
	for (state = dfa->state_count; state > L7_STATE_MATCH + 1; state--)
		if (!dfa->accepting[state - 1])
			break;
	p->accept_first = state;
	return p;
}

static struct l7_pattern *l7_rows_dense(const struct l7_dfa *dfa)
{
	unsigned int states = dfa->state_count, classes = dfa->class_count, state, class;
	bool narrow = states <= 256;
	struct l7_pattern *p;
	u16 *wide;
	u8 *bytes;

	p = l7_rows_room(dfa, (size_t)states * classes * (narrow ? sizeof(u8) : sizeof(u16)),
			 narrow ? L7_FORM_NARROW : L7_FORM_WIDE);
	if (!p)
		return NULL;
	bytes = (u8 *)(p + 1);
	wide = (u16 *)(p + 1);
	if (narrow)
		p->narrow = bytes;
	else
		p->wide = wide;
	for (class = 0; class < classes; class++) {
		for (state = 0; state < states; state++) {
			u16 next = dfa->rows[state * (size_t)classes + class];

			if (narrow)
				*bytes++ = next;
			else
				*wide++ = next;
		}
	}
	return p;
}

static struct l7_pattern *l7_rows_sparse(const struct l7_dfa *dfa, const u16 *usual,
					 size_t exceptions)
{
	struct l7_exception *exception;
	struct l7_sparse *sparse;
	unsigned int state, class;
	struct l7_pattern *p;
	u32 next = 0;

	p = l7_rows_room(dfa, dfa->state_count * sizeof(*sparse) + exceptions * sizeof(*exception),
			 L7_FORM_SPARSE);
	if (!p)
		return NULL;
	sparse = (struct l7_sparse *)(p + 1);
	exception = (struct l7_exception *)(sparse + dfa->state_count);
	p->sparse = sparse;
	p->exceptions = exception;
	for (state = 0; state < dfa->state_count; state++) {
		const u16 *row = dfa->rows + state * (size_t)dfa->class_count;

		sparse[state].first = next;
		sparse[state].usual = usual[state];
		for (class = 1; class < dfa->class_count; class++) {
			if (row[class] == usual[state])
				continue;
			exception[next].class = class;
			exception[next++].next = row[class];
		}
		sparse[state].count = next - sparse[state].first;
	}
	return p;
}

/* Return: the pattern for @dfa in its smallest form, or NULL without memory. */
struct l7_pattern *l7_rows_pack(const struct l7_dfa *dfa)
{
	size_t cells = (size_t)dfa->state_count * dfa->class_count;
	struct l7_pattern *p = NULL;
	long exceptions;
	u16 *usual;

	if (dfa->state_count <= 256)
		return l7_rows_dense(dfa);
	usual = l7_calloc(dfa->state_count, sizeof(*usual));
	if (!usual)
		return NULL;
	exceptions = l7_usuals(dfa, usual);
	if (exceptions >= 0 && dfa->state_count * sizeof(struct l7_sparse) +
			       exceptions * sizeof(struct l7_exception) < cells * sizeof(u16))
		p = l7_rows_sparse(dfa, usual, exceptions);
	else if (exceptions >= 0)
		p = l7_rows_dense(dfa);
	l7_free(usual);
	return p;
}

static l7_state l7_sparse_step(const struct l7_pattern *p, l7_state s, unsigned int class)
{
	const struct l7_sparse *row = &p->sparse[s];
	const struct l7_exception *from = p->exceptions + row->first;
	unsigned int count = row->count;

	if (!class)
		return s;
	/* The one that is looked for, if there is one, is among @count from @from on. */
	while (count > 1) {
		unsigned int half = count / 2;

		if (from[half].class <= class)
			from += half;
		count -= half;
	}
	return count && from->class == class ? from->next : row->usual;
}

/*
 * Runs @p from @s, over one byte at least, until it stands in a state up to @stop or the data end.
 * @at is moved behind the last byte taken.
 */
l7_state l7_rows_run(const struct l7_pattern *p, l7_state s, const u8 **at, const u8 *end,
		     l7_state stop)
{
	const unsigned int states = p->state_count;
	const u8 *class_of = p->class_of;
	const u8 *data = *at;
	unsigned int now = s;

	switch (p->form) {
	case L7_FORM_NARROW:
		do
			now = (p->narrow + class_of[*data] * states)[now];
		while (++data < end && now > stop);
		break;
	case L7_FORM_WIDE:
		do
			now = (p->wide + class_of[*data] * states)[now];
		while (++data < end && now > stop);
		break;
	default:
		do
			now = l7_sparse_step(p, now, class_of[*data]);
		while (++data < end && now > stop);
	}
	*at = data;
	return now;
}

/*
 * Runs two patterns in L7_FORM_NARROW, over one byte at least, until one stops or has no more data.
 * Each waits for the cache, step by step; two at a time wait together.
 */
void l7_rows_run_two(struct l7_runner *a, struct l7_runner *b, const u8 *end)
{
	const u8 *const a_cells = a->p->narrow, *const b_cells = b->p->narrow;
	const u8 *const a_class = a->p->class_of, *const b_class = b->p->class_of;
	const unsigned int a_states = a->p->state_count, b_states = b->p->state_count;
	const unsigned int a_stop = a->p->stop, b_stop = b->p->stop;
	const u8 *a_at = a->at, *b_at = b->at;
	unsigned int a_now = a->s, b_now = b->s;

	do {
		a_now = (a_cells + a_class[*a_at++] * a_states)[a_now];
		b_now = (b_cells + b_class[*b_at++] * b_states)[b_now];
	} while (a_now > a_stop && b_now > b_stop && a_at < end && b_at < end);
	a->at = a_at;
	b->at = b_at;
	a->s = a_now;
	b->s = b_now;
}
