// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layer7 match: tells a connection's protocol by its first data.
 *
 * A kernel that answers for revision 1 is handed the pattern before the rule, in the legacy tables
 * and in nf_tables alike. Revision 0, with the pattern inside the rule, is for kernels with
 * l7-filter's own patch.
 */
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <xtables.h>
#include <linux/netfilter/xt_layer7.h>

#include "layer7_definition.c"
#include "layer7_netlink.c"

enum {
	O_L7DIR = 1,
	O_L7PROTO,
	F_L7DIR = 1 << O_L7DIR,
	F_L7PROTO = 1 << O_L7PROTO,
};

static const struct option layer7_opts[] = {
	{.name = "l7dir", .has_arg = true, .val = O_L7DIR},
	{.name = "l7proto", .has_arg = true, .val = O_L7PROTO},
	{},
};

static void layer7_help(void)
{
	printf(
"layer7 match options:\n"
"    --l7dir directory       where the definition files are, instead of\n"
"                            " L7_DEFAULT_DIR "; comes before --l7proto\n"
"[!] --l7proto name          the protocol that name.pat defines; or unset (not\n"
"                            yet decided) or unknown (given up)\n");
}

static void l7_copy(const char *option, char *to, size_t size, const char *from)
{
	if (!*from || strlen(from) >= size)
		xtables_error(PARAMETER_PROBLEM, "layer7: %s needs 1 to %zu bytes", option, size - 1);
	strcpy(to, from);
}

static void l7_copy_name(char *to, size_t size, const char *from)
{
	const char *c;

	l7_copy("--l7proto", to, size, from);
	for (c = from; *c; c++) {
		if ((unsigned char)*c <= ' ' || *c == '/' || *c == 0x7f)
			xtables_error(PARAMETER_PROBLEM, "layer7: \"%s\" is not a protocol name", from);
	}
}

static bool l7_needs_pattern(const char *name)
{
	return strcmp(name, "unset") && strcmp(name, "unknown");
}

/*
 * Reads one option into the room for @dir and @name. Returns true if it is the protocol, with
 * @invert set if an exclamation mark stood before its name, where old scripts have it.
 */
static bool l7_parse(int c, char **argv, int *invert, unsigned int *flags, char *dir,
		     char *name, size_t name_size)
{
	const char *value = optarg;

	if (*flags & 1U << c)
		xtables_error(PARAMETER_PROBLEM, "layer7: an option is given twice");
	*flags |= 1U << c;
	if (c == O_L7DIR) {
		if (*invert)
			xtables_error(PARAMETER_PROBLEM, "layer7: --l7dir cannot be inverted");
		if (*flags & F_L7PROTO)
			xtables_error(PARAMETER_PROBLEM, "layer7: --l7dir must come before --l7proto");
		l7_copy("--l7dir", dir, XT_LAYER7_DIR_SIZE, value);
		/* The default, spelled out, makes the same rule as the default. */
		if (!strcmp(dir, L7_DEFAULT_DIR))
			dir[0] = '\0';
		return false;
	}
	if (!strcmp(value, "!")) {
		value = argv[optind];
		if (*invert || !value)
			xtables_error(PARAMETER_PROBLEM, "layer7: --l7proto ! needs a protocol");
		*invert = 1;
		optind++;
	}
	l7_copy_name(name, name_size, value);
	return true;
}

static void l7_require_proto(unsigned int flags)
{
	if (!(flags & F_L7PROTO))
		xtables_error(PARAMETER_PROBLEM, "layer7: --l7proto must be given");
}

static void l7_print(const char *dir, const char *name, bool invert)
{
	printf(" LAYER7 l7proto %s%s", invert ? "!" : "", name);
	if (*dir)
		printf(" l7dir %s", dir);
}

static void l7_save(const char *dir, const char *name, bool invert)
{
	if (*dir) {
		printf(" --l7dir");
		xtables_save_string(dir);
	}
	printf("%s --l7proto", invert ? " !" : "");
	xtables_save_string(name);
}

/*
 * Revision 0 has no field for the directory. It stands behind the pattern's NUL, where no kernel
 * looks, and comes back with the rule.
 */
static char *l7_dir_v0(struct xt_layer7_info *info)
{
	size_t len = strnlen(info->pattern, sizeof(info->pattern));
	char *dir = info->pattern + len + 1;

	if (len + 1 + XT_LAYER7_DIR_SIZE > sizeof(info->pattern))
		return NULL;
	return memchr(dir, 0, XT_LAYER7_DIR_SIZE) ? dir : NULL;
}

static const char *l7_saved_dir_v0(const struct xt_entry_match *match)
{
	const char *dir = l7_dir_v0((struct xt_layer7_info *)match->data);

	return dir ? dir : "";
}

static int layer7_parse_v0(int c, char **argv, int invert, unsigned int *flags,
			   const void *entry, struct xt_entry_match **match)
{
	struct xt_layer7_info *info = (void *)(*match)->data;

	if (l7_parse(c, argv, &invert, flags, l7_dir_v0(info), info->protocol,
		     sizeof(info->protocol)))
		info->invert = invert;
	return true;
}

