// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hyperscan in streaming mode. It sees NULs, which our patterns do not, and `$` holds for it at the
 * end of the stream only: what it costs can be compared, what it finds not always.
 */
#include <hs.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench.h"

struct self {
	hs_database_t *database;
	hs_scratch_t *scratch;
	hs_stream_t *stream;
	size_t stored;
	int first;
};

static void emit_class(FILE *to, const struct l7_bytes *set)
{
	unsigned int byte, end;

	fputc('[', to);
	for (byte = 1; byte < 256; byte = end + 1) {
		for (end = byte; end < 256 && l7_bytes_has(set, end); end++)
			;
		if (end > byte)
			fprintf(to, "\\x%02x-\\x%02x", byte, end - 1);
	}
	fputc(']', to);
}

/* @pat's pattern in the syntax of PCRE; to be freed. */
static char *translate(const struct pat_file *pat)
{
	struct l7_error err;
	struct l7_text t;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	if (!to || l7_text_open(&t, pat->text, pat->text_len, &err))
		exit(1);
	while (t.now.width) {
		struct l7_bytes set = { 0 };
		u8 byte = t.now.byte;

		if (byte == '[') {
			if (l7_text_class(&t, &set))
				exit(1);
			emit_class(to, &set);
			continue;
		}
		if (byte && strchr("^$.()|*+?", byte)) {
			fputc(byte, to);
		} else {
			if (byte == '\\')
				l7_text_advance(&t);
			fprintf(to, "\\x%02x", t.now.byte);
		}
		l7_text_advance(&t);
	}
	fclose(to);
	return text;
}

/* Compiles what is not refused; *@refused counts the others, named on stdout if @tell. */
static hs_database_t *compile(struct rule *const *rules, unsigned int count,
			      unsigned int *refused, bool tell)
{
	const char **texts = calloc(count, sizeof(*texts));
	unsigned int *flags = calloc(count, sizeof(*flags));
	unsigned int *ids = calloc(count, sizeof(*ids));
	hs_compile_error_t *error = NULL;
	hs_database_t *database = NULL;
	unsigned int i, n = 0;

	*refused = 0;
	for (i = 0; i < count; i++) {
		hs_expr_info_t *info = NULL;

		texts[n] = translate(&rules[i]->pat);
		flags[n] = HS_FLAG_CASELESS | HS_FLAG_DOTALL | HS_FLAG_SINGLEMATCH;
		ids[n] = i;
		if (hs_expression_info(texts[n], flags[n], &info, &error) == HS_SUCCESS &&
		    hs_compile(texts[n], flags[n], HS_MODE_STREAM, NULL, &database, &error) ==
		    HS_SUCCESS) {
			hs_free_database(database);
			database = NULL;
			n++;
		} else {
			++*refused;
			if (tell)
				printf("  hyperscan refuses %s: %s\n", rules[i]->pat.name,
				       error->message);
			hs_free_compile_error(error);
		}
		free(info);
	}
	if (hs_compile_multi(texts, flags, ids, n, HS_MODE_STREAM, NULL, &database, &error)) {
		fprintf(stderr, "hyperscan: %s\n", error->message);
		exit(1);
	}
	while (n--)
		free((void *)texts[n]);
	free(texts);
	free(flags);
	free(ids);
	return database;
}

void hyperscan_refused(struct rule *const *rules, unsigned int count)
{
	unsigned int refused;
	size_t bytes, stream;
	hs_database_t *database = compile(rules, count, &refused, true);

	hs_database_size(database, &bytes);
	hs_stream_size(database, &stream);
	printf("hyperscan: %u of %u definitions refused; %zu bytes, %zu for a connection\n", refused,
	       count, bytes, stream);
	hs_free_database(database);
}

static void *make(struct rule *const *rules, unsigned int count)
{
	struct self *self = calloc(1, sizeof(*self));
	unsigned int refused;

	if (!self)
		exit(1);
	self->database = compile(rules, count, &refused, false);
	if (hs_alloc_scratch(self->database, &self->scratch) ||
	    hs_open_stream(self->database, 0, &self->stream))
		exit(1);
	return self;
}

static void begin(void *from)
{
	struct self *self = from;

	hs_reset_stream(self->stream, 0, self->scratch, NULL, NULL);
	self->stored = 0;
	self->first = -1;
}

static int found(unsigned int id, unsigned long long start, unsigned long long end,
		 unsigned int flags, void *from)
{
	struct self *self = from;

	(void)start;
	(void)end;
	(void)flags;
	if (self->first < 0 || id < (unsigned int)self->first)
		self->first = id;
	return 0;
}

static int packet(void *from, const u8 *data, size_t len)
{
	struct self *self = from;
	size_t left = DATA_MAX - self->stored;

	len = len < left ? len : left;
	hs_scan_stream(self->stream, (const char *)data, len, 0, self->scratch, found, self);
	self->stored += l7_count_stored(data, len);
	return self->first;
}

static void destroy(void *from)
{
	struct self *self = from;

	hs_close_stream(self->stream, self->scratch, NULL, NULL);
	hs_free_scratch(self->scratch);
	hs_free_database(self->database);
	free(self);
}

const struct matcher hyperscan = { "hyperscan", make, begin, packet, destroy };
