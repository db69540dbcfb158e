// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import type { Scenario } from '../../../src/model/scenario.js';
import { loadScenario } from '../../../src/scenario/load.js';
import { broughtBy } from '../../../src/scenario/samples.js';

const MATRIX = `name: mine
summary: What I try
checks:
  - id: one
    title: A claim
    samples: some
    all-definitions: true
    rules: {}
    expect:
      told: as-stated
`;

const SAMPLES = `protocol: mysql
samples:
  - name: greeting
    source: its manual
    transport: tcp
    port: 3306
    packets:
      - { dir: '<', hex: 4a00 0aff }
      - dir: '>'
        text: "\\xe4\\n"
    overlaps:
      - { protocol: http, why: it could be }
      - { protocol: irc, later: true, why: it could be }
`;

describe('samples of a scenario', () => {
  let root: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'samples-')));
    await mkdir(join(root, 'recipes/scenarios'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  async function loadWith(samples: string, scenario = MATRIX): Promise<Scenario> {
    await mkdir(join(root, 'some'), { recursive: true });
    await writeFile(join(root, 'some/mysql.yaml'), samples);
    await writeFile(join(root, 'recipes/scenarios/mine.yaml'), scenario);
    return loadScenario(root, 'recipes/scenarios/mine.yaml');
  }

  it('reads the samples that a check names', async () => {
    const other = SAMPLES.replace('protocol: mysql', 'protocol: null');
    await mkdir(join(root, 'some'));
    await writeFile(join(root, 'some/zzz.yaml'), other.replace(/ {4}overlaps:[^]*/, ''));
    const [check] = (await loadWith(SAMPLES)).checks;
    const packets = [
      { from: 'server', bytes: 'J\0\n\xff' },
      { from: 'client', bytes: '\xe4\n' },
    ];
    const both = { name: 'greeting', transport: 'tcp', packets };
    expect(check).toMatchObject({ allDefinitions: true, expect: [{ kind: 'told' }] });
    expect(check?.samples).toEqual({
      folder: 'some',
      all: [
        {
          file: 'mysql',
          protocol: 'mysql',
          ...both,
          overlaps: [
            { protocol: 'http', later: false },
            { protocol: 'irc', later: true },
          ],
        },
        { file: 'zzz', ...both, overlaps: [] },
      ],
    });
  });

  it.each([
    ['transport: tcp', 'transport: icmp', /^5:16 .*tcp or udp/],
    ['port: 3306', 'port: 0', /^6:11 .*at least 1/],
    ['hex: 4a00 0aff', 'hex: 4a0', /^8:26 .*bytes in hex, such as 13426974 5467/],
    ['hex: 4a00 0aff', "hex: 4a, text: ''", '8:9 a packet has text or hex'],
    [', hex: 4a00 0aff', '', '8:9 a packet has text or hex'],
    ['"\\xe4\\n"', '"\\u20ac"', '9:9 a character beyond U+00FF is no byte'],
    ['why: it could be', 'way: it could be', /^12:27 unknown key "way"/],
    [
      / {4}overlaps:[^]*/,
      SAMPLES.slice(SAMPLES.indexOf('  - name')),
      '11:11 greeting is there twice',
    ],
  ])('complains of "%s" as "%s" in a sample', async (from, to, message) => {
    const text = SAMPLES.replace(from, to);
    expect(text).not.toBe(SAMPLES);
    const error: unknown = await loadWith(text).catch((thrown: unknown) => thrown);
    if (!(error instanceof Failed)) throw error;
    const all = error.failure.diagnostics ?? [];
    const found = all.map((one) => `${String(one.line)}:${String(one.column)} ${one.message}`);
    expect(all.map(({ file }) => file)).toContain('some/mysql.yaml');
    expect(found).toContainEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it.each([
    ['samples: some', 'samples: none', '6:14 there is no folder none'],
    ['samples: some', 'samples: ../some', /^6:14 .*relative path/],
    ['told: as-stated', 'counts: { first: some }', /^4:5 .*samples and expect.told, which belong/],
    ['told: as-stated', 'told: as-stated\n      restored: true', /^7:22 how many rules that is/],
  ])('complains of "%s" as "%s" in a check with samples', async (from, to, message) => {
    expect(MATRIX).toContain(from);
    const error: unknown = await loadWith(SAMPLES, MATRIX.replace(from, to)).catch(
      (thrown: unknown) => thrown,
    );
    if (!(error instanceof Failed)) throw error;
    const found = (error.failure.diagnostics ?? []).map(
      (one) => `${String(one.line)}:${String(one.column)} ${one.message}`,
    );
    expect(found).toContainEqual(
      typeof message === 'string' ? message : expect.stringMatching(message),
    );
  });

  it('are what a run depends on, with their player', async () => {
    const scenario = await loadWith(SAMPLES);
    await mkdir(join(root, 'guest'));
    await writeFile(join(root, 'guest/peers'), '');
    const files = await broughtBy(root, [scenario, scenario]);
    expect(files.map(({ path }) => path)).toEqual(['guest/peers', 'some/mysql.yaml']);
    await expect(broughtBy(root, [{ ...scenario, checks: [] }])).resolves.toEqual([]);
  });
});
