// SPDX-License-Identifier: GPL-2.0-only
/*
 * The method of the original l7-filter, done anew: each rule searches all of a connection's data so
 * far, lower-cased and without NULs, at each packet, by backtracking. Like its regex library this
 * one tries only the start if the pattern begins with ^, looks for a first letter or for the longest
 * literal text before it tries, and repeats a single letter or class in a loop of its own. It keeps
 * no groups' bounds, and has classes as bitmaps: both make it quicker than the original.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <string.h>

#include "bench.h"

enum op { BYTES, ONE_OF, START, END, SPLIT, REPEAT, MATCH };

struct node {
	enum op op;
	struct node *next, *other;	/* SPLIT tries next first */
	unsigned int least;		/* REPEAT: of set */
	struct l7_bytes set;
	u8 bytes[128];
	unsigned int len;
	struct node *allocated;
};

struct original {
	struct node *first, *allocated;
	bool anchored;
	int letter;		/* that every match begins with, or -1 */
	const struct node *must;	/* text that every match has, or NULL */
};

struct reader {
	struct l7_text text;
	struct original *to;
};

/* What a piece of a pattern becomes: entered at in, left through every open next of its tails. */
struct piece {
	struct node *in, *out;
	struct node *simple;	/* it is this one node of one byte */
};

static struct node *node(struct reader *r, enum op op)
{
	struct node *n = calloc(1, sizeof(*n));

	if (!n)
		exit(1);
	n->op = op;
	n->allocated = r->to->allocated;
	r->to->allocated = n;
	return n;
}

/* A node that does nothing, where branches meet. */
static struct node *joint(struct reader *r)
{
	return node(r, BYTES);
}

static struct piece choice(struct reader *r);

static struct piece atom(struct reader *r)
{
	struct l7_text *t = &r->text;
	u8 byte = t->now.byte;
	struct piece p = { 0 };

	if (byte == '(') {
		l7_text_advance(t);
		p = choice(r);
		l7_text_advance(t);
		return p;
	}
	p.in = node(r, byte == '^' ? START : byte == '$' ? END : ONE_OF);
	p.out = p.in;
	if (byte == '[') {
		if (l7_text_class(t, &p.in->set))
			exit(1);
		p.simple = p.in;
		return p;
	}
	if (byte == '\\')
		l7_text_advance(t);
	if (byte == '.') {
		memset(&p.in->set, 0xff, sizeof(p.in->set));
	} else if (p.in->op == ONE_OF) {
		p.in->op = BYTES;
		p.in->bytes[p.in->len++] = t->now.byte;
	}
	if (p.in->op == BYTES)
		l7_bytes_add(&p.in->set, t->now.byte);
	if (p.in->op != START && p.in->op != END)
		p.simple = p.in;
	l7_text_advance(t);
	return p;
}

static struct piece quantified(struct reader *r)
{
	struct piece p = atom(r);
	u8 q = r->text.now.width ? r->text.now.byte : 0;
	struct node *split;

	if (q != '*' && q != '+' && q != '?')
		return p;
	l7_text_advance(&r->text);
	if (p.simple && q != '?') {
		p.in->op = REPEAT;
		p.in->least = q == '+';
		p.simple = NULL;
		return p;
	}
	split = node(r, SPLIT);
	split->next = p.in;
	split->other = joint(r);
	p.out->next = q == '?' ? split->other : split;
	p.in = q == '+' ? p.in : split;
	p.out = split->other;
	p.simple = NULL;
	return p;
}

static struct piece sequence(struct reader *r)
{
	struct piece all = { 0 };

	all.in = joint(r);
	all.out = all.in;
	while (r->text.now.width && r->text.now.byte != '|' && r->text.now.byte != ')') {
		struct piece p = quantified(r);

		/* Letters in a row are one node. */
		if (p.simple && p.in->op == BYTES && all.out->op == BYTES && all.out->len &&
		    all.out->len < sizeof(all.out->bytes)) {
			all.out->bytes[all.out->len++] = p.in->bytes[0];
			continue;
		}
		all.out->next = p.in;
		all.out = p.out;
	}
	return all;
}

