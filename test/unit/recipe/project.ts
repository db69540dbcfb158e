// SPDX-License-Identifier: GPL-2.0-only
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Diagnostic } from '../../../src/model/diagnostic.js';
import { Failed, type Failure } from '../../../src/model/failure.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/recipes/project', import.meta.url));
export const LINUX = 'recipes/linux/6.1.yaml';
export const BUSYBOX = 'recipes/busybox/1.35.0.yaml';
export const IPTABLES = 'recipes/iptables/1.8.9.yaml';

/** A copy of the fixture project in a folder of its own, removed when the test ends. */
export async function project(
  files: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'l7build-recipe-'));
  onTestFinished(() => rm(root, { recursive: true }));
  await cp(FIXTURE, root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return root;
}

/** A fixture file with some of its text replaced; the text to be replaced must be there. */
export async function edited(
  path: string,
  ...edits: readonly [from: string, to: string][]
): Promise<string> {
  let text = await readFile(join(FIXTURE, path), 'utf8');
  for (const [from, to] of edits) {
    if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
    text = text.replace(from, () => to);
  }
  return text;
}

/** Text whose marks `▸` say where complaints belong: the text without them and `line:column` of each. */
export function marked(text: string): { readonly text: string; readonly places: string[] } {
  const places: string[] = [];
  const lines = text.split('\n').map((line, index) => {
    const parts = line.split('▸');
    let column = 1;
    for (const part of parts.slice(0, -1)) {
      column += part.length;
      places.push(`${String(index + 1)}:${String(column)}`);
    }
    return parts.join('');
  });
  return { text: lines.join('\n'), places };
}

export const place = ({ line, column }: Diagnostic): string => `${String(line)}:${String(column)}`;

/** The failure that an action ends in. */
export async function failureOf(act: Promise<unknown>): Promise<Failure> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  }
  throw new Error('did not fail');
}
