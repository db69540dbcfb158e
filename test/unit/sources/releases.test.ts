// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Source } from '../../../src/model/source.js';
import { standing, type AskContext } from '../../../src/sources/releases.js';
import { failureOf, fetchContext, serve, temporaryDirectory } from './fixture.js';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const ask = (more: Partial<AskContext> = {}): AskContext => ({ ...fetchContext(), ...more });

/** A server with a list of checksums in its folder v6.x. */
function having(list: string): Promise<string> {
  return serve((request, response) => {
    if (request.url === '/v6.x/sha256sums.asc') response.end(list);
    else response.writeHead(404).end();
  });
}

const http = (...urls: string[]): Source => ({ kind: 'http', urls, sha256: A });

describe('what is newer than an archive of kernel.org', () => {
  const LIST = [
    ...['6.1', '6.1.2', '6.1.10', '6.1.9', '6.2.1', '6.1-rc1'].map(
      (version) => `${B}  linux-${version}.tar.xz`,
    ),
    `${B}  linux-6.1.11.tar.gz`,
    `${B}  patch-6.1.12.xz`,
  ].join('\n');

  it('is told by the list of its folder, with digests and every address', async () => {
    const empty = await having('');
    const base = await having(LIST);
    const source = http(`${empty}/none/linux-6.1.2.tar.xz`, `${base}/v6.x/linux-6.1.2.tar.xz`);
    expect(await standing(source, ask())).toEqual({
      asked: `${base}/v6.x/sha256sums.asc`,
      current: '6.1.2',
      newer: ['6.1.9', '6.1.10'].map((version) => ({
        version,
        source: {
          kind: 'http',
          sha256: B,
          urls: [`${empty}/none/linux-${version}.tar.xz`, `${base}/v6.x/linux-${version}.tar.xz`],
        },
      })),
    });
  });

  it('cannot be told of a name without a version, nor of what nobody publishes', async () => {
    expect(await standing(http('http://a.invalid/linux.tar.xz'), ask())).toBeUndefined();
    expect(await standing({ kind: 'by-hand', urls: [] }, ask())).toBeUndefined();
    expect(await standing({ kind: 'local', path: '/' }, ask())).toBeUndefined();
  });

  it('fails with each address and its fault, and offline without asking', async () => {
    const gone = await having('');
    const urls = [`${gone}/linux-6.1.tar.xz`, 'http://no-such-host.invalid/linux-6.1.tar.xz'];
    const failure = await failureOf(standing(http(...urls), ask()));
    expect(failure.reason).toBe('network-failed');
    expect(failure.details?.[0]).toContain(`${gone}/sha256sums.asc: the server answers 404`);
    expect(failure.details?.[1]).toContain('no-such-host.invalid');
    const offline = ask({ policy: { mirrors: [], offline: true } });
    const off = await failureOf(standing(http(...urls), offline));
    expect(off.reason).toBe('source-missing');
    expect(off.message).toContain('--offline');
  });
});

describe('what is newer than a commit', () => {
  /** A repository with the tags v6.1 (annotated), v6.1.1, v6.1.2-rc1, v6.1.3 and odd ones. */
  function repository(): { readonly dir: string; readonly commits: Record<string, string> } {
    const dir = temporaryDirectory();
    const git = (...args: string[]): string =>
      execFileSync(
        'git',
        ['-C', dir, '-c', 'user.name=T', '-c', 'user.email=t@example.org', ...args],
        {
          encoding: 'utf8',
        },
      ).trim();
    git('init', '-q');
    const commits: Record<string, string> = {};
    for (const tag of ['v6.1', 'v6.1.1', 'v6.1.2-rc1', 'v6.1.3', 'six', 'v6']) {
      writeFileSync(join(dir, 'file'), tag);
      git('add', '.');
      git('commit', '-qm', tag);
      git('tag', ...(tag === 'v6.1' ? ['-a', '-m', tag] : []), tag);
      commits[tag] = git('rev-parse', 'HEAD');
    }
    return { dir, commits };
  }

  it('is told by the tags of the repository, with the commits that they stand for', async () => {
    const { dir, commits } = repository();
    const source = { kind: 'git', url: `file://${dir}`, commit: commits['v6.1'] ?? '' } as const;
    expect(await standing(source, ask())).toEqual({
      asked: `file://${dir}`,
      current: '6.1',
      newer: ['6.1.1', '6.1.3'].map((version) => ({
        version,
        source: { ...source, commit: commits[`v${version}`] },
      })),
    });
    const between = { ...source, commit: commits['six'] ?? '' };
    expect(await standing(between, ask())).toEqual({ asked: `file://${dir}`, newer: [] });
  });

  it('is not told by a repository that is not there, nor by what git would run', async () => {
    const commit = A.slice(0, 40);
    const none = await failureOf(standing({ kind: 'git', url: '/none', commit }, ask()));
    expect(none).toMatchObject({
      reason: 'network-failed',
      message: 'the tags of /none could not be read',
    });
    for (const url of ['--upload-pack=touch', 'ext::sh -c touch']) {
      const failure = await failureOf(standing({ kind: 'git', url, commit }, ask()));
      expect(failure.reason).toBe('usage');
    }
  });
});

describe('what is newer than a package (needs a Debian mirror)', () => {
  it("is the suite's newest, if that was not the last to be fetched", async () => {
    const source = { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'hello' } as const;
    const ctx = ask();
    const first = await standing(source, ctx);
    const version = first?.newer[0]?.version ?? '';
    expect(first).toEqual({ asked: 'Debian bookworm', newer: [{ version, source }] });
    expect(version).toMatch(/^2\.10-/);
    expect(await standing(source, { ...ctx, had: version })).toEqual({
      asked: 'Debian bookworm',
      current: version,
      newer: [],
    });
  }, 120_000);

  it('is not told by what was known before, when the mirror does not answer', async () => {
    const source = { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'hello' } as const;
    const ctx = ask();
    await standing(source, ctx);
    process.env['http_proxy'] = 'http://127.0.0.1:9';
    process.env['https_proxy'] = 'http://127.0.0.1:9';
    try {
      expect((await failureOf(standing(source, ctx))).reason).toBe('network-failed');
    } finally {
      delete process.env['http_proxy'];
      delete process.env['https_proxy'];
    }
  }, 120_000);
});
