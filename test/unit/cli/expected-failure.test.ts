// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expectedFailure } from '../../../src/cli/expected-failure.js';
import { EXIT_BY_REASON, Failed, type Failure } from '../../../src/model/failure.js';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'l7build-failure-'));
});
afterEach(() => {
  rmSync(dir, { recursive: true });
});

function failureOf(act: () => unknown): Failure | undefined {
  try {
    act();
  } catch (error) {
    return expectedFailure(error, '/the/store');
  }
  throw new Error('it did not fail');
}

const systemError = (code: string, more = {}): Error =>
  Object.assign(new Error(code), { code, ...more });

describe('an exception', () => {
  it('that is a failure is that', () => {
    const failure = { reason: 'usage', message: 'no' } as const;
    expect(expectedFailure(new Failed(failure), '/x')).toBe(failure);
  });

  it('of a file where a folder should be, and the other way round, names the path', () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    const below = failureOf(() => {
      writeFileSync(join(file, 'x'), '');
    });
    expect(below?.message).toBe(
      `cannot use ${join(file, 'x')}: what should be a folder is a file (ENOTDIR)`,
    );
    expect(failureOf(() => readFileSync(dir))?.message).toContain('should be a file is a folder');
    const there = failureOf(() => {
      mkdirSync(file);
    });
    expect(there?.message).toBe(`cannot use ${file}: something else stands there (EEXIST)`);
  });

  it.each(['EROFS', 'EACCES', 'EPERM', 'EIO'])('%s is the host’s, with a remedy', (code) => {
    const failure = expectedFailure(systemError(code, { path: '/out/x' }), '/the/store');
    expect(failure?.message).toMatch(new RegExp(`^cannot use /out/x: .*\\(${code}\\)$`));
    expect(failure?.hints?.[0]).toContain('L7BUILD_CACHE=DIR');
    expect(EXIT_BY_REASON[failure?.reason ?? 'usage']).toBe(3);
  });

  it('of a copy names what was written, and of no path the store', () => {
    const copy = systemError('EROFS', { path: '/from', dest: '/to' });
    expect(expectedFailure(copy, '/the/store')?.message).toContain('cannot use /to:');
    expect(expectedFailure(systemError('EIO'), '/the/store')?.message).toContain('/the/store');
  });

  it('of a folder with those above it names what stands in the way of the first', () => {
    const file = join(dir, 'file');
    writeFileSync(file, '');
    const unmade = systemError('ENOENT', { syscall: 'mkdir', path: join(file, 'a/b') });
    expect(expectedFailure(unmade, '/x')?.message).toBe(
      `cannot use ${join(file, 'a')}: what should be a folder is a file (ENOTDIR)`,
    );
  });

  it('of a file that is missing, or of another kind, is a bug', () => {
    expect(failureOf(() => readFileSync(join(dir, 'none')))).toBeUndefined();
    expect(expectedFailure(new TypeError('x is not a function'), '/x')).toBeUndefined();
    expect(expectedFailure('a word', '/x')).toBeUndefined();
  });
});
