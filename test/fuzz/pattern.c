// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pattern and data: it compiles or says why not, and where packets end makes no difference to its
 * state. The input: length of the text, where to cut the data, the text, the data.
 */
#include <stdlib.h>

#include "l7_engine.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct l7_pattern *pattern;
	struct l7_error err;
	size_t text, cut;
	l7_state whole, pieces, glance;

	if (size < 2)
		return 0;
	text = data[0] < size - 2 ? data[0] : size - 2;
	cut = data[1];
	data += 2;
	size -= 2;

	pattern = l7_pattern_compile((const char *)data, text, &err);
	if (IS_ERR(pattern)) {
		if (!*err.text || err.offset > text)
			abort();
		return 0;
	}
	data += text;
	size -= text;
	if (cut > size)
		cut = size;

	whole = l7_pattern_run(pattern, l7_pattern_start(pattern), data, size);
	pieces = l7_pattern_run(pattern, l7_pattern_start(pattern), data, cut);
	pieces = l7_pattern_run(pattern, pieces, data + cut, size - cut);
	if (whole != pieces || whole >= l7_pattern_states(pattern))
		abort();
	glance = l7_pattern_glance(pattern, l7_pattern_start(pattern), data, size);
	if (glance == L7_STATE_MATCH && whole != L7_STATE_MATCH)
		abort();
	if (whole == L7_STATE_MATCH && !l7_pattern_accepts(pattern, whole))
		abort();
	l7_pattern_free(pattern);
	return 0;
}
