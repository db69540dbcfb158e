// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import type { FetchPolicy } from '../../src/model/step.js';
import type { Source } from '../../src/model/source.js';
import { fetchSource, resolveSource } from '../../src/sources/index.js';
import { tarOf } from '../unit/host/tar-bytes.js';
import {
  failureOf,
  fetchContext,
  serve,
  temporaryDirectory,
  type Fixture,
} from '../unit/sources/fixture.js';

interface Kind {
  readonly title: string;
  /** A source that can be fetched here. */
  readonly make: () => Promise<Source>;
  readonly pinned: boolean;
  /** Fetching it offline in an empty cache fails. */
  readonly needsNetwork: boolean;
}

const CONTENT = 'the content\n';

/** A repository of one commit. */
function repository(): { readonly dir: string; readonly commit: string } {
  const dir = temporaryDirectory();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8' }).trim();
  git('init', '-q');
  writeFileSync(join(dir, 'file'), CONTENT);
  git('add', '.');
  git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-qm', 'one');
  return { dir, commit: git('rev-parse', 'HEAD') };
}

const KINDS: readonly Kind[] = [
  {
    title: 'apt, binary (needs a Debian mirror)',
    make: () =>
      Promise.resolve({ kind: 'apt', suite: 'bookworm', type: 'binary', package: 'hello' }),
    pinned: true,
    needsNetwork: true,
  },
  {
    title: 'apt, source (needs a Debian mirror)',
    make: () =>
      Promise.resolve({ kind: 'apt', suite: 'bookworm', type: 'source', package: 'hello' }),
    pinned: true,
    needsNetwork: true,
  },
  {
    title: 'http',
    make: async () => {
      const base = await serve((_, response) => response.end(CONTENT));
      return { kind: 'http', urls: [`${base}/a.tar`], sha256: sha256(CONTENT) };
    },
    pinned: true,
    needsNetwork: true,
  },
  {
    title: 'http, files of an archive',
    make: async () => {
      const archive = tarOf({ name: 'a-1/file', content: CONTENT }, { name: 'a-1/other' });
      const base = await serve((_, response) => response.end(archive));
      return { kind: 'http', urls: [`${base}/a.tar`], members: { file: sha256(CONTENT) } };
    },
    pinned: true,
    needsNetwork: true,
  },
  {
    title: 'git',
    make: () => {
      const { dir, commit } = repository();
      return Promise.resolve({ kind: 'git', url: dir, commit });
    },
    pinned: true,
    needsNetwork: false,
  },
  {
    title: 'revision of a repository of the user',
    make: () => {
      const { dir, commit } = repository();
      return Promise.resolve({ kind: 'revision', path: dir, commit });
    },
    pinned: false,
    needsNetwork: false,
  },
  {
    title: 'local file',
    make: () => {
      const path = join(temporaryDirectory(), 'mine.tar');
      writeFileSync(path, CONTENT);
      return Promise.resolve({ kind: 'local', path });
    },
    pinned: false,
    needsNetwork: false,
  },
  {
    title: 'local tree',
    make: () => {
      const path = temporaryDirectory();
      writeFileSync(join(path, 'Makefile'), CONTENT);
      return Promise.resolve({ kind: 'local', path });
    },
    pinned: false,
    needsNetwork: false,
  },
];

function resolving(ctx: Fixture, policy: FetchPolicy = ctx.policy): Promise<readonly string[]> {
  return resolveSource(current, { cache: ctx.cache, policy, signal: ctx.signal });
}

let current: Source;

describe.each(KINDS)('source $title', ({ make, pinned, needsNetwork }) => {
  it('brings files with the digests that it tells of, and nothing else', async () => {
    current = await make();
    const ctx = fetchContext();
    const fetched = await fetchSource('demo', current, ctx);
    expect(fetched.pinned).toBe(pinned);
    expect(fetched.files.length).toBeGreaterThan(0);
    expect(readdirSync(ctx.out).sort()).toEqual(fetched.files.map(({ name }) => name).sort());
    for (const file of fetched.files) {
      const bytes = readFileSync(join(ctx.out, file.name));
      expect(sha256(bytes)).toBe(file.sha256);
      expect(bytes.length).toBe(file.size);
      expect(file.from).not.toBe('');
    }
    expect(await fetchSource('demo', current, { ...ctx, out: temporaryDirectory() })).toEqual(
      fetched,
    );
  });

  it('resolves to the same lines as long as it is the same', async () => {
    current = await make();
    const ctx = fetchContext();
    const lines = await resolving(ctx);
    expect(await resolving(ctx)).toEqual(lines);
    expect(await resolving(ctx, { mirrors: [], offline: true })).toEqual(lines);
  });

  it.runIf(needsNetwork)('says offline what is missing and how to bring it', async () => {
    current = await make();
    const failure = await failureOf(fetchSource('demo', current, fetchContext({ offline: true })));
    expect(failure.reason).toBe('source-missing');
    expect(failure.message).toContain('--offline');
    expect(failure.hints?.join('\n')).toMatch(/--source (demo|NAME)=PATH/);
  });

  it('stops when it is cancelled', async () => {
    current = await make();
    const abort = new AbortController();
    const ctx = fetchContext({}, abort.signal);
    const fetching = fetchSource('demo', current, ctx);
    abort.abort();
    const end = await fetching.then(
      () => 'done',
      (error: unknown) => JSON.stringify(error),
    );
    // What needs no waiting may be done by then.
    if (end !== 'done') expect(end).toContain('"reason":"interrupted"');
    else expect(current.kind).toBe('local');
  });
});

beforeAll(() => {
  process.env['GIT_CONFIG_NOSYSTEM'] = '1';
});
