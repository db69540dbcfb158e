// SPDX-License-Identifier: GPL-2.0-only
#define _GNU_SOURCE	/* fopencookie(3) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "l7try.h"

#define PAYLOAD_MAX	65536	/* bytes, more than any packet has */

/* A definition in use, and its place in the current flow. */
struct tried {
	struct tried *next;
	char *path;
	struct l7_pattern *pattern;
	unsigned long flow;	/* the flow that state and matched are about */
	unsigned int packets, stored;	/* of it */
	l7_state state;
	bool matched;
};

static void forget(struct tried *list)
{
	while (list) {
		struct tried *next = list->next;

		l7_pattern_free(list->pattern);
		free(list->path);
		free(list);
		list = next;
	}
}

/* Return: the definition at @path, loaded on its first use, or NULL after a message. */
static struct tried *find(struct tried **list, const char *path)
{
	struct pat_file pat;
	struct tried *t;

	for (t = *list; t; t = t->next)
		if (!strcmp(t->path, path))
			return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->path = strdup(path);
	t->pattern = t->path ? l7try_load(path, &pat) : NULL;
	if (!t->pattern) {
		forget(t);
		return NULL;
	}
	t->next = *list;
	*list = t;
	return t;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Return: bytes of payload decoded into @data, or -1 if @text is not hex or too much. */
static long decode(const char *text, u8 *data)
{
	size_t len = strlen(text);
	size_t i;

	if (len % 2 || len / 2 > PAYLOAD_MAX)
		return -1;
	for (i = 0; i < len / 2; i++) {
		int high = hex(text[2 * i]);
		int low = hex(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return -1;
		data[i] = high << 4 | low;
	}
	return len / 2;
}

/* One packet, without the newline. Return: NULL, or what is wrong; "" if that was said already. */
static const char *take(struct tried **list, char *line, unsigned long flow,
			const struct limits *limits)
{
	static u8 data[PAYLOAD_MAX];
	char *direction = strchr(line, '\t');
	char *payload = direction ? strchr(direction + 1, '\t') : NULL;
	struct tried *t;
	long len;

	if (!payload)
		return "wanted: pattern file, TAB, < or >, TAB, payload in hex";
	*direction++ = '\0';
	*payload++ = '\0';
	if (strcmp(direction, "<") && strcmp(direction, ">"))
		return "the direction is neither < nor >";
	len = decode(payload, data);
	if (len < 0)
		return "the payload is not hex, two digits a byte, 65536 bytes at most";
	t = find(list, line);
	if (!t)
		return "";
	if (t->flow != flow) {
		t->flow = flow;
		t->state = l7_pattern_start(t->pattern);
		t->matched = false;
		t->packets = 0;
		t->stored = 0;
	}
	t->packets++;
	if (len && (!limits->num_packets || t->packets <= limits->num_packets)) {
		size_t used = limit_data(limits, t->stored, len);

		t->stored += stored_data(data, used);
		t->state = l7_pattern_run(t->pattern, t->state, data, used);
		t->matched |= l7_pattern_accepts(t->pattern, t->state);
	}
	puts(t->matched ? "1" : "0");
	return NULL;
}

/* What was written goes out before more input is waited for: who asks line by line is answered. */
static ssize_t read_input(void *cookie, char *buffer, size_t size)
{
	(void)cookie;
	if (fflush(stdout))
		return -1;
	return read(STDIN_FILENO, buffer, size);
}

int l7try_lines(struct limits limits)
{
	FILE *input = fopencookie(NULL, "r", (cookie_io_functions_t){ .read = read_input });
	struct tried *list = NULL;
	unsigned long number = 0, flow = 1;
	const char *wrong = NULL;
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	if (!input)
		return 1;
	while (!wrong && (len = getline(&line, &room, input)) >= 0) {
		number++;
		if (len && line[len - 1] == '\n')
			line[--len] = '\0';
		if (len) {
			wrong = memchr(line, '\0', len) ? "a NUL byte" :
							  take(&list, line, flow, &limits);
			continue;
		}
		flow++;
	}
	if (wrong)
		fprintf(stderr, "stdin:%lu: %s\n", number, *wrong ? wrong : "cannot use this file");
	fclose(input);
	free(line);
	forget(list);
	return wrong || fflush(stdout) ? 1 : 0;
}
