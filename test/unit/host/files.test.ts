// SPDX-License-Identifier: GPL-2.0-only
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ensureDirectory,
  kindOf,
  readJson,
  removeTree,
  writeAtomically,
} from '../../../src/host/files.js';
import { sha256, sha256File } from '../../../src/host/hash.js';
import { formatBytes, requireSpace, writing } from '../../../src/host/space.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'l7build-files-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

describe('hash', () => {
  // FIPS 180-2, appendix B.1.
  const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  it('is SHA-256 of texts and of files of any length', async () => {
    expect(sha256('abc')).toBe(ABC);
    writeFileSync(join(dir, 'abc'), 'abc');
    expect(await sha256File(join(dir, 'abc'))).toBe(ABC);
    const long = Buffer.alloc(3 * 1024 * 1024 + 1, 'x');
    writeFileSync(join(dir, 'long'), long);
    expect(await sha256File(join(dir, 'long'))).toBe(sha256(long));
  });
});

describe('files', () => {
  it('replaces a file whole or not at all', async () => {
    const path = join(dir, 'file');
    writeFileSync(path, 'old');
    await writeAtomically(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    mkdirSync(join(dir, 'taken'));
    await expect(writeAtomically(join(dir, 'taken'), 'x')).rejects.toThrow();
    expect(readdirSync(dir).sort()).toEqual(['file', 'taken']);
  });

  it('makes directories and removes trees, links not followed', async () => {
    await ensureDirectory(join(dir, 'tree/a/b'));
    await ensureDirectory(join(dir, 'tree/a/b'));
    writeFileSync(join(dir, 'kept'), 'x');
    symlinkSync(join(dir, 'kept'), join(dir, 'tree/a/link'));
    chmodSync(join(dir, 'tree/a'), 0o500);
    await removeTree(join(dir, 'tree'));
    await removeTree(join(dir, 'tree'));
    expect(readdirSync(dir)).toEqual(['kept']);
  });

  it.skipIf(process.geteuid?.() !== 0)('removes directories without permissions', async () => {
    chmodSync(dir, 0o777);
    process.seteuid?.(65534);
    try {
      mkdirSync(join(dir, 'tree/shut/inner'), { recursive: true });
      chmodSync(join(dir, 'tree/shut/inner'), 0);
      chmodSync(join(dir, 'tree/shut'), 0o500);
      await removeTree(join(dir, 'tree'));
      expect(await kindOf(join(dir, 'tree'))).toBe('none');
    } finally {
      process.seteuid?.(0);
    }
  });

  it('tells what stands at a path', async () => {
    writeFileSync(join(dir, 'file'), '');
    symlinkSync('file', join(dir, 'link'));
    expect(await kindOf(dir)).toBe('directory');
    expect(await kindOf(join(dir, 'file'))).toBe('file');
    expect(await kindOf(join(dir, 'link'))).toBe('other');
    expect(await kindOf(join(dir, 'none'))).toBe('none');
    expect(await kindOf(join(dir, 'file/none'))).toBe('none');
  });

  it('reads JSON, and takes what is missing or torn for nothing', async () => {
    writeFileSync(join(dir, 'good'), '{"a":1}');
    writeFileSync(join(dir, 'torn'), '{"a":');
    expect(await readJson(join(dir, 'good'))).toEqual({ a: 1 });
    expect(await readJson(join(dir, 'torn'))).toBeUndefined();
    expect(await readJson(join(dir, 'none'))).toBeUndefined();
    await expect(readJson(dir)).rejects.toThrow();
  });
});

describe('space', () => {
  it('says where, how much is needed and how much there is', async () => {
    await requireSpace(join(dir, 'not/yet'), 1024);
    const bad = requireSpace(join(dir, 'not/yet'), 1024 ** 5 * 100);
    await expect(bad).rejects.toMatchObject({
      failure: { reason: 'no-space', message: `no space left for ${dir}/not/yet` },
    });
    await bad.catch((error: unknown) => {
      expect(JSON.stringify(error)).toContain('needed: 102400.0 TiB');
    });
  });

  it('turns a full disk into no-space, and only that', async () => {
    const full = writing('/dev/full', () => writeFile('/dev/full', 'x'));
    await expect(full).rejects.toMatchObject({ failure: { reason: 'no-space' } });
    await expect(writing(dir, () => Promise.reject(new TypeError('x')))).rejects.toThrow(TypeError);
  });

  it('shows bytes for people', () => {
    expect([0, 1023, 1024, 1.5 * 1024 ** 2, 1024 ** 4 * 5].map(formatBytes)).toEqual([
      '0 bytes',
      '1023 bytes',
      '1.0 KiB',
      '1.5 MiB',
      '5.0 TiB',
    ]);
  });
});