static struct piece choice(struct reader *r)
{
	struct piece all = sequence(r);
	struct node *end;

	if (r->text.now.byte != '|' || !r->text.now.width)
		return all;
	end = joint(r);
	while (r->text.now.width && r->text.now.byte == '|') {
		struct node *split = node(r, SPLIT);
		struct piece next;

		l7_text_advance(&r->text);
		next = sequence(r);
		all.out->next = end;
		split->next = all.in;
		split->other = next.in;
		all.in = split;
		all.out = next.out;
	}
	all.out->next = end;
	all.out = end;
	return all;
}

/* The first node from @n on that does something. */
static struct node *real(struct node *n)
{
	while (n->op == BYTES && !n->len)
		n = n->next;
	return n;
}

struct original *original_compile(const char *text, size_t len)
{
	struct original *o = calloc(1, sizeof(*o));
	struct reader r = { .to = o };
	struct l7_error err;
	struct piece all;
	struct node *n;

	if (!o || l7_text_open(&r.text, text, len, &err))
		exit(1);
	all = choice(&r);
	all.out->next = node(&r, MATCH);
	o->first = all.in;
	for (n = o->allocated; n; n = n->allocated) {
		while (n->next && n->next != real(n->next))
			n->next = real(n->next);
		if (n->other)
			n->other = real(n->other);
	}
	o->first = real(o->first);
	o->letter = o->first->op == BYTES ? o->first->bytes[0] : -1;
	o->anchored = o->first->op == START;
	/* Only a pattern that begins with a repetition has its literal text looked for first. */
	for (n = o->first; o->first->op == REPEAT && n->op != SPLIT && n->op != MATCH; n = n->next)
		if (n->op == BYTES && (!o->must || n->len >= o->must->len))
			o->must = n;
	return o;
}

void original_free(struct original *o)
{
	while (o->allocated) {
		struct node *n = o->allocated;

		o->allocated = n->allocated;
		free(n);
	}
	free(o);
}

static bool try(const struct node *n, const char *begin, const char *s)
{
	for (;; n = n->next) {
		const struct node *next = n->next;
		size_t count = 0;

		switch (n->op) {
		case MATCH:
			return true;
		case BYTES:
			if (*s != (char)n->bytes[0] || strncmp(s, (const char *)n->bytes, n->len))
				return false;
			s += n->len;
			break;
		case ONE_OF:
			if (!*s || !l7_bytes_has(&n->set, *s))
				return false;
			s++;
			break;
		case START:
			if (s != begin)
				return false;
			break;
		case END:
			if (*s)
				return false;
			break;
		case SPLIT:
			if (try(next, begin, s))
				return true;
			return try(n->other, begin, s);
		case REPEAT:
			while (s[count] && l7_bytes_has(&n->set, s[count]))
				count++;
			for (count++; count-- > n->least; ) {
				if (next->op == BYTES && s[count] != (char)next->bytes[0])
					continue;
				if (try(next, begin, s + count))
					return true;
			}
			return false;
		}
	}
}

bool original_search(const struct original *o, const char *data)
{
	const char *s;

	if (o->must && !memmem(data, strlen(data), o->must->bytes, o->must->len))
		return false;
	if (o->anchored)
		return try(o->first, data, data);
	for (s = data; ; s++) {
		if (o->letter >= 0)
			s = strchr(s, o->letter);
		if (!s)
			return false;
		if (try(o->first, data, s))
			return true;
		if (!*s)
			return false;
	}
}

/* Takes a packet's data into @buffer. Return: bytes used in it now. */
size_t original_append(char *buffer, size_t used, const u8 *data, size_t len)
{
	size_t left = DATA_MAX - used, i;

	for (i = 0; i < len && i < left; i++) {
		if (!data[i])
			continue;
		buffer[used++] = data[i] >= 'A' && data[i] <= 'Z' ? data[i] | 0x20 : data[i];
	}
	buffer[used] = '\0';
	return used;
}
