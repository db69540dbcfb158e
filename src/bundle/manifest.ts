// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import type { Plan } from '../model/task.js';
import { faultIn, issueText, sourceEntries, type SourceEntry } from './entry.js';

/** Raised when a bundle is laid out in another way; what has another number is refused. */
export const BUNDLE_FORMAT = 1;
/** Name of the manifest in a bundle; sorts before `entries/`. */
export const MANIFEST = 'bundle.json';

export interface BundleManifest {
  readonly format: typeof BUNDLE_FORMAT;
  readonly kernel: string;
  readonly mode: Plan['mode'];
  readonly entries: readonly SourceEntry[];
}

const manifest = z.strictObject({
  format: z.literal(BUNDLE_FORMAT),
  kernel: z.string().check(z.regex(/^[0-9][0-9A-Za-z.+~_-]{0,63}$/)),
  mode: z.enum(['full', 'module']),
  entries: sourceEntries,
});

/** Where an entry's files lie in the bundle. */
export function folderOf({ key }: Pick<SourceEntry, 'key'>): string {
  return `entries/${key}`;
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
  if (!checked.success) return { why: issueText(checked.error) };
  const why = faultIn(checked.data.entries);
  return why === undefined ? checked.data : { why };
}
