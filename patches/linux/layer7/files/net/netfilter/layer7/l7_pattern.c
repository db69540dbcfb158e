// SPDX-License-Identifier: GPL-2.0-only
/*
 * The pattern as the match sees it: compiled once, then run packet by packet.
 */
#include "l7_rows.h"

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
	if (!error)
		error = l7_dfa_rest(&dfa, &budget);
	if (!error) {
		p = l7_rows_pack(&dfa);
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
	if (s >= p->state_count)
		return L7_STATE_DEAD;
	if (!len || s <= L7_STATE_MATCH)
		return s;
	return l7_rows_run(p, s, &data, data + len, L7_STATE_MATCH);
}

l7_state l7_pattern_glance(const struct l7_pattern *p, l7_state s, const u8 *data, size_t len)
{
	if (!len || s <= p->stop)
		return s;
	return l7_rows_run(p, s, &data, data + len, p->stop);
}

bool l7_pattern_accepts(const struct l7_pattern *p, l7_state s)
{
	return s == L7_STATE_MATCH || s >= p->accept_first;
}
