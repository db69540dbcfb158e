// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text to NFA: the parser of the dialect in l7_engine.h. It walks the text once, left to right,
 * with a stack of at most nine open groups instead of recursion.
 */
#include "l7_compile.h"

#define L7_NODES_PER_BYTE	3	/* the most that one byte of text makes: `(` */

/* One byte of the pattern after \xHH and lower-casing. */
struct l7_letter {
	u8 byte;
	u8 width;		/* bytes of text, 0 at the pattern's end */
};

/* Part of the graph that is entered at in and left through tail's out, which is still open. */
struct l7_part {
	u16 in;
	u16 tail;
	bool consumes;		/* at least one byte, whichever way through */
};

/* An open group; the whole pattern is the outermost one. */
struct l7_group {
	size_t offset;		/* of its `(` */
	u16 in;
	u16 choice;		/* the split that leads to the last branch */
	u16 tail;		/* where the last branch goes on */
	u16 join;		/* where all branches meet */
	bool branch_consumes;
	bool consumes;		/* every finished branch does */
};

struct l7_parser {
	const char *text;
	size_t len;
	size_t at;
	struct l7_letter now;
	struct l7_nfa *nfa;
	struct l7_error *err;
	struct l7_group groups[1 + L7_GROUPS_MAX];
	unsigned int depth;
	unsigned int group_count;
};

