// SPDX-License-Identifier: GPL-2.0-only
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
  const flows: (Flow & { expected: boolean[]; text: string })[] = [];
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
  l7try.match(flows).forEach((answers, index) => {
    const flow = flows[index];
    result.prefixes += answers.length;
    result.matches += answers.filter(Boolean).length;
    if (flow && answers.join() !== flow.expected.join()) {
      const packets = flow.packets.map((packet) => packet.toString('hex')).join(' ');
      result.differences.push(`${flow.text}: ${packets}: ${answers.join()}`);
    }
  });
  return result;
}
