// SPDX-License-Identifier: GPL-2.0-only
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { inventory } from '../../../src/engine/inventory.js';
import { digestOf, Store } from '../../../src/engine/store.js';
import type { Entry } from '../../../src/model/store.js';

let root: string;
let store: Store;
const KEY = 'ab'.repeat(32);

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-store-'));
  store = new Store(root);
});

afterEach(async () => {
  await rm(root, { recursive: true });
});

async function fill(key: string, derived = false): Promise<Entry> {
  const { out } = await store.stage(key);
  await mkdir(join(out, 'lib'));
  await writeFile(join(out, 'lib/x.ko'), 'module');
  await symlink('lib/x.ko', join(out, 'link'));
  const files = derived ? [] : await inventory(out);
  return store.publish({
    key,
    task: 'compile:linux',
    digest: derived ? key : digestOf(files),
    files,
    derived,
    facts: { release: '6.1' },
    created: '2026-01-01T00:00:00Z',
    ms: 7,
  });
}

test('what was published is found again, as it was', async () => {
  const made = await fill(KEY);
  expect(await store.lookup(KEY)).toEqual(made);
  expect(made.manifest.files.map((file) => file.path)).toEqual(['lib/x.ko', 'link']);
});

test('an unknown key is a miss', async () => {
  expect(await store.lookup(KEY)).toBeUndefined();
});

test('the digest tells contents, names and link targets apart', async () => {
  const first = await fill(KEY);
  const { out } = await store.stage('cd'.repeat(32));
  await mkdir(join(out, 'lib'));
  await writeFile(join(out, 'lib/x.ko'), 'module');
  await symlink('lib/y.ko', join(out, 'link'));
  expect(digestOf(await inventory(out))).not.toBe(first.manifest.digest);
});

test.each<[string, (entry: Entry) => Promise<void>]>([
  ['a file is gone', (entry) => rm(join(entry.dir, 'lib/x.ko'))],
  ['a file is shorter', (entry) => truncate(join(entry.dir, 'lib/x.ko'), 2)],
  ['the manifest is torn', (entry) => truncate(join(entry.dir, '../manifest.json'), 20)],
  ['the files are gone', (entry) => rm(entry.dir, { recursive: true })],
])('an entry is a miss when %s', async (_, damage) => {
  await damage(await fill(KEY));
  expect(await store.lookup(KEY)).toBeUndefined();
});

test.each([
  ['null'],
  ['[]'],
  ['{}'],
  ['7'],
  ['"text"'],
  [`{"key":"${KEY}"}`],
  [`{"key":"${KEY}","task":"t","digest":"d","facts":{},"files":[null]}`],
  [`{"key":"${KEY}","task":"t","digest":"d","facts":null,"files":[]}`],
])('an entry is a miss when its manifest is %s', async (json) => {
  const { dir } = await fill(KEY);
  await writeFile(join(dir, '../manifest.json'), json);
  expect(await store.lookup(KEY)).toBeUndefined();
  expect(await store.entries()).toEqual([]);
});

test('an entry is a miss when any byte of its manifest that says something is another', async () => {
  const { dir } = await fill(KEY);
  const file = join(dir, '../manifest.json');
  const whole = await readFile(file, 'utf8');
  for (const [from, to] of [
    ['6.1', '6.7'],
    ['compile:linux', 'compile:linuy'],
    ['"ms": 7', '"ms": 8'],
    ['lib/x.ko', 'lib/y.ko'],
  ] as const) {
    await writeFile(file, whole.replace(from, to));
    expect(await store.lookup(KEY)).toBeUndefined();
  }
  await writeFile(file, whole);
  expect(await store.lookup(KEY)).toBeDefined();
});

test('what an earlier version made, whose manifests had no seal, is found', async () => {
  const made = await fill(KEY);
  await writeFile(join(made.dir, '../manifest.json'), JSON.stringify(made.manifest));
  expect(await store.lookup(KEY)).toEqual(made);
});

test('an entry under the key of another is a miss', async () => {
  await fill(KEY);
  const other = 'cd'.repeat(32);
  await rename(join(root, 'entries', KEY), join(root, 'entries', other));
  expect(await store.lookup(other)).toBeUndefined();
});

test('a derived tree needs only to be there', async () => {
  const entry = await fill(KEY, true);
  expect((await store.lookup(KEY))?.manifest.digest).toBe(KEY);
  await rm(entry.dir, { recursive: true });
  expect(await store.lookup(KEY)).toBeUndefined();
});

test('staging starts empty, whatever a killed run left', async () => {
  const { out } = await store.stage(KEY);
  await writeFile(join(out, 'half'), 'x');
  expect(await readdir((await store.stage(KEY)).out)).toEqual([]);
  await store.discard(KEY);
  expect(await readdir(join(root, 'staging'))).toEqual([]);
});

test('an entry that turned out damaged is replaced', async () => {
  const entry = await fill(KEY);
  await truncate(join(entry.dir, 'lib/x.ko'), 0);
  await fill(KEY);
  expect(await store.lookup(KEY)).toBeDefined();
});
