// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findProgram } from '../../src/host/tools.js';
import { openBuilder } from '../../src/runtimes/index.js';
import { Bench, candidates } from './runtimes/bench.js';
import { commandTests } from './runtimes/commands.js';
import { compileTests } from './runtimes/compile.js';
import { confinementTests } from './runtimes/confinement.js';
import { limitTests } from './runtimes/limits.js';
import { loneTests } from './runtimes/lone.js';

/** The first test that needs the toolchain's root makes it. */
const FIRST_MS = 600_000;

for (const candidate of await candidates()) {
  const { name } = candidate;
  if ('lacking' in candidate) {
    test.skip(`builder ${name}: ${candidate.lacking.message}`);
    continue;
  }
  const { builder } = candidate;
  describe(`builder ${name}`, () => {
    let opened: Bench | undefined;
    const bench = (): Bench => {
      if (opened === undefined) throw new Error('the builder is not open');
      return opened;
    };
    beforeAll(async () => {
      opened = await Bench.open(builder);
      // What the first command of all makes is no part of a test's time.
      await opened.run('true');
    }, FIRST_MS);
    afterAll(() => opened?.close());

    commandTests(bench);
    confinementTests(bench);
    compileTests(bench);
    limitTests(bench);
    loneTests(bench);
  });
}

test.skipIf(findProgram('bwrap') === undefined || findProgram('mmdebstrap') === undefined)(
  'host and chroot work wherever bubblewrap and mmdebstrap are installed',
  async () => {
    for (const name of ['host', 'chroot'] as const) {
      const builder = await openBuilder(name, { cache: '/var/empty' });
      expect(builder.confinement).toMatchObject({ network: 'off', filesystem: 'confined' });
    }
  },
);
