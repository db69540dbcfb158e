/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef L7TRY_H
#define L7TRY_H

#include "flows.h"
#include "l7_engine.h"
#include "pat_file.h"

/*
 * Reads and compiles the definition at @path; @pat is filled with what the file says. A warning
 * or the reason goes to stderr as FILE:LINE:COLUMN. Return: the pattern, or NULL.
 */
struct l7_pattern *l7try_load(const char *path, struct pat_file *pat);

/* Line mode, stdin to stdout; l7try.c's usage text describes it. Return: the exit code. */
int l7try_lines(struct limits limits);

/*
 * Prints what a rule for each of the @rules @definitions, in their order, would make of the flows in
 * captures, or of one flow whose packets' payloads are the files (@raw). Return: the exit code.
 */
int l7try_flows(bool raw, struct limits limits, char **paths, unsigned int count,
		char **definitions, unsigned int rules);

#endif /* L7TRY_H */
