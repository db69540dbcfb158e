/* SPDX-License-Identifier: GPL-2.0-only */
/* Protocol definition files, read by the rules that iptables' layer7 extension follows. */
#ifndef PAT_FILE_H
#define PAT_FILE_H

#include <stddef.h>

#define PAT_NAME_MAX	255	/* bytes */
#define PAT_TEXT_MAX	8191	/* bytes */

struct pat_file {
	char name[PAT_NAME_MAX + 1];
	char text[PAT_TEXT_MAX + 1];
	size_t text_len;
	unsigned int text_line;	/* of the pattern in the file, from 1 */
};

/*
 * Reads the definition at @path, which must be a regular file named after its protocol.
 * Return: 0, or -1 after a message on stderr that begins with @path.
 */
int pat_file_read(const char *path, struct pat_file *pat);

#endif /* PAT_FILE_H */
