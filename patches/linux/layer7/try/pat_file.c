// SPDX-License-Identifier: GPL-2.0-only
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "pat_file.h"

/* A line, its newline left out. Of a longer one than any that counts, the beginning. */
struct line {
	char text[PAT_TEXT_MAX + 2];
	size_t len;	/* of the whole line */
	unsigned int number;
	bool ended;	/* by a newline */
};

static bool read_line(FILE *file, struct line *line)
{
	int c;

	line->len = 0;
	line->ended = false;
	line->number++;
	while ((c = fgetc(file)) != EOF && c != '\n') {
		if (line->len < sizeof(line->text))
			line->text[line->len] = c;
		line->len++;
	}
	line->ended = c == '\n';
	return line->ended || line->len;
}

/* Goes on to the next line that counts: no comment, and two bytes at least with its newline. */
static bool next_line(FILE *file, struct line *line)
{
	while (read_line(file, line))
		if (line->len + line->ended >= 2 && line->text[0] != '#')
			return true;
	return false;
}

static int complain(const char *path, unsigned int line, const char *why)
{
	fprintf(stderr, "%s:%u: %s\n", path, line, why);
	return -1;
}

static int read_name(const char *path, const struct line *line, char *name)
{
	const char *base = strrchr(path, '/');
	size_t len = 0, base_len;

	while (len < line->len && len <= PAT_NAME_MAX && !isspace((unsigned char)line->text[len]))
		len++;
	if (len > PAT_NAME_MAX)
		return complain(path, line->number, "the name is longer than 255 bytes");
	memcpy(name, line->text, len);
	name[len] = '\0';
	base = base ? base + 1 : path;
	base_len = strlen(base);
	if (base_len != len + 4 || memcmp(base, name, len) || strcmp(base + len, ".pat"))
		return complain(path, line->number, "the name here is not the file's without .pat");
	return 0;
}

static int read_definition(FILE *file, const char *path, struct pat_file *pat)
{
	struct line line = { .number = 0 };

	if (!next_line(file, &line))
		return complain(path, line.number, "the file ends before a protocol's name");
	if (read_name(path, &line, pat->name))
		return -1;
	if (!next_line(file, &line))
		return complain(path, line.number, "the file ends before a pattern");
	if (line.len > PAT_TEXT_MAX)
		return complain(path, line.number, "the pattern is longer than 8191 bytes");
	memcpy(pat->text, line.text, line.len);
	pat->text[line.len] = '\0';
	pat->text_len = line.len;
	pat->text_line = line.number;
	return 0;
}

int pat_file_read(const char *path, struct pat_file *pat)
{
	struct stat stat;
	FILE *file = fopen(path, "re");
	int result = -1;

	if (!file || fstat(fileno(file), &stat)) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	} else if (!S_ISREG(stat.st_mode)) {
		fprintf(stderr, "%s: not a regular file\n", path);
	} else {
		result = read_definition(file, path, pat);
		if (ferror(file)) {
			fprintf(stderr, "%s: %s\n", path, strerror(EIO));
			result = -1;
		}
	}
	if (file)
		fclose(file);
	return result;
}
