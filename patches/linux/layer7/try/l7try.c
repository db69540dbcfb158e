// SPDX-License-Identifier: GPL-2.0-only
/*
 * l7try: the kernel module's pattern engine at the command line, so that a definition can be
 * tried against packets without a kernel.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "l7try.h"

static const char usage[] =
	"usage: l7try compile FILE.pat...\n"
	"         For each file its name, states, bytes of memory and microseconds to compile.\n"
	"       l7try lines\n"
	"         Reads packets: FILE.pat TAB < or > TAB payload in hex, and an empty line after\n"
	"         each flow. Writes a line per packet: 1 once the file's pattern has matched the\n"
	"         flow so far, 0 before. No packet count or length ends a flow here.\n"
	"Exits 0, 1 when a file or line is wrong (the reason is on stderr), 2 for wrong usage.\n";

struct l7_pattern *l7try_load(const char *path, struct pat_file *pat)
{
	struct l7_pattern *pattern;
	struct l7_error err;

	if (pat_file_read(path, pat))
		return NULL;
	pattern = l7_pattern_compile(pat->text, pat->text_len, &err);
	if (IS_ERR(pattern) || err.text[0])
		fprintf(stderr, "%s:%u:%zu: %s%s\n", path, pat->text_line, err.offset + 1,
			IS_ERR(pattern) ? "" : "warning: ", err.text);
	return IS_ERR(pattern) ? NULL : pattern;
}

static double microseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1e6 + now.tv_nsec / 1e3;
}

static int compile(char **paths)
{
	int result = 0;

	for (; *paths; paths++) {
		struct pat_file pat;
		double begin = microseconds();
		struct l7_pattern *pattern = l7try_load(*paths, &pat);

		if (!pattern) {
			result = 1;
			continue;
		}
		printf("%s\t%u\t%zu\t%.0f\n", pat.name, l7_pattern_states(pattern),
		       l7_pattern_bytes(pattern), microseconds() - begin);
		l7_pattern_free(pattern);
	}
	return result;
}

int main(int argc, char **argv)
{
	if (argc > 2 && !strcmp(argv[1], "compile"))
		return compile(argv + 2);
	if (argc == 2 && !strcmp(argv[1], "lines"))
		return l7try_lines();
	fputs(usage, stderr);
	return 2;
}