static int l7_hex(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the letter at p->at. \xHH wants a small x, as in the original. */
static void l7_look(struct l7_parser *p)
{
	const u8 *text = (const u8 *)p->text + p->at;
	size_t left = p->len - p->at;
	u8 byte;

	p->now.byte = 0;
	p->now.width = 0;
	if (!left)
		return;
	byte = text[0];
	p->now.width = 1;
	if (left > 3 && byte == '\\' && text[1] == 'x' && l7_hex(text[2]) >= 0 &&
	    l7_hex(text[3]) >= 0) {
		byte = l7_hex(text[2]) << 4 | l7_hex(text[3]);
		p->now.width = byte ? 4 : 0;
		if (!byte)
			l7_fail(p->err, 0, p->at, "\\x00 ends the pattern here");
	}
	p->now.byte = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

static void l7_advance(struct l7_parser *p)
{
	p->at += p->now.width;
	l7_look(p);
}

static int l7_refuse(struct l7_parser *p, const char *text)
{
	return l7_fail(p->err, -EINVAL, p->at, text);
}

/* The letter acts as an operator: say so if it was written as a mere byte. */
static void l7_note_operator(struct l7_parser *p)
{
	if (p->now.width == 4)
		l7_fail(p->err, 0, p->at, "this \\xHH is an operator, not a plain byte");
}

static u16 l7_node_add(struct l7_parser *p, enum l7_op op, u16 alt)
{
	u16 index = p->nfa->node_count++;
	struct l7_node *node = &p->nfa->nodes[index];

	node->out = L7_NONE;
	node->alt = alt;
	node->op = op;
	return index;
}

static void l7_link(struct l7_parser *p, u16 tail, u16 to)
{
	p->nfa->nodes[tail].out = to;
}

static void l7_group_open(struct l7_parser *p)
{
	struct l7_group *g = &p->groups[p->depth];

	g->offset = p->at;
	g->join = l7_node_add(p, L7_OP_SPLIT, L7_NONE);
	g->tail = l7_node_add(p, L7_OP_SPLIT, L7_NONE);
	g->in = l7_node_add(p, L7_OP_SPLIT, g->tail);
	g->choice = g->in;
	g->branch_consumes = false;
	g->consumes = true;
}

static void l7_branch_close(struct l7_parser *p)
{
	struct l7_group *g = &p->groups[p->depth];

	l7_link(p, g->tail, g->join);
	g->consumes &= g->branch_consumes;
}

static void l7_branch_next(struct l7_parser *p)
{
	struct l7_group *g = &p->groups[p->depth];
	u16 choice;

	l7_branch_close(p);
	g->tail = l7_node_add(p, L7_OP_SPLIT, L7_NONE);
	choice = l7_node_add(p, L7_OP_SPLIT, g->tail);
	l7_link(p, g->choice, choice);
	g->choice = choice;
	g->branch_consumes = false;
}

/* Reads what follows `[`. A byte before a dash begins a range even if it ended one: [a-c-e]. */
static int l7_class(struct l7_parser *p, struct l7_bytes *set)
{
	size_t offset = p->at;
	bool negated;
	u8 last = 0;
	int i;

	l7_advance(p);
	negated = p->now.byte == '^';
	if (negated) {
		l7_note_operator(p);
		l7_advance(p);
	}
	if (p->now.byte == ']' || p->now.byte == '-') {
		last = p->now.byte;
		l7_bytes_add(set, last);
		l7_advance(p);
	}
	while (p->now.width && p->now.byte != ']') {
		if (p->now.byte == '-') {
			struct l7_letter dash = p->now;

			l7_note_operator(p);
			l7_advance(p);
			if (!p->now.width || p->now.byte == ']') {
				l7_bytes_add(set, dash.byte);
				continue;
			}
			if (last > p->now.byte)
				return l7_refuse(p, "range ends below its start (after lower-casing)");
			for (i = last; i < p->now.byte; i++)
				l7_bytes_add(set, i);
		}
		last = p->now.byte;
		l7_bytes_add(set, last);
		l7_advance(p);
	}
	if (!p->now.width) {
		p->at = offset;
		return l7_refuse(p, "[ without ] (a ] that comes first is an ordinary member)");
	}
	l7_note_operator(p);
	for (i = 0; negated && i < 4; i++)
		set->bits[i] = ~set->bits[i];
	return 0;
}

/* Makes a part that consumes a byte: an ordinary letter, \c, `.` or a class. */
static int l7_position(struct l7_parser *p, struct l7_part *part)
{
	struct l7_nfa *nfa = p->nfa;
	struct l7_bytes *set = &nfa->sets[nfa->position_count];
	int error;

	if (nfa->position_count == L7_POSITIONS_MAX)
		return l7_fail(p->err, -E2BIG, p->at, "more than 4096 letters and classes");
	switch (p->now.byte) {
	case '[':
		l7_note_operator(p);
		error = l7_class(p, set);
		if (error)
			return error;
		break;
	case '.':
		l7_note_operator(p);
		memset(set, 0xff, sizeof(*set));
		break;
	case '\\':
		l7_note_operator(p);
		l7_advance(p);
		if (!p->now.width)
			return l7_refuse(p, "\\ at the end escapes nothing");
		l7_bytes_add(set, p->now.byte);
		break;
	default:
		l7_bytes_add(set, p->now.byte);
	}
	part->in = l7_node_add(p, L7_OP_BYTE, nfa->position_count);
	nfa->node_of[nfa->position_count++] = part->in;
	part->tail = part->in;
	part->consumes = true;
	return 0;
}

static bool l7_is_quantifier(u8 byte)
{
	return byte == '*' || byte == '+' || byte == '?';
}

/* Applies the quantifier that follows @part, if one does. */
static int l7_quantify(struct l7_parser *p, struct l7_part *part)
{
	u8 quantifier = p->now.byte;
	u16 split;

	if (!p->now.width || !l7_is_quantifier(quantifier))
		return 0;
	l7_note_operator(p);
	if (quantifier != '?' && !part->consumes)
		return l7_refuse(p, "what * or + repeats may be empty");
	split = l7_node_add(p, L7_OP_SPLIT, part->in);
	if (quantifier == '?') {
		u16 join = l7_node_add(p, L7_OP_SPLIT, L7_NONE);

		l7_link(p, part->tail, join);
		l7_link(p, split, join);
		part->tail = join;
	} else {
		l7_link(p, part->tail, split);
		part->tail = split;
	}
	if (quantifier != '+') {
		part->in = split;
		part->consumes = false;
	}
	l7_advance(p);
	if (p->now.width && l7_is_quantifier(p->now.byte))
		return l7_refuse(p, "a quantifier may not follow a quantifier");
	return 0;
}
