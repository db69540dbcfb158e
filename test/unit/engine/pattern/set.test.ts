// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFINITIONS, readSamples } from '../../protocols/samples.js';
import { Random, randomPackets, randomPattern } from './random.js';
import { Refused, reference } from './reference.js';

const program = fileURLToPath(new URL('run-set.c', import.meta.url));
const layer7 = fileURLToPath(new URL('../../../../patches/linux/layer7', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'l7set-'));

/** The engine's sets, with the sanitizers. */
beforeAll(() => {
  const engine = join(layer7, 'files/net/netfilter/layer7');
  const files = readdirSync(engine).filter((name) => /^l7_.*\.c$/.test(name));
  execFileSync('cc', [
    ...['-std=gnu11', '-Wall', '-Wextra', '-Werror', '-O1', '-g'],
    ...['-fsanitize=address', '-fsanitize=undefined', '-fno-sanitize-recover=all'],
    ...['-I', engine, '-I', join(layer7, 'try'), '-o', join(directory, 'run-set')],
    ...[program, join(layer7, 'try/pat_file.c')],
    ...files.map((name) => join(engine, name)),
  ]);
}, 120_000);
afterAll(() => {
  rmSync(directory, { recursive: true });
});

interface Answers {
  packets: number;
  /** Packets at whose end some pattern has matched. */
  matched: number;
  /** Packets of which the set and the patterns alone say something else. */
  differences: string[];
}

function ask(files: readonly string[], flows: readonly (readonly Uint8Array[])[]): Answers {
  // An empty line would end the flow; a NUL says as little.
  const input = flows.map((flow) =>
    flow.map((packet) => `${Buffer.from(packet).toString('hex') || '00'}\n`).join(''),
  );
  const { status, stdout, stderr } = spawnSync(join(directory, 'run-set'), files, {
    input: input.join('\n'),
    encoding: 'latin1',
    maxBuffer: 256 * 1024 * 1024,
  });
  if (status !== 0) throw new Error(stderr);
  const answers = stdout.trimEnd().split('\n');
  const differences = answers.filter((line) => {
    const [set, alone] = line.split(' ');
    return set !== alone || set?.length !== files.length;
  });
  return {
    packets: answers.length,
    matched: answers.filter((line) => line.includes('1')).length,
    differences,
  };
}

/** `data` cut into packets at random, some of them of a single NUL. */
function cut(random: Random, data: Uint8Array): Uint8Array[] {
  const packets: Uint8Array[] = [];
  for (let at = 0; at < data.length;) {
    const size = random.below(3) ? random.below(12) : random.below(data.length);
    packets.push(data.subarray(at, at + size));
    at += size;
  }
  return packets;
}

test('all definitions together say packet by packet what each says alone', async () => {
  const random = new Random(7);
  const files = readdirSync(DEFINITIONS).filter((name) => name.endsWith('.pat'));
  const streams = (await readSamples()).map(({ packets }) =>
    Buffer.concat(packets.map(({ bytes }) => bytes)),
  );
  const flows = streams.flatMap((stream) => [
    cut(random, stream),
    // Half of it, and then another's: what one pattern waits for comes in what another began.
    cut(random, Buffer.concat([stream.subarray(0, random.below(100)), random.pick(streams)])),
    cut(
      random,
      Uint8Array.from(stream, (byte) => (random.below(20) ? byte : random.below(256))),
    ),
  ]);
  const answers = ask(
    files.map((name) => join(DEFINITIONS, name)),
    flows,
  );
  expect(answers.differences).toEqual([]);
  expect(answers.matched).toBeGreaterThan(answers.packets / 10);
  expect(answers.packets - answers.matched).toBeGreaterThan(answers.packets / 10);
});

test.each([3, 20260601])('sets of random patterns, seed %i', (seed) => {
  const random = new Random(seed);
  const files: string[] = [];
  // More than fit into one word of the set's masks, and as unanchored as the dialect allows.
  while (files.length < 150) {
    const pattern = randomPattern(random);
    try {
      reference(pattern);
    } catch (error) {
      if (error instanceof Refused) continue;
      throw error;
    }
    const name = `p${String(files.length)}`;
    files.push(join(directory, `${name}.pat`));
    writeFileSync(join(directory, `${name}.pat`), `${name}\n${pattern}\n`, 'latin1');
  }
  const flows = random.many(2000, () => randomPackets(random));
  const answers = ask(files, flows);
  expect(answers.differences).toEqual([]);
  expect(answers.packets).toBeGreaterThan(4000);
});

test('data longer than a set looks at in one piece', () => {
  const file = join(directory, 'long.pat');
  writeFileSync(file, 'long\nab$|cd+e\n');
  const flow = [Buffer.alloc(40_000, 'xa'), Buffer.alloc(65_536, 'b'), Buffer.from('xxcdde')];
  const begins = Buffer.from(`${'x'.repeat(32_767)}cddex`);
  const { packets, matched, differences } = ask([file], [flow, [begins]]);
  expect({ packets, matched, differences }).toEqual({ packets: 4, matched: 2, differences: [] });
});
