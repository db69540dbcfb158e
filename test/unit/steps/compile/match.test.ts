// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readdirSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Failed } from '../../../../src/model/failure.js';
import type { StepContext } from '../../../../src/model/step.js';
import type { Entry } from '../../../../src/model/store.js';
import { openBuilder } from '../../../../src/runtimes/index.js';
import { compileMatch } from '../../../../src/steps/compile/match.js';

const FILES = fileURLToPath(new URL('../../../../patches/linux/layer7/files', import.meta.url));
const FOLDER = 'net/netfilter/layer7';
/** Debian's headers, where they are installed. */
const HEADERS = existsSync('/usr/src')
  ? readdirSync('/usr/src').find((name) => /^linux-headers-.*-cloud-amd64$/.test(name))
  : undefined;

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'l7build-match-'));
});
afterEach(async () => {
  await rm(root, { recursive: true });
});

function entry(dir: string): Entry {
  const manifest = { key: '', task: '', digest: dir, files: [], derived: false, facts: {} };
  return { dir, manifest: { ...manifest, created: '', ms: 0 } };
}

async function context(): Promise<StepContext> {
  for (const name of ['out', 'scratch', 'cache']) await mkdir(join(root, name));
  const builder = await openBuilder('host', { cache: root, jobs: 2 });
  return {
    taskId: 'compile:match',
    project: root,
    out: join(root, 'out'),
    scratch: join(root, 'scratch'),
    needs: { headers: entry('/'), patch: entry(join(root, 'patch')) },
    cache: join(root, 'cache'),
    log: join(root, 'log'),
    policy: { mirrors: [], offline: true },
    runtime: () => builder.open(undefined),
    jobs: 2,
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: () => undefined,
  };
}

test.skipIf(HEADERS === undefined)(
  'a match that real headers refuse is told by its error and gcc’s command',
  async () => {
    const overlay = join(root, 'patch/overlay');
    await cp(FILES, overlay, { recursive: true });
    const broken = join(overlay, FOLDER, 'l7_text.c');
    await writeFile(broken, `${await readFile(broken, 'utf8')}\nint broken = no_such_thing;\n`);
    // One object of the match is enough.
    await appendFile(join(overlay, FOLDER, 'Makefile'), 'xt_layer7-y := l7_text.o\n');
    const error: unknown = await compileMatch(
      { what: 'match', version: '6.1' },
      await context(),
    ).catch((e: unknown) => e);
    if (!(error instanceof Failed)) throw error;
    const { failure } = error;
    expect(failure).toMatchObject({
      reason: 'command-failed',
      message: 'make stopped at l7_text.o',
      log: join(root, 'log'),
    });
    expect(failure.details?.[0]).toMatch(/^l7_text\.c:\d+:14: error: .no_such_thing. undeclared/);
    expect(failure.details?.at(-1)).toMatch(/^by: gcc … -O2 … -c -o l7_text\.o l7_text\.c$/);
    const log = await readFile(join(root, 'log'), 'utf8');
    expect(log).toMatch(/^ *gcc .* -DMODULE .* -c -o \S+\/l7_text\.o \S+\/l7_text\.c/m);
  },
  120_000,
);

test.skipIf(HEADERS === undefined)(
  'headers of another kernel than the recipe’s are refused before anything is compiled',
  async () => {
    const error: unknown = await compileMatch(
      { what: 'match', version: '5.1' },
      await context(),
    ).catch((e: unknown) => e);
    expect((error as Failed).failure).toMatchObject({
      reason: 'not-applicable',
      message: expect.stringMatching(
        /^the kernel headers are of \d\S+, and the recipe is for Linux 5\.1$/,
      ) as string,
    });
  },
);
