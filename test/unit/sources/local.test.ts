// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import {
  digestOfTree,
  fetchLocal,
  LOCAL_TREE,
  readLocalTree,
  resolveLocal,
} from '../../../src/sources/local.js';
import { failureOf, fetchContext, temporaryDirectory } from './fixture.js';

describe('local source', () => {
  it('copies a file', async () => {
    const path = join(temporaryDirectory(), 'mine.tar');
    writeFileSync(path, 'mine');
    const ctx = fetchContext({ offline: true });
    expect(await fetchLocal({ kind: 'local', path }, ctx)).toEqual({
      files: [{ name: 'mine.tar', sha256: sha256('mine'), size: 4, from: path }],
      pinned: false,
    });
    expect(readFileSync(join(ctx.out, 'mine.tar'), 'utf8')).toBe('mine');
  });

  it('notes where a tree is, and what it held', async () => {
    const path = temporaryDirectory();
    writeFileSync(join(path, 'Makefile'), 'all:\n');
    const ctx = fetchContext();
    const { files } = await fetchLocal({ kind: 'local', path }, ctx);
    expect(files).toMatchObject([{ name: LOCAL_TREE, from: path }]);
    const { digest } = await resolveLocal({ kind: 'local', path });
    expect(await readLocalTree(join(ctx.out, LOCAL_TREE))).toEqual({ path, digest });
    writeFileSync(join(path, 'Makefile'), 'all: x\n');
    expect((await resolveLocal({ kind: 'local', path })).digest).not.toBe(digest);
  });

  it('says when there is nothing at the path', async () => {
    const failure = await failureOf(fetchLocal({ kind: 'local', path: '/none' }, fetchContext()));
    expect(failure).toMatchObject({
      reason: 'usage',
      message: 'the local source /none cannot be read (ENOENT)',
    });
  });
});

describe('digestOfTree', () => {
  it('changes with a file’s content, mode, name or absence, but not with a repository', async () => {
    const dir = temporaryDirectory();
    const file = join(dir, 'sub/file');
    mkdirSync(join(dir, 'sub'));
    const changes = [
      () => {
        writeFileSync(file, 'one');
      },
      () => {
        writeFileSync(file, 'two');
      },
      () => {
        chmodSync(file, 0o755);
      },
      () => {
        renameSync(file, join(dir, 'sub/other'));
      },
      () => {
        rmSync(join(dir, 'sub/other'));
      },
    ];
    const seen = [];
    for (const change of changes) {
      change();
      seen.push(await digestOfTree(dir));
    }
    expect(new Set(seen).size).toBe(changes.length);
    mkdirSync(join(dir, '.git'));
    expect(await digestOfTree(dir)).toBe(seen.at(-1));
  });
});
