// SPDX-License-Identifier: GPL-2.0-only

/** A file name in a `---` or `+++` line. */
export interface HeaderName {
  /** Path in the tree (one leading component dropped, as `patch -p1` does); undefined: no such file. */
  readonly path?: string;
  /** The name as written. */
  readonly raw: string;
  /** 1-based column where the name starts. */
  readonly column: number;
}

/** `diff -N` dates a missing file with the epoch, in the local time zone of whoever made the patch. */
const EPOCH = /^(?:1970-01-01|1969-12-31|(?:Thu Jan +1|Wed Dec +31) .* (?:1970|1969))/;

/**
 * Reads what follows `--- ` or `+++ `: a name and, after a tab, a date.
 *
 * @param line the whole header line
 */
export function headerName(line: string): HeaderName {
  const [raw = '', date = ''] = line.slice(4).trimEnd().split('\t');
  const column = 5;
  if (raw === '/dev/null' || EPOCH.test(date)) return { raw, column };
  return { raw, column, path: stripped(raw) };
}

/** Drops the first component of a name (`a/net/x.c` -> `net/x.c`), as `patch -p1` does. An absolute name stays. */
export function stripped(name: string): string {
  return name.startsWith('/') ? name : name.split('/').slice(1).join('/');
}
