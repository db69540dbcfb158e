// SPDX-License-Identifier: GPL-2.0-only
/*
 * Byte classes: bytes that no position of the pattern tells apart share a column of the table.
 */
#include "l7_compile.h"

static bool l7_is_upper(unsigned int byte)
{
	return byte >= 'A' && byte <= 'Z';
}

/*
 * Fills @dfa's class_of and class_count: at most 230, as upper case is folded.
 * Return: 0, -E2BIG or -EINTR.
 */
int l7_classify(struct l7_dfa *dfa, const struct l7_nfa *nfa, struct l7_budget *budget)
{
	u8 *class_of = dfa->class_of;
	unsigned int p, byte;
	int error = 0;

	for (byte = 1; byte < 256; byte++)
		class_of[byte] = 1;
	dfa->class_count = 2;
	for (p = 0; p < nfa->position_count && !error; p++) {
		const struct l7_bytes *set = &nfa->sets[p];
		bool leaves[256] = { false };	/* by class: some members are not in the set */
		u8 inside[256] = { 0 };		/* by class: the new class of those that are */

		for (byte = 1; byte < 256; byte++)
			leaves[class_of[byte]] |= !l7_is_upper(byte) && !l7_bytes_has(set, byte);
		for (byte = 1; byte < 256; byte++) {
			u8 class = class_of[byte];

			if (l7_is_upper(byte) || !leaves[class] || !l7_bytes_has(set, byte))
				continue;
			if (!inside[class])
				inside[class] = dfa->class_count++;
			class_of[byte] = inside[class];
		}
		error = l7_spend(budget, 512);
	}
	for (byte = 'A'; byte <= 'Z'; byte++)
		class_of[byte] = class_of[byte | 0x20];
	return error;
}

/*
 * Fills @by_class, which is zeroed: class by class, @words u64 with a bit for each position that
 * consumes the bytes of that class. Return: 0, -E2BIG or -EINTR.
 */
int l7_classes_index(const struct l7_dfa *dfa, const struct l7_nfa *nfa, u64 *by_class,
		     unsigned int words, struct l7_budget *budget)
{
	unsigned int p, byte;
	int error = 0;

	for (p = 0; p < nfa->position_count && !error; p++) {
		for (byte = 1; byte < 256; byte++)
			if (!l7_is_upper(byte) && l7_bytes_has(&nfa->sets[p], byte))
				l7_set_add(by_class + dfa->class_of[byte] * words, p);
		error = l7_spend(budget, 256);
	}
	return error;
}