static void layer7_check_v0(struct xt_fcheck_call *cb)
{
	static struct l7_definition def;
	struct xt_layer7_info *info = cb->data;
	char dir[XT_LAYER7_DIR_SIZE];
	char *room;

	l7_require_proto(cb->xflags);
	if (!l7_needs_pattern(info->protocol))
		return;
	strcpy(dir, l7_dir_v0(info));
	l7_find_definition(dir, info->protocol, &def);
	memset(info->pattern, 0, sizeof(info->pattern));
	strcpy(info->pattern, def.text);
	room = l7_dir_v0(info);
	if (room)
		strcpy(room, dir);
	else if (*dir)
		xtables_error(PARAMETER_PROBLEM, "layer7: %s:%u: no room for --l7dir beside this pattern",
			      def.file, def.line);
}

static void layer7_print_v0(const void *ip, const struct xt_entry_match *match, int numeric)
{
	const struct xt_layer7_info *info = (const void *)match->data;

	l7_print(l7_saved_dir_v0(match), info->protocol, info->invert);
}

static void layer7_save_v0(const void *ip, const struct xt_entry_match *match)
{
	const struct xt_layer7_info *info = (const void *)match->data;

	l7_save(l7_saved_dir_v0(match), info->protocol, info->invert);
}

static int layer7_parse_v1(int c, char **argv, int invert, unsigned int *flags,
			   const void *entry, struct xt_entry_match **match)
{
	struct xt_layer7_info_v1 *info = (void *)(*match)->data;

	if (l7_parse(c, argv, &invert, flags, info->dir, info->protocol,
		     sizeof(info->protocol)) && invert)
		info->flags |= XT_LAYER7_INVERT;
	return true;
}

/* Says what the kernel thinks of a pattern; does not return if that is an error. */
static void l7_report(const struct l7_definition *def, int err, const struct l7_answer *answer)
{
	const char *words = answer->message[0] ? answer->message : strerror(-err);

	if (err == -ENOENT && !answer->family)
		xtables_error(OTHER_PROBLEM, "layer7: the kernel does not take patterns; is xt_layer7 loaded?");
	if (err == -EPERM)
		xtables_error(OTHER_PROBLEM, "layer7: handing over the pattern needs CAP_NET_ADMIN (be root)");
	if (err == -EINVAL || err == -E2BIG)
		xtables_error(PARAMETER_PROBLEM, "layer7: %s:%u:%u: pattern refused: %s",
			      def->file, def->line, answer->offset + 1, words);
	if (err)
		xtables_error(OTHER_PROBLEM, "layer7: %s: handing over the pattern failed: %s",
			      def->file, words);
	if (answer->message[0])
		fprintf(stderr, "Warning: layer7: %s:%u:%u: %s\n", def->file, def->line,
			answer->offset + 1, answer->message);
}

static void layer7_check_v1(struct xt_fcheck_call *cb)
{
	static struct l7_definition def;
	struct xt_layer7_info_v1 *info = cb->data;
	struct l7_answer answer;
	int err;

	l7_require_proto(cb->xflags);
	if (!l7_needs_pattern(info->protocol))
		return;
	l7_find_definition(info->dir, info->protocol, &def);
	err = l7_hand_over(info->protocol, def.text, &answer);
	l7_report(&def, err, &answer);
	memcpy(info->digest, answer.digest, sizeof(info->digest));
}

static void layer7_print_v1(const void *ip, const struct xt_entry_match *match, int numeric)
{
	const struct xt_layer7_info_v1 *info = (const void *)match->data;

	l7_print(info->dir, info->protocol, info->flags & XT_LAYER7_INVERT);
}

static void layer7_save_v1(const void *ip, const struct xt_entry_match *match)
{
	const struct xt_layer7_info_v1 *info = (const void *)match->data;

	l7_save(info->dir, info->protocol, info->flags & XT_LAYER7_INVERT);
}

static struct xtables_match layer7_matches[] = {
	{
		.name		= "layer7",
		.revision	= 0,
		.family		= NFPROTO_UNSPEC,
		.version	= XTABLES_VERSION,
		.size		= XT_ALIGN(sizeof(struct xt_layer7_info)),
		.userspacesize	= sizeof(struct xt_layer7_info),
		.help		= layer7_help,
		.parse		= layer7_parse_v0,
		.x6_fcheck	= layer7_check_v0,
		.print		= layer7_print_v0,
		.save		= layer7_save_v0,
		.extra_opts	= layer7_opts,
	},
	{
		.name		= "layer7",
		.revision	= 1,
		.family		= NFPROTO_UNSPEC,
		.version	= XTABLES_VERSION,
		.size		= XT_ALIGN(sizeof(struct xt_layer7_info_v1)),
		.userspacesize	= offsetof(struct xt_layer7_info_v1, entry),
		.help		= layer7_help,
		.parse		= layer7_parse_v1,
		.x6_fcheck	= layer7_check_v1,
		.print		= layer7_print_v1,
		.save		= layer7_save_v1,
		.extra_opts	= layer7_opts,
	},
};

void _init(void)
{
	xtables_register_matches(layer7_matches, ARRAY_SIZE(layer7_matches));
}
