// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import type { AptResolution, PinnedSource } from '../model/source.js';
import type { EntryFile } from '../model/store.js';
import { fingerprint, keyOf } from '../plan/fingerprint.js';
import { fetchTask } from '../plan/tasks.js';
import { pinnedFiles, resolvedLines } from '../sources/index.js';

const MOST_FILES = 2000;
const MOST_ENTRIES = 100;
const LONGEST = 1000;

const text = z.string().check(z.maxLength(LONGEST));
const digest = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const size = z.int().check(z.minimum(0));
/** A path below an entry: relative, plain, without `..`. */
const path = text.check(z.regex(/^(?!\/)(?!(?:.*\/)?\.{0,2}(?:\/|$))[^\\\p{Cc}]+$/u));
/** A name in a file name or an address: no separators, nothing that apt or a shell would read. */
const fileName = text.check(z.regex(/^[A-Za-z0-9][A-Za-z0-9.+~%:_-]*$/));
const address = text.check(z.regex(/^[a-z][a-z0-9+.-]*:[^\s'"]+$/));
const word = text.check(z.regex(/^[A-Za-z0-9][A-Za-z0-9.+~:_-]*$/));

const files = z
  .array(z.strictObject({ path, sha256: digest, size }))
  .check(z.maxLength(MOST_FILES));
const resolution = z.strictObject({
  version: word,
  files: z
    .array(z.strictObject({ name: fileName, sha256: digest, size, url: address }))
    .check(z.maxLength(MOST_FILES)),
});

const source = z.union([
  z.strictObject({
    kind: z.literal('apt'),
    suite: word,
    type: z.enum(['binary', 'source']),
    package: word,
    closure: z.exactOptional(z.array(text)),
    file: z.exactOptional(text),
  }),
  z.strictObject({
    kind: z.literal('http'),
    urls: z.array(address),
    sha256: digest,
    signature: z.exactOptional(
      z.strictObject({
        urls: z.array(address),
        of: z.enum(['file', 'tar']),
        keys: z.array(z.strictObject({ fingerprint: word, from: z.array(text) })),
      }),
    ),
  }),
  z.strictObject({
    kind: z.literal('http'),
    urls: z.array(address),
    members: z.record(path, digest),
    strip: z.exactOptional(size),
  }),
  z.strictObject({ kind: z.literal('git'), url: address, commit: word }),
  z.strictObject({
    kind: z.literal('debs'),
    snapshot: word,
    debs: z
      .array(
        z.strictObject({
          name: word,
          version: word,
          archive: z.enum(['main', 'security']),
          path,
          size,
          sha256: digest,
        }),
      )
      .check(z.maxLength(MOST_FILES)),
  }),
]);

/** A source that was fetched, with what it stood for and what came of it. */
export interface SourceEntry {
  /** The store's key of the fetch; follows from what else stands here. */
  readonly key: string;
  /** The source's name in the plan. */
  readonly name: string;
  readonly source: PinnedSource;
  /** What an apt source stood for then. */
  readonly resolution?: AptResolution;
  readonly files: readonly EntryFile[];
}

/** Entries as they stand in a file: each of one piece, none twice. */
export const sourceEntries = z
  .array(
    z.strictObject({
      key: digest,
      name: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,63}$/)),
      source,
      resolution: z.exactOptional(resolution),
      files,
    }),
  )
  .check(z.minLength(1), z.maxLength(MOST_ENTRIES));

/** What is wrong with data that came in a file, by the first thing that is. */
export function issueText({ issues: [issue] }: z.core.$ZodError): string {
  if (issue === undefined) return 'it is not laid out as it should be';
  const place = issue.path.map(String).join('.');
  const what =
    issue.code === 'unrecognized_keys' ? `unknown: ${issue.keys.join(', ')}` : issue.message;
  return place === '' ? what : `${place}: ${what}`;
}

/** The key that the entry's source has in the store. */
export function trueKey({ name, source, resolution }: Omit<SourceEntry, 'key' | 'files'>): string {
  const lines = resolution === undefined ? [] : resolvedLines(resolution);
  return keyOf(fingerprint(fetchTask(name, name, source), {}, lines));
}

/** What is wrong with entries that came in a file: keys are those of their sources, and files those that these pin. */
export function faultIn(entries: readonly SourceEntry[]): string | undefined {
  const keys = new Set(entries.map(({ key }) => key));
  if (keys.size < entries.length) return 'a key stands twice';
  for (const each of entries) {
    const fault = faultOf(each);
    if (fault !== undefined) return `the source ${each.name}: ${fault}`;
  }
  return undefined;
}

function faultOf(entry: SourceEntry): string | undefined {
  const { key, name, source, resolution, files } = entry;
  if ((source.kind === 'apt') !== (resolution !== undefined))
    return 'what it stood for is not told';
  if (key !== trueKey(entry)) return 'its key is not the one of what it says it is';
  const wanted = pinnedFiles(name, source, resolution);
  const listed = files.map(({ path }) => path);
  if (
    listed.toSorted().join('\n') !==
    wanted
      .map((file) => file.name)
      .sort()
      .join('\n')
  ) {
    return 'its files are not those that it says it has';
  }
  const wrong = wanted.find(
    (pin) =>
      pin.sha256 !== undefined &&
      files.some((file) => file.path === pin.name && file.sha256 !== pin.sha256),
  );
  return wrong === undefined ? undefined : `${wrong.name} has another digest than is pinned`;
}
