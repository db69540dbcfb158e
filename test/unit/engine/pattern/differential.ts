// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseDefinition } from '../../../../src/protocols/parse.js';
import type { Flow, L7try } from './l7try.js';
import { Random, randomPackets, randomPattern } from './random.js';
import { Refused, reference } from './reference.js';

export interface Comparison {
  compiled: number;
  refused: number;
  /** Packet ends at which both were asked, and how many of the answers were a match. */
  prefixes: number;
  matches: number;
  differences: string[];
}

function referenceOrRefusal(pattern: string): ReturnType<typeof reference> | undefined {
  try {
    return reference(pattern);
  } catch (error) {
    if (error instanceof Refused) return undefined;
    throw error;
  }
}

/** Compares the engine with the reference over random patterns, data and packet ends. */
export function compare(
  l7try: L7try,
  seed: number,
  patterns: number,
  flowsEach: number,
): Comparison {
  const random = new Random(seed);
  const result: Comparison = { compiled: 0, refused: 0, prefixes: 0, matches: 0, differences: [] };
  const subjects = Array.from({ length: patterns }, (_, index) => {
    const text = randomPattern(random);
    const name = `p${String(index)}`;
    return { name, text, file: l7try.definition(name, text), expect: referenceOrRefusal(text) };
  });
  const { stdout } = l7try.run(['compile', ...subjects.map(({ file }) => file)]);
  const compiled = new Set(stdout.split('\n').map((line) => line.split('\t', 1)[0]));
  const flows: Question[] = [];
  for (const { name, text, file, expect } of subjects) {
    result[expect ? 'compiled' : 'refused']++;
    if (compiled.has(name) !== (expect !== undefined)) {
      result.differences.push(`${text}: only one of both compiles it`);
    } else if (expect) {
      for (const packets of random.many(flowsEach, () => randomPackets(random))) {
        flows.push({ file, packets, text, expected: expect(packets) });
      }
    }
  }
  answer(l7try, flows, result);
  return result;
}

/** A flow, and what the reference says of it. */
interface Question extends Flow {
  readonly text: string;
  readonly expected: readonly boolean[];
}

function answer(l7try: L7try, flows: readonly Question[], result: Comparison): void {
  l7try.match(flows).forEach((answers, index) => {
    const flow = flows[index];
    result.prefixes += answers.length;
    result.matches += answers.filter(Boolean).length;
    if (flow && answers.join() !== flow.expected.join()) {
      const packets = flow.packets.map((packet) => packet.toString('hex')).join(' ');
      result.differences.push(`${flow.text}: ${packets}: ${answers.join()}`);
    }
  });
}

/** What the two sides of a sample say. */
export interface Stream {
  /** Missing for what no definition matches. */
  readonly protocol: string | undefined;
  readonly data: Buffer;
}

/** Bytes of a flow: the reference looks at all of them again for each packet. */
const BYTES = 80;
const BATCH = 1000;

/**
 * Compares the engine with the reference over definitions: samples of all protocols, cut anywhere, some
 * of their bytes changed, one going on as another.
 *
 * @param prefixes packet ends to ask at, at least
 */
export function compareDefinitions(
  l7try: L7try,
  seed: number,
  files: readonly string[],
  streams: readonly Stream[],
  prefixes: number,
): Comparison {
  const random = new Random(seed);
  const result: Comparison = { compiled: 0, refused: 0, prefixes: 0, matches: 0, differences: [] };
  const subjects = files.map((file) => {
    const name = basename(file, '.pat');
    const own = streams.filter(({ protocol }) => protocol === name);
    const parsed = parseDefinition(file, readFileSync(file));
    if (!('definition' in parsed)) throw new Error(`${file} has no definition`);
    result.compiled++;
    return { file, own, expect: reference(parsed.definition.pattern) };
  });
  while (result.prefixes < prefixes && result.differences.length === 0) {
    const flows = random.many(BATCH, () => {
      const { file, own, expect } = random.pick(subjects);
      const packets = cutAnywhere(random, altered(random, random.pick([own, streams])));
      return { file, text: file, packets, expected: expect(packets) };
    });
    answer(l7try, flows, result);
  }
  return result;
}

function altered(random: Random, streams: readonly Stream[]): Buffer {
  const begins = random.pick(streams).data;
  const goesOn = random.below(3) ? [] : [random.pick(streams).data];
  const whole = Buffer.concat([begins.subarray(0, 1 + random.below(BYTES)), ...goesOn]);
  const one = random.pick([0, 10, 40]);
  const changed = (value: number): number =>
    one > 0 && random.below(one) === 0 ? random.below(256) : value;
  return Buffer.from(whole.subarray(0, BYTES).map(changed));
}

function cutAnywhere(random: Random, data: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  for (let at = 0; at < data.length;) {
    const size = 1 + random.below(random.pick([3, 12, BYTES]));
    packets.push(data.subarray(at, at + size));
    at += size;
  }
  return packets;
}
