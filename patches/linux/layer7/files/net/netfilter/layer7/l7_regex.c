// SPDX-License-Identifier: GPL-2.0-only
/*
 * Text to NFA: the grammar of the dialect in l7_engine.h. It walks the text once, left to right,
 * with a stack of at most nine open groups instead of recursion.
 */
#include "l7_compile.h"

#define L7_NODES_PER_BYTE	3	/* the most that one byte of text makes: `(` */
#define L7_NODES_FIXED		4	/* the outermost group and L7_OP_MATCH */

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
	struct l7_text text;
	struct l7_nfa *nfa;
	struct l7_group groups[1 + L7_GROUPS_MAX];
	unsigned int depth;
	unsigned int group_count;
};

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

	g->offset = p->text.at;
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

static void l7_branch_append(struct l7_parser *p, const struct l7_part *part)
{
	struct l7_group *g = &p->groups[p->depth];

	l7_link(p, g->tail, part->in);
	g->tail = part->tail;
	g->branch_consumes |= part->consumes;
}

static bool l7_is_quantifier(const struct l7_letter *letter)
{
	return letter->byte == '*' || letter->byte == '+' || letter->byte == '?';
}

/* Applies the quantifier that follows @part, if one does, and adds the result to the branch. */
static int l7_piece(struct l7_parser *p, struct l7_part *part)
{
	u8 quantifier = p->text.now.byte;
	u16 split;

	if (l7_is_quantifier(&p->text.now)) {
		l7_text_operator(&p->text);
		if (quantifier != '?' && !part->consumes)
			return l7_text_refuse(&p->text, "what * or + repeats may be empty");
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
		l7_text_advance(&p->text);
		if (l7_is_quantifier(&p->text.now))
			return l7_text_refuse(&p->text, "a quantifier right after a quantifier");
	}
	l7_branch_append(p, part);
	return 0;
}

/* Reads an anchor, or what consumes a byte: an ordinary letter, \c, `.` or a class. */
static int l7_atom(struct l7_parser *p)
{
	struct l7_text *text = &p->text;
	struct l7_nfa *nfa = p->nfa;
	u8 byte = text->now.byte;
	struct l7_bytes *set;
	struct l7_part part;
	int error;

	if (byte == '^' || byte == '$') {
		l7_text_operator(text);
		l7_text_advance(text);
		part.in = l7_node_add(p, byte == '^' ? L7_OP_START : L7_OP_END, L7_NONE);
		part.tail = part.in;
		part.consumes = false;
		return l7_piece(p, &part);
	}
	if (nfa->position_count == L7_POSITIONS_MAX)
		return l7_fail(text->err, -E2BIG, text->at, "more than 4096 letters and classes");
	set = &nfa->sets[nfa->position_count];
	if (byte == '[') {
		l7_text_operator(text);
		error = l7_text_class(text, set);
		if (error)
			return error;
	} else if (byte == '.') {
		l7_text_operator(text);
		l7_text_advance(text);
		memset(set, 0xff, sizeof(*set));
	} else {
		if (byte == '\\') {
			struct l7_text escape = *text;

			l7_text_operator(text);
			l7_text_advance(text);
			if (!text->now.width)
				return l7_text_refuse(&escape, "\\ at the end escapes nothing");
		}
		l7_bytes_add(set, text->now.byte);
		l7_text_advance(text);
	}
	part.in = l7_node_add(p, L7_OP_BYTE, nfa->position_count);
	part.tail = part.in;
	part.consumes = true;
	nfa->node_of[nfa->position_count++] = part.in;
	return l7_piece(p, &part);
}

/* Reads one of ( | ) and what it does to the stack of groups. */
static int l7_bracket(struct l7_parser *p)
{
	u8 byte = p->text.now.byte;
	struct l7_part part;

	l7_text_operator(&p->text);
	if (byte == '(') {
		if (p->group_count == L7_GROUPS_MAX)
			return l7_text_refuse(&p->text, "more than nine groups");
		p->group_count++;
		p->depth++;
		l7_group_open(p);
	} else if (byte == '|') {
		l7_branch_next(p);
	} else if (!p->depth) {
		return l7_text_refuse(&p->text, ") without its (");
	}
	l7_text_advance(&p->text);
	if (byte != ')')
		return 0;
	l7_branch_close(p);
	part.in = p->groups[p->depth].in;
	part.tail = p->groups[p->depth].join;
	part.consumes = p->groups[p->depth].consumes;
	p->depth--;
	return l7_piece(p, &part);
}

static int l7_parse(struct l7_parser *p)
{
	int error = 0;

	l7_group_open(p);
	while (p->text.now.width && !error) {
		u8 byte = p->text.now.byte;

		if (byte == '(' || byte == '|' || byte == ')')
			error = l7_bracket(p);
		else if (l7_is_quantifier(&p->text.now))
			error = l7_text_refuse(&p->text, "* + or ? follows nothing");
		else
			error = l7_atom(p);
	}
	if (error)
		return error;
	if (p->depth)
		return l7_fail(p->text.err, -EINVAL, p->groups[p->depth].offset,
			       "( without its )");
	l7_branch_close(p);
	l7_link(p, p->groups[0].join, l7_node_add(p, L7_OP_MATCH, L7_NONE));
	p->nfa->first = p->groups[0].in;
	return 0;
}

/*
 * Parses @text into @nfa, which the caller gives back with l7_nfa_free() even after an error.
 * Return: 0 or -EINVAL, -E2BIG, -ENOMEM with @err filled.
 */
int l7_nfa_parse(struct l7_nfa *nfa, const char *text, size_t len, struct l7_error *err)
{
	struct l7_parser p = { .nfa = nfa };
	size_t positions;
	int error;

	memset(nfa, 0, sizeof(*nfa));
	error = l7_text_open(&p.text, text, len, err);
	if (error)
		return error;
	positions = (len < L7_POSITIONS_MAX ? len : L7_POSITIONS_MAX) + 1;
	nfa->nodes = l7_calloc(L7_NODES_PER_BYTE * len + L7_NODES_FIXED, sizeof(*nfa->nodes));
	nfa->sets = l7_calloc(positions, sizeof(*nfa->sets));
	nfa->node_of = l7_calloc(positions, sizeof(*nfa->node_of));
	if (!nfa->nodes || !nfa->sets || !nfa->node_of)
		return l7_fail(err, -ENOMEM, 0, "out of memory");
	return l7_parse(&p);
}

void l7_nfa_free(struct l7_nfa *nfa)
{
	l7_free(nfa->nodes);
	l7_free(nfa->sets);
	l7_free(nfa->node_of);
}
