// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Store } from '../../../src/engine/store.js';
import { why, type Why } from '../../../src/engine/why.js';
import type { Plan, Task } from '../../../src/model/task.js';
import { fingerprint, keyOf } from '../../../src/plan/fingerprint.js';

let root: string;
let store: Store;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-why-'));
  store = new Store(root);
});

afterEach(() => rm(root, { recursive: true }));

function packed(sha256: string, tar = '1.34'): Task {
  return {
    id: 'package:definitions',
    verb: 'package',
    title: 'package',
    needs: {},
    params: { archive: 'a', definitions: [{ path: 'recipes/x.pat', sha256 }], prefix: '.' },
    host: { tar },
  };
}

const again: Task = {
  id: 'package:again',
  verb: 'package',
  title: 'again',
  needs: { from: 'package:definitions' },
  params: { archive: 'b', directory: '.', prefix: '.' },
  host: {},
};

/** Puts an entry into the store as if the step had run. */
async function made(task: Task, digest: string, needs: Record<string, string> = {}): Promise<void> {
  const inputs = fingerprint(task, needs, []);
  const key = keyOf(inputs);
  await store.stage(key);
  const created = '2026-01-02T03:04:05Z';
  const files: never[] = [];
  await store.publish({
    key,
    inputs,
    task: task.id,
    digest,
    files,
    derived: false,
    facts: {},
    created,
    ms: 1,
  });
}

function explained(task: Task, ...before: Task[]): Promise<Why> {
  const plan: Plan = { name: 'p', mode: 'full', tasks: [...before, task] };
  const signal = new AbortController().signal;
  return why(plan, task, { store, policy: { mirrors: [], offline: true }, signal });
}

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

describe('why', () => {
  it('knows a step that was never done', async () => {
    expect(await explained(packed(A))).toMatchObject({ kind: 'new' });
  });

  it('knows one of which nothing has changed', async () => {
    await made(packed(A), 'd');
    expect(await explained(packed(A))).toMatchObject({
      kind: 'kept',
      created: '2026-01-02T03:04:05Z',
    });
  });

  it('names the inputs that changed, against the output that is the most alike', async () => {
    await made(packed(A, '1.30'), 'd');
    await made(packed(A), 'd');
    expect(await explained(packed(B))).toMatchObject({
      kind: 'changed',
      changes: [{ input: 'recipes/x.pat sha256', was: A, is: B }],
    });
    const more = { ...packed(A), host: { tar: '1.34', zstd: '1.5' } };
    expect(await explained(more)).toMatchObject({ changes: [{ input: 'host zstd', is: '1.5' }] });
    const less = { ...packed(A), host: {} };
    expect(await explained(less)).toMatchObject({ changes: [{ input: 'host tar' }] });
  });

  it('names the output of another step', async () => {
    await made(packed(A), 'd1');
    await made(again, 'e', { from: 'd0' });
    expect(await explained(again, packed(A))).toMatchObject({
      kind: 'changed',
      changes: [{ input: 'output of package:definitions', was: 'd0', is: 'd1' }],
    });
  });

  it('goes to what has to be made first', async () => {
    await made(packed(A), 'd');
    expect(await explained(again, packed(B))).toMatchObject({
      kind: 'behind',
      causes: [{ task: { id: 'package:definitions' }, kind: 'changed' }],
    });
  });
});
