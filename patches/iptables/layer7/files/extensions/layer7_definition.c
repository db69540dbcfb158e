// SPDX-License-Identifier: GPL-2.0-only
/*
 * Definition files (.pat), as l7-filter has them: the first line that counts is the protocol's
 * name, the second its pattern. Included by libxt_layer7.c.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xtables.h>
#include <linux/netfilter/xt_layer7.h>

#define L7_DEFAULT_DIR "/etc/l7-protocols"

/* What a definition file says, and where it says it. */
struct l7_definition {
	char file[PATH_MAX];
	unsigned int line;
	char text[XT_LAYER7_TEXT_SIZE];
};

/*
 * Reads one line, without its newline, into def->text; of a comment only the '#'. Returns false at
 * the end of the file.
 */
static bool l7_read_line(FILE *fp, struct l7_definition *def)
{
	size_t len = 0;
	int c = getc(fp);

	if (c == EOF)
		return false;
	def->line++;
	for (; c != EOF && c != '\n'; c = getc(fp)) {
		if (len && def->text[0] == '#')
			continue;
		if (!c)
			xtables_error(PARAMETER_PROBLEM,
				      "layer7: %s:%u: a NUL byte; is this a definition file?",
				      def->file, def->line);
		if (len == sizeof(def->text) - 1)
			xtables_error(PARAMETER_PROBLEM, "layer7: %s:%u: longer than %zu bytes",
				      def->file, def->line, sizeof(def->text) - 1);
		def->text[len++] = c;
	}
	def->text[len] = '\0';
	return true;
}

/* Reads up to the next line that counts: in l7-filter a line of blanks does, an empty one not. */
static bool l7_read_content(FILE *fp, struct l7_definition *def)
{
	while (l7_read_line(fp, def)) {
		if (def->text[0] && def->text[0] != '#')
			return true;
	}
	if (ferror(fp))
		xtables_error(PARAMETER_PROBLEM, "layer7: %s: %s", def->file, strerror(errno));
	return false;
}

static void l7_read_definition(FILE *fp, const char *name, struct l7_definition *def)
{
	char *end = def->text;

	def->line = 0;
	if (!l7_read_content(fp, def))
		xtables_error(PARAMETER_PROBLEM, "layer7: %s: no protocol name in it", def->file);
	while (*end && !isspace((unsigned char)*end))
		end++;
	*end = '\0';
	if (strcmp(def->text, name))
		xtables_error(PARAMETER_PROBLEM,
			      "layer7: %s:%u: defines \"%s\", but the rule names \"%s\"",
			      def->file, def->line, def->text, name);
	if (!l7_read_content(fp, def))
		xtables_error(PARAMETER_PROBLEM, "layer7: %s:%u: no pattern after the name",
			      def->file, def->line);
}

/* Reads DIR/SUB/NAME.pat, or DIR/NAME.pat without SUB. Returns false if there is no such file. */
static bool l7_try(const char *dir, const char *sub, const char *name, struct l7_definition *def)
{
	int len = snprintf(def->file, sizeof(def->file), "%s/%s%s%s.pat", dir, sub ? sub : "",
			   sub ? "/" : "", name);
	FILE *fp;

	if (len < 0 || (size_t)len >= sizeof(def->file))
		xtables_error(PARAMETER_PROBLEM, "layer7: the path of %s.pat below %s is too long",
			      name, dir);
	fp = fopen(def->file, "re");
	if (!fp) {
		if (errno == ENOENT || errno == ENOTDIR)
			return false;
		xtables_error(PARAMETER_PROBLEM, "layer7: %s: %s", def->file, strerror(errno));
	}
	l7_read_definition(fp, name, def);
	fclose(fp);
	return true;
}

static int l7_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/*
 * Finds and reads a protocol's definition: in @dir (the default if that is empty), then one level
 * below it in reverse alphabetical order, as l7-filter looks. Does not return if there is none.
 */
static void l7_find_definition(const char *dir, const char *name, struct l7_definition *def)
{
	struct dirent **subs;
	bool found;
	int n;

	if (!*dir)
		dir = L7_DEFAULT_DIR;
	if (l7_try(dir, NULL, name, def))
		return;
	n = scandir(dir, &subs, l7_visible, alphasort);
	if (n < 0)
		xtables_error(PARAMETER_PROBLEM,
			      "layer7: %s: %s; are the protocol definitions installed there?",
			      dir, strerror(errno));
	for (found = false; n-- > 0; free(subs[n]))
		found = found || l7_try(dir, subs[n]->d_name, name, def);
	free(subs);
	if (!found)
		xtables_error(PARAMETER_PROBLEM,
			      "layer7: no %s.pat in %s or one level below it; is that protocol's definition installed?",
			      name, dir);
}
