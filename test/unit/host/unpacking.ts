// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Unpack } from '../../../src/model/source.js';
import type { StepContext, StepResult } from '../../../src/model/step.js';
import type { Facts } from '../../../src/model/store.js';
import { unpack } from '../../../src/steps/unpack.js';
import { fetchContext, temporaryDirectory, type Fixture } from '../sources/fixture.js';

/** Unpacks files as if they had been fetched. */
export function unpacking(
  files: readonly string[],
  how: Unpack,
  ctx: Fixture = fetchContext(),
  facts: Facts = { version: '1.2' },
): Promise<StepResult> {
  const dir = temporaryDirectory();
  for (const file of files) cpSync(file, join(dir, basename(file)));
  const listed = files.map((file) => ({ path: basename(file), sha256: '', size: 0 }));
  const manifest = { files: listed, facts };
  const needs = { fetch: { dir, manifest } };
  return unpack({ name: 'demo', unpack: how }, { ...ctx, needs } as unknown as StepContext);
}

/** A file of a test's own. @returns its path */
export function archive(name: string, bytes: Buffer): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, bytes);
  return path;
}
