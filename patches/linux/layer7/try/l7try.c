// SPDX-License-Identifier: GPL-2.0-only
/*
 * l7try: the kernel module's pattern engine at the command line, so that a definition can be
 * tried against packets without a kernel.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "l7try.h"

static const char usage[] =
	"usage: l7try compile FILE.pat...\n"
	"         For each file its name, states, bytes of memory and microseconds to compile.\n"
	"       l7try lines NUM_PACKETS MAXDATALEN\n"
	"         Reads packets: FILE.pat TAB < or > TAB payload in hex, and an empty line after\n"
	"         each flow. Writes a line per packet: 1 once the file's pattern has matched the\n"
	"         flow so far, 0 before. The limits are those below; 0 for none.\n"
	"       l7try capture|raw NUM_PACKETS MAXDATALEN FILE... -- FILE.pat...\n"
	"         What the match would say of each flow in captures (pcap, pcapng), or of one flow\n"
	"         whose packets' payloads are the files; 0 for no limit. A line per flow, TABs\n"
	"         between: protocol, address, port, address, port, verdict, the packet that brought\n"
	"         it, packets, bytes. Then, of packets that were not looked at: skipped, count, why.\n"
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

/* Return: the number, or -1 if @text is none from 0 to 65536. */
static long limit(const char *text)
{
	char *end;
	long number = strtol(text, &end, 10);

	return *text && !*end && number >= 0 && number <= 65536 ? number : -1;
}

/* Return: false if @args are not two numbers from 0 to 65536. */
static bool parse_limits(char **args, struct limits *limits)
{
	long packets = limit(args[0]);
	long bytes = limit(args[1]);

	limits->num_packets = packets;
	limits->maxdatalen = bytes;
	return packets >= 0 && bytes >= 0;
}

/* @args: files, --, definitions. Return: the exit code, 2 if they are not that. */
static int flows(bool raw, struct limits limits, int count, char **args)
{
	int files = 0;

	while (files < count && strcmp(args[files], "--"))
		files++;
	if (!files || files + 1 >= count)
		return 2;
	return l7try_flows(raw, limits, args, files, args + files + 1, count - files - 1);
}

int main(int argc, char **argv)
{
	struct limits limits;
	int result = 2;

	if (argc > 2 && !strcmp(argv[1], "compile"))
		return compile(argv + 2);
	if (argc > 3 && parse_limits(argv + 2, &limits)) {
		if (argc == 4 && !strcmp(argv[1], "lines"))
			return l7try_lines(limits);
		if (!strcmp(argv[1], "capture") || !strcmp(argv[1], "raw"))
			result = flows(!strcmp(argv[1], "raw"), limits, argc - 4, argv + 4);
	}
	if (result == 2)
		fputs(usage, stderr);
	return result;
}
