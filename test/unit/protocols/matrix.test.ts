// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectSet } from '../../../src/protocols/set.js';
import { summaryOf } from '../../../src/protocols/summary.js';
import { useL7try } from './l7try.js';
import { DEFINITIONS, readSamples, windowed, WINDOW_PACKETS, type Sample } from './samples.js';

const l7try = useL7try();
const samples = await readSamples();
const files = readdirSync(DEFINITIONS)
  .filter((file) => file.endsWith('.pat'))
  .map((file) => join(DEFINITIONS, file));
const names = files.map((file) => basename(file, '.pat'));

/** States of a pattern's automaton that a definition of ours may need. */
const STATES_MAX = 300;

function title({ file, name }: Sample): string {
  return `${file}/${name}`;
}

function expected({ protocol, overlaps }: Sample): string[] {
  const others = overlaps.map((overlap) => overlap.protocol);
  return [...(protocol === undefined ? [] : [protocol]), ...others].toSorted();
}

describe('our definitions', () => {
  it('have nothing that the linter complains of', async () => {
    const { diagnostics, definitions } = await inspectSet(DEFINITIONS, 'recipes/protocols');
    expect(diagnostics).toEqual([]);
    expect(definitions.map(({ name }) => name)).toEqual(names.toSorted());
  });

  it('compile in the kernel module’s engine, without a warning, to few states', async () => {
    const { states, stderr } = await l7try.compile(files);
    expect(stderr).toBe('');
    expect([...states.keys()].toSorted()).toEqual(names.toSorted());
    expect([...states].filter(([, count]) => count >= STATES_MAX)).toEqual([]);
  });

  it('say in their comments what they are, where that is specified and what they overlap', async () => {
    const { definitions } = await inspectSet(DEFINITIONS);
    for (const definition of definitions) {
      const { name, comment } = definition;
      expect(comment[0], name).toBe('SPDX-License-Identifier: GPL-2.0-only');
      expect(summaryOf(definition), name).toMatch(/^\S.*[.]$/);
      expect(comment.join('\n'), name).toMatch(/^Spec: \S[^]*^Overlaps: \S/m);
      const overlaps = samples.filter(({ protocol }) => protocol === name).flatMap(expected);
      const text = comment.join(' ').toLowerCase();
      for (const other of overlaps.filter((one) => one !== name))
        expect(text, name).toContain(other);
    }
  });
});

describe('every sample against every definition', () => {
  it('matches its own, the overlaps that it states, and no other', async () => {
    const found = await l7try.matches(
      files,
      samples.map(({ packets }) => windowed(packets)),
    );
    const wrong = samples.flatMap((sample, index) => {
      const matched = (found[index] ?? []).map((file) => basename(file, '.pat')).toSorted();
      const wanted = expected(sample);
      return matched.join() === wanted.join() ? [] : [{ sample: title(sample), matched, wanted }];
    });
    expect(wrong).toEqual([]);
  });

  it('matches its own by the same packet as an overlap, or before one that is later', async () => {
    const overlapped = samples.filter(({ overlaps }) => overlaps.length > 0);
    const wrong = [];
    for (const sample of overlapped) {
      const { protocol = '', packets, overlaps } = sample;
      const known = [protocol, ...overlaps.map((overlap) => overlap.protocol)];
      const firsts = await firstPackets(known, packets);
      const own = firsts.get(protocol) ?? NaN;
      for (const { protocol: other, later } of overlaps) {
        const behind = (firsts.get(other) ?? NaN) - own;
        if (later ? !(behind > 0) : behind !== 0) {
          wrong.push({ sample: title(sample), other, later, behind });
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  /** By how many of the packets each of some definitions matches. */
  async function firstPackets(
    protocols: readonly string[],
    packets: Sample['packets'],
  ): Promise<Map<string, number>> {
    const whole = windowed(packets);
    const beginnings = whole.map((_, index) => whole.slice(0, index + 1));
    const found = await l7try.matches(
      protocols.map((name) => join(DEFINITIONS, `${name}.pat`)),
      beginnings,
    );
    const matched = found.map((each) => each.map((file) => basename(file, '.pat')));
    return new Map(
      protocols.map((name) => [name, matched.findIndex((each) => each.includes(name)) + 1]),
    );
  }

  it('matches its own when TCP delivers it byte by byte', async () => {
    const streams = samples.filter(({ transport, protocol }) => transport === 'tcp' && protocol);
    for (const own of names) {
      const flows = streams.filter(({ protocol }) => protocol === own);
      const split = flows.map(({ packets }) =>
        windowed(packets).flatMap(({ dir, bytes }) =>
          Array.from(bytes, (byte) => ({ dir, bytes: Uint8Array.of(byte) })),
        ),
      );
      const found = await l7try.matches([join(DEFINITIONS, `${own}.pat`)], split);
      const missed = flows.filter((_, index) => found[index]?.length !== 1).map(title);
      expect(missed).toEqual([]);
    }
  });

  it('has two flows or more for each definition, in a file of its name', () => {
    for (const name of names) {
      const own = samples.filter(({ protocol }) => protocol === name);
      expect(own.length, name).toBeGreaterThanOrEqual(2);
      expect(new Set(own.map(({ file }) => file)), name).toEqual(new Set([name]));
    }
    const strangers = samples.filter(({ protocol }) => protocol && !names.includes(protocol));
    expect(strangers.map(title)).toEqual([]);
    expect(new Set(samples.map(title)).size).toBe(samples.length);
    expect(samples.filter(({ packets }) => packets.length > WINDOW_PACKETS)).toEqual([]);
    const nothing = samples.filter(({ protocol }) => protocol === undefined);
    expect(nothing.every(({ file }) => file === 'unmatched')).toBe(true);
    expect(nothing.length).toBeGreaterThan(20);
  });

  it('is written to be read: licence first, one file per protocol', () => {
    for (const file of readdirSync(join(DEFINITIONS, 'samples'))) {
      const text = readFileSync(join(DEFINITIONS, 'samples', file), 'utf8');
      expect(text.startsWith('# SPDX-License-Identifier: GPL-2.0-only\n'), file).toBe(true);
    }
  });
});
