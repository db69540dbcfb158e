// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { openBuilder } from '../../../src/runtimes/index.js';
import { Bench } from './bench.js';
import { STORE } from './workshop.js';

/** Tries for ever to have this many children at a time; more than any limit, less than harms a machine. */
const CHILDREN = 6000;
const BOMB =
  `my $n = 0; while ($n < ${String(CHILDREN)}) { my $p = fork; ` +
  'if (!defined $p) { select undef, undef, undef, .01; next } ' +
  'if (!$p) { sleep 60; exit } $n++ } print "harm done\\n"; kill 9, -1; sleep 60';
/** Bytes; little enough to be taken in a second, enough for every builder to work. */
const MEMORY = 512 * 1024 ** 2;
const HOG = 'my @x; for (1 .. 40) { push @x, "a" x 50_000_000 } print "harm done\\n"';

/** What a command that takes all that there is ends in. */
export function limitTests(bench: () => Bench): void {
  test('a fork bomb is stopped by the limit of processes, and told as that', async (context) => {
    const { limits } = bench().runtime.confinement;
    if (limits?.processes === undefined) {
      context.skip(`the number of processes is not limited here: ${limits?.how ?? ''}`);
      return;
    }
    expect(limits.processes).toBeLessThan(CHILDREN);
    const found = await bench().failure(`exec perl -e '${BOMB}'`);
    expect(found.reason).toBe('command-failed');
    expect(found.message).toContain(`the limit of ${String(limits.processes)} processes`);
    expect(found.hints?.join(' ')).toContain('--jobs');
    expect(found.details?.join() ?? '').not.toContain('harm done');
    await bench().run('true');
  }, 120_000);

  test('a command that takes all memory is stopped by the limit, and told as that', async (context) => {
    const builder = await openBuilder(bench().builder.name, { cache: STORE, memory: MEMORY });
    const { limits } = builder.confinement;
    if (limits?.memory === undefined || limits.memory > 2 * MEMORY) {
      context.skip(`memory is not limited to so little here: ${limits?.how ?? ''}`);
      return;
    }
    const small = await Bench.open(builder);
    try {
      const found = await small.failure(`perl -e '${HOG}'`);
      expect(found.reason).toBe('command-failed');
      expect(found.message).toMatch(/the limit of [\d.]+ GiB of memory/);
      expect(found.hints?.join(' ')).toMatch(/--jobs|memory/);
      expect(found.details?.join() ?? '').not.toContain('harm done');
      await small.run('true');
    } finally {
      await small.close();
    }
  }, 120_000);
}
