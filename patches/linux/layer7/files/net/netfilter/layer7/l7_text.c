// SPDX-License-Identifier: GPL-2.0-only
/*
 * The letters of a pattern: \xHH decoded, ASCII lower-cased, and the text between [ and ].
 */
#include "l7_compile.h"

/*
 * Writes @why, which is wrong or odd @offset bytes into the pattern.
 * Return: @error, so that a failing function can end with it.
 */
int l7_fail(struct l7_error *err, int error, size_t offset, const char *why)
{
	err->offset = offset;
	snprintf(err->text, sizeof(err->text), "%s", why);
	return error;
}

static int l7_hex(u8 c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the letter at t->at. \xHH wants a small x, as in the original. */
static void l7_text_look(struct l7_text *t)
{
	const u8 *text = (const u8 *)t->text + t->at;
	size_t left = t->len - t->at;
	u8 byte;

	t->now.byte = 0;
	t->now.width = 0;
	if (!left)
		return;
	byte = text[0];
	t->now.width = 1;
	if (left > 3 && byte == '\\' && text[1] == 'x' && l7_hex(text[2]) >= 0 &&
	    l7_hex(text[3]) >= 0) {
		byte = l7_hex(text[2]) << 4 | l7_hex(text[3]);
		t->now.width = byte ? 4 : 0;
		if (!byte)
			l7_fail(t->err, 0, t->at, "\\x00 ends the pattern here");
	}
	t->now.byte = byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

/* Begins to read @text. Return: 0, or -EINVAL or -E2BIG for a text that cannot be a pattern. */
int l7_text_open(struct l7_text *t, const char *text, size_t len, struct l7_error *err)
{
	const char *nul;

	t->text = text;
	t->len = len;
	t->at = 0;
	t->err = err;
	if (len > L7_PATTERN_MAX)
		return l7_fail(err, -E2BIG, L7_PATTERN_MAX, "more than 8191 bytes of text");
	nul = len ? memchr(text, 0, len) : NULL;
	if (nul)
		return l7_fail(err, -EINVAL, nul - text, "the text has a NUL byte");
	l7_text_look(t);
	return 0;
}

/* Goes on to the next letter. */
void l7_text_advance(struct l7_text *t)
{
	t->at += t->now.width;
	l7_text_look(t);
}

/* Notes that the letter acts as an operator: worth a warning if it was written as a byte. */
void l7_text_operator(struct l7_text *t)
{
	if (t->now.width == 4)
		l7_fail(t->err, 0, t->at, "this \\xHH is an operator, not a plain byte");
}

/* Refuses the pattern for what stands at the current letter. */
int l7_text_refuse(struct l7_text *t, const char *why)
{
	return l7_fail(t->err, -EINVAL, t->at, why);
}

/* Reads what follows a dash: a range's end, or the end of the class, where the dash is a member. */
static int l7_text_dash(struct l7_text *t, struct l7_bytes *set, u8 from)
{
	struct l7_text dash = *t;
	unsigned int byte;

	l7_text_advance(t);
	if (!t->now.width || t->now.byte == ']') {
		l7_bytes_add(set, '-');
		return 0;
	}
	l7_text_operator(&dash);
	if (from > t->now.byte)
		return l7_text_refuse(t, "the range ends below its start (after lower-casing)");
	for (byte = from; byte <= t->now.byte; byte++)
		l7_bytes_add(set, byte);
	return 1;
}

/*
 * Reads a class from its [ to past its ]. As in the original a ] or - that comes first is a
 * member, a backslash is one anywhere, and a dash goes on from whatever byte stands before it,
 * even the end of another range: [a-c-e] is [a-e].
 */
int l7_text_class(struct l7_text *t, struct l7_bytes *set)
{
	struct l7_text open = *t;
	bool negated;
	u8 last = 0;
	int more;
	int i;

	l7_text_advance(t);
	negated = t->now.byte == '^';
	if (negated) {
		l7_text_operator(t);
		l7_text_advance(t);
	}
	if (t->now.byte == ']' || t->now.byte == '-') {
		last = t->now.byte;
		l7_bytes_add(set, last);
		l7_text_advance(t);
	}
	while (t->now.width && t->now.byte != ']') {
		if (t->now.byte == '-') {
			more = l7_text_dash(t, set, last);
			if (more < 0)
				return more;
			if (!more)
				break;
		}
		last = t->now.byte;
		l7_bytes_add(set, last);
		l7_text_advance(t);
	}
	if (!t->now.width)
		return l7_text_refuse(&open, "[ without its ] (a ] that comes first is a member)");
	l7_text_operator(t);
	l7_text_advance(t);
	for (i = 0; negated && i < 4; i++)
		set->bits[i] = ~set->bits[i];
	return 0;
}
