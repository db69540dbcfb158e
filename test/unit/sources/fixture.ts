// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { Failed, type Failure } from '../../../src/model/failure.js';
import type { FetchPolicy } from '../../../src/model/step.js';
import type { FetchContext } from '../../../src/sources/context.js';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean();
});

/** A temporary directory that goes when the test ends. */
export function temporaryDirectory(): string {
  const dir = mkdtempSync(join(tmpdir(), 'l7build-test-'));
  cleanups.push(() => {
    rmSync(dir, { recursive: true, force: true });
  });
  return dir;
}

export interface Fixture extends FetchContext {
  readonly dir: string;
  readonly warnings: string[];
}

/** A step's context with directories of its own. */
export function fetchContext(
  policy: Partial<FetchPolicy> = {},
  signal: AbortSignal = new AbortController().signal,
): Fixture {
  const dir = temporaryDirectory();
  const [out, scratch, cache] = ['out', 'scratch', 'cache'].map((name) => {
    mkdirSync(join(dir, name));
    return join(dir, name);
  }) as [string, string, string];
  const warnings: string[] = [];
  return {
    dir,
    out,
    scratch,
    cache,
    warnings,
    policy: { mirrors: [], offline: false, ...policy },
    signal,
    progress: () => undefined,
    warn: (message) => warnings.push(message),
  };
}

/** The machine's own suite: without downloaded lists, an archive is known as Debian's by it. */
export const OWN =
  /^VERSION_CODENAME="?([a-z]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';

/** Gives apt another configuration of the machine than it has, until the test ends. */
export function machineWith(sources: string, lists?: string): void {
  const dir = temporaryDirectory();
  mkdirSync(join(dir, 'parts'));
  writeFileSync(join(dir, 'sources.list'), sources);
  const own = sources === '' ? [] : [`Dir::State::lists "${lists ?? join(dir, 'parts')}";`];
  const options = [
    `Dir::Etc::sourcelist "${join(dir, 'sources.list')}";`,
    `Dir::Etc::sourceparts "${join(dir, 'parts')}";`,
    ...own,
  ];
  writeFileSync(join(dir, 'apt.conf'), options.join('\n'));
  process.env['APT_CONFIG'] = join(dir, 'apt.conf');
  cleanups.push(() => {
    delete process.env['APT_CONFIG'];
  });
}

/** A server on this machine. @returns its address, without a slash at the end */
export async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
}

/** The failure that a promise ends in. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const error: unknown = await promise.then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  if (error instanceof Failed) return error.failure;
  throw error;
}
