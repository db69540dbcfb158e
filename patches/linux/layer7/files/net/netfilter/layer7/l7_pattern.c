// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pattern as the match sees it: compiled once, then run packet by packet.
 */
#include "l7_compile.h"

/*
 * States are numbered so that what they mean is a comparison: dead, matched, then those that
 * accept at the end of the data, then the rest. Rows are bytes where the states fit into one.
 */
struct l7_pattern {
	size_t bytes;
	u16 state_count;
	u16 class_count;
	u16 start;
	u16 accept_last;	/* states 1 to this accept */
	bool narrow;
	u8 class_of[256];
	u16 wide[];		/* next state, by state * class_count + class */
};

static const u8 *l7_narrow(const struct l7_pattern *p)
{
	return (const u8 *)p->wide;
}

/* Takes @steps from what is left. Return: 0, -E2BIG when it is used up, -EINTR. */
int l7_spend(struct l7_budget *budget, u32 steps)
{
	if (steps > budget->left)
		return l7_fail(budget->err, -E2BIG, 0, "too much work to compile");
	budget->left -= steps;
	budget->unbreathed += steps;
	if (budget->unbreathed < 64 * 1024)
		return 0;
	budget->unbreathed = 0;
	if (l7_breathe())
		return l7_fail(budget->err, -EINTR, 0, "interrupted");
	return 0;
}

/* Return: the pattern for @dfa, or NULL. */
static struct l7_pattern *l7_pattern_pack(const struct l7_dfa *dfa)
{
	size_t cells = (size_t)dfa->state_count * dfa->class_count;
	bool narrow = dfa->state_count <= 256;
	size_t bytes = sizeof(struct l7_pattern) + cells * (narrow ? sizeof(u8) : sizeof(u16));
	struct l7_pattern *p = l7_calloc(1, bytes);
	size_t i;

	if (!p)
		return NULL;
	p->bytes = bytes;
	p->state_count = dfa->state_count;
	p->class_count = dfa->class_count;
	p->start = dfa->start;
	p->narrow = narrow;
	memcpy(p->class_of, dfa->class_of, sizeof(p->class_of));
	for (i = 0; i < dfa->state_count; i++)
		if (dfa->accepting[i])
			p->accept_last = i;
	if (!narrow)
		memcpy(p->wide, dfa->rows, cells * sizeof(u16));
	for (i = 0; narrow && i < cells; i++)
		((u8 *)p->wide)[i] = dfa->rows[i];
	return p;
}

struct l7_pattern *l7_pattern_compile(const char *text, size_t len, struct l7_error *err)
{
	struct l7_budget budget = { .left = L7_WORK_MAX, .err = err };
	struct l7_pattern *p = NULL;
	struct l7_dfa dfa = { 0 };
	struct l7_nfa nfa;
	int error;

	err->offset = 0;
	err->text[0] = '\0';
	error = l7_nfa_parse(&nfa, text, len, err);
	if (!error)
		error = l7_dfa_build(&dfa, &nfa, &budget);
	l7_nfa_free(&nfa);
	if (!error)
		error = l7_dfa_minimise(&dfa, &budget);
	if (!error) {
		p = l7_pattern_pack(&dfa);
		if (!p)
			error = l7_fail(err, -ENOMEM, 0, "out of memory");
	}
	l7_dfa_free(&dfa);
	return error ? ERR_PTR(error) : p;
}

void l7_pattern_free(struct l7_pattern *p)
{
	l7_free(p);
}

size_t l7_pattern_bytes(const struct l7_pattern *p)
{
	return p->bytes;
}

unsigned int l7_pattern_states(const struct l7_pattern *p)
{
	return p->state_count;
}

l7_state l7_pattern_start(const struct l7_pattern *p)
{
	return p->start;
}

l7_state l7_pattern_run(const struct l7_pattern *p, l7_state s, const u8 *data, size_t len)
{
	const u8 *narrow = l7_narrow(p);
	const u8 *end = data + len;

	if (s >= p->state_count)
		return L7_STATE_DEAD;
	if (p->narrow)
		for (; data < end && s > L7_STATE_MATCH; data++)
			s = narrow[s * p->class_count + p->class_of[*data]];
	else
		for (; data < end && s > L7_STATE_MATCH; data++)
			s = p->wide[s * p->class_count + p->class_of[*data]];
	return s;
}

bool l7_pattern_accepts(const struct l7_pattern *p, l7_state s)
{
	return s && s <= p->accept_last;
}
