// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { VERSION } from '../version.js';

/** Characters of a text in a recipe. */
const LONGEST = 300;
/** Entries of a list in a recipe. */
const MOST = 200;

/**
 * Text that follows a pattern.
 *
 * @param rule completes "has to be …" in a complaint
 */
export function word(pattern: RegExp, rule: string, description: string): z.ZodMiniString {
  return z
    .string()
    .check(
      z.regex(pattern, `has to be ${rule}`),
      z.maxLength(LONGEST, `has more than ${String(LONGEST)} characters`),
      z.describe(description),
    );
}

/** A list with at least one entry. */
export function listOf<T extends z.core.SomeType>(entry: T, description: string): z.ZodMiniArray<T> {
  return z
    .array(entry)
    .check(
      z.minLength(1, 'has to have at least one entry'),
      z.maxLength(MOST, `has more than ${String(MOST)} entries`),
      z.describe(description),
    );
}

export const version = (description: string): z.ZodMiniString =>
  word(VERSION, 'a version: a digit, then digits, letters and . + ~ _ -', description);

/** A lower-case name, such as that of a series, a set or a scenario. */
export const name = (description: string): z.ZodMiniString =>
  word(/^[a-z0-9][a-z0-9_-]*$/, 'a name of small letters, digits, - and _', description);

/** A name with a version in it, such as `2.6` or `l7-filter-2.23`: the name of its file. */
export const versionedName = (description: string): z.ZodMiniString =>
  word(/^[a-z0-9][a-z0-9.-]*$/, 'a name of small letters, digits, - and .', description);

/** A toolchain's name, such as `bookworm-gcc-12`: the name of its folder. */
export const toolchainName = (description: string): z.ZodMiniString =>
  word(/^[a-z][a-z0-9.-]*$/, 'a name of small letters, digits, - and .', description);

/** Debian Policy 5.6.1: names of packages. */
export const packageName = (description: string): z.ZodMiniString =>
  word(/^[a-z0-9][a-z0-9.+-]+$/, 'the name of a Debian package', description);

export const suite = word(
  /^[a-z][a-z0-9-]*$/,
  "a suite's codename",
  'Debian suite, such as bookworm.',
);

/** One line for people. */
export const summary = word(
  /^\S.*\S$/,
  'one line of text',
  'What this is, in one line; `l7build list` shows it.',
);

/** Of a recipe that only its parts speak for. */
export const unverified = z.exactOptional(
  word(/^\S.*\S$/, 'one line of text', 'Why nobody has seen it match in a guest yet.'),
);

/** Path in the project or in a tree: relative, plain, without `..`, and no option for a program. */
const RELATIVE = /^(?![-/])(?!.*\/(?:\/|$))(?!(?:.*\/)?\.\.(?:\/|$))[^\\\p{Cc}]+$/u;

export const path = (description: string): z.ZodMiniString =>
  word(RELATIVE, 'a relative path without "..", "//" and "\\"', description);
