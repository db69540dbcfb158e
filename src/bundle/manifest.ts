// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import type { PinnedSource } from '../model/source.js';
import type { EntryFile } from '../model/store.js';
import type { Plan } from '../model/task.js';
import { fingerprint, keyOf } from '../plan/fingerprint.js';
import { fetchTask } from '../plan/tasks.js';
import { pinnedFiles, resolvedLines, type AptResolution } from '../sources/index.js';

/** Raised when a bundle is laid out in another way; what has another number is refused. */
export const BUNDLE_FORMAT = 1;
/** Name of the manifest in a bundle; sorts before `entries/`. */
export const MANIFEST = 'bundle.json';

const MOST_ENTRIES = 100;
const MOST_FILES = 2000;
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
  z.strictObject({ kind: z.literal('http'), urls: z.array(address), sha256: digest }),
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

/** What a bundle has of one fetch. */
export interface BundleEntry {
  /** The store's key of the fetch; follows from what else stands here. */
  readonly key: string;
  /** The source's name in the plan. */
  readonly name: string;
  readonly source: PinnedSource;
  /** What an apt source stood for when the bundle was made. */
  readonly resolution?: AptResolution;
  readonly files: readonly EntryFile[];
}

export interface BundleManifest {
  readonly format: typeof BUNDLE_FORMAT;
  readonly kernel: string;
  readonly mode: Plan['mode'];
  readonly entries: readonly BundleEntry[];
}

const entry = z.strictObject({
  key: digest,
  name: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,63}$/)),
  source,
  resolution: z.exactOptional(resolution),
  files,
});

const manifest = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  kernel: z.string().check(z.regex(/^[0-9][0-9A-Za-z.+~_-]{0,63}$/)),
  mode: z.enum(['full', 'module']),
  entries: z.array(entry).check(z.minLength(1), z.maxLength(MOST_ENTRIES)),
});

/** Where an entry's files lie in the bundle. */
export function folderOf({ key }: Pick<BundleEntry, 'key'>): string {
  return `entries/${key}`;
}

/** The key that the entry's source has in the store. */
export function trueKey({ name, source, resolution }: Omit<BundleEntry, 'key' | 'files'>): string {
  const lines = resolution === undefined ? [] : resolvedLines(resolution);
  return keyOf(fingerprint(fetchTask(name, name, source), {}, lines));
}

/**
 * Reads a manifest and checks that it is of one piece: keys are those of their sources, and files those that
 * their sources pin.
 *
 * @param json its text
 * @returns the manifest, or why it is refused
 */
export function readManifest(json: string): BundleManifest | { readonly why: string } {
  let data: unknown;
  try {
    data = JSON.parse(json);
  } catch {
    return { why: 'it is no JSON' };
  }
  const format = (data as { readonly format?: unknown } | null)?.format;
  if (format !== BUNDLE_FORMAT) {
    return {
      why: `its format is ${typeof format === 'number' ? String(format) : 'no number'}, and this l7build reads ${String(BUNDLE_FORMAT)}: use the l7build that made it`,
    };
  }
  const checked = manifest.safeParse(data, { jitless: true });
  if (!checked.success) {
    const [issue] = checked.error.issues;
    return { why: `${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}` };
  }
  const keys = new Set(checked.data.entries.map(({ key }) => key));
  if (keys.size < checked.data.entries.length) return { why: 'a key stands twice' };
  for (const each of checked.data.entries) {
    const fault = faultOf(each);
    if (fault !== undefined) return { why: `the source ${each.name}: ${fault}` };
  }
  return checked.data;
}

function faultOf(entry: BundleEntry): string | undefined {
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
