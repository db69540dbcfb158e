// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import type { Scenario } from '../../../src/model/scenario.js';
import { loadScenario } from '../../../src/scenario/load.js';

const PROJECT = join(import.meta.dirname, '../../..');

const GOOD = `name: mine
summary: What I try
exchanges:
  - name: page
    http: 8080
  - name: hex
    port: 99
    talk:
      - client-hex: 13 ff 00
      - client: "a\\xe4\\n"
      - server: ok
checks:
  - id: one
    title: A claim
    rules:
      first: -A INPUT -m layer7 ! --l7proto http -j DROP
      bare: -A OUTPUT
    traffic: [page, hex]
    expect:
      exchanges: { page: completed, hex: stalled }
      counts: { first: some, bare: none }
      restored: true
      reloaded: xt_layer7
`;

describe('loadScenario', () => {
  let root: string;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'scenario-')));
    await mkdir(join(root, 'recipes/scenarios'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));

  async function load(text: string): Promise<Scenario> {
    await writeFile(join(root, 'recipes/scenarios/mine.yaml'), text);
    return loadScenario(root, 'recipes/scenarios/mine.yaml');
  }

  /** The complaints about GOOD with one text put in another's place, as `line:column message`. */
  async function complaints(from: string, to: string): Promise<string[]> {
    expect(GOOD).toContain(from);
    try {
      await load(GOOD.replace(from, to));
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      expect(error.failure.reason).toBe('recipe-invalid');
      const all = error.failure.diagnostics ?? [];
      return all.map(({ file, line, column, message }) => {
        expect(file).toBe('recipes/scenarios/mine.yaml');
        return `${String(line)}:${String(column)} ${message}`;
      });
    }
    return [];
  }

  it('reads rules, bytes and expectations', async () => {
    const { checks, patienceMs, summary } = await load(GOOD);
    expect({ patienceMs, summary }).toEqual({ patienceMs: 1000, summary: 'What I try' });
    expect(checks).toEqual([
      {
        id: 'one',
        title: 'A claim',
        sysctls: {},
        rules: [
          { name: 'first', chain: 'INPUT', text: '-m layer7 ! --l7proto http -j DROP' },
          { name: 'bare', chain: 'OUTPUT', text: '' },
        ],
        traffic: [
          { kind: 'http', name: 'page', port: 8080 },
          {
            kind: 'talk',
            name: 'hex',
            port: 99,
            // Turns of one side in a row are one packet's worth.
            turns: [
              { from: 'client', bytes: '\x13\xff\0a\xe4\n' },
              { from: 'server', bytes: 'ok' },
            ],
          },
        ],
        expect: [
          { kind: 'exchange', exchange: 'page', outcome: 'completed' },
          { kind: 'exchange', exchange: 'hex', outcome: 'stalled' },
          { kind: 'count', rule: 'first', packets: 'some' },
          { kind: 'count', rule: 'bare', packets: 'none' },
          { kind: 'restored' },
          { kind: 'reloaded', module: 'xt_layer7' },
        ],
      },
    ]);
  });

  it('reads what a check is tried under, segments, order and other tables', async () => {
    const under = [
      '    backends: [nft]',
      '    user-namespace: true',
      '    num-packets: 3',
      '    mtu: 1280',
      '    patterns: { aaa: "a b" }',
      '    bulk: 600',
      '    hostile: { offered: 90, patterns: ["a.*NUMBER"] }',
      '    rules:',
      '      nat: -t nat -A OUTPUT -j REDIRECT',
    ];
    const text = GOOD.replace('    rules:', under.join('\n'))
      .replace('http: 8080', 'http: 8080\n    via: 81')
      .replace('server: ok', 'server: ok\n      - server-segments: [abc, de, f]\n    after: page')
      .replace('bare: none', 'bare: 4')
      .replace(
        'restored: true',
        [
          'numbers: { patterns: 4, unknown: none }',
          '      verdicts: { page: http }',
          '      monitored: true',
          '      contained: { pattern-bytes: 5, memory-bytes: 6, seconds: 7 }',
        ].join('\n'),
      );
    const [check] = (await load(text)).checks;
    expect(check).toMatchObject({
      backends: ['nft'],
      userNamespace: true,
      numPackets: 3,
      mtu: 1280,
      patterns: { aaa: 'a b' },
      bulk: 600,
      hostile: { offered: 90, patterns: ['a.*NUMBER'] },
      traffic: [
        { name: 'page', port: 8080, via: 81 },
        { after: 'page', turns: [{}, { from: 'server', bytes: 'okabcdef', cuts: [5, 7] }] },
      ],
    });
    expect(check?.rules[0]).toEqual({
      name: 'nat',
      table: 'nat',
      chain: 'OUTPUT',
      text: '-j REDIRECT',
    });
    expect(check?.expect.slice(3)).toEqual([
      { kind: 'count', rule: 'bare', packets: 4 },
      { kind: 'number', name: 'patterns', value: 4 },
      { kind: 'number', name: 'unknown', value: 'none' },
      { kind: 'verdict', exchange: 'page', protocol: 'http' },
      { kind: 'monitored' },
      { kind: 'contained', patternBytes: 5, memoryBytes: 6, seconds: 7 },
      { kind: 'reloaded', module: 'xt_layer7' },
    ]);
  });

  it.each([
    ['name: mine', 'name: other', '1:7 the name is other, but the file is named mine.yaml'],
    [
      'http: 8080',
      'http: 70000',
      '5:11 exchanges[0].http has to be at most 65535, not the number 70000',
    ],
    ['http: 8080', 'https: 443', '5:5 unknown key "https" in exchanges[0]'],
    ['http: 8080', 'port: 80', '4:5 the exchange page has to have http, port and talk, or ping'],
    ['http: 8080', 'http: 8080\n    port: 1', '4:5 the exchange page is http and a talk at once'],
    ['name: hex', 'name: page', '6:11 page is there twice'],
    [
      '13 ff 00',
      '13 f',
      '9:21 exchanges[1].talk[0].client-hex has to be bytes in hex, such as 13 42 69, not the text "13 f"',
    ],
    ['server: ok', 'server: "\\u20ac"', '11:9 a character beyond U+00FF is no byte'],
    [
      'server: ok',
      'server: ok\n        client: no',
      '11:9 a turn is one of client and server, or of these with -hex or -segments',
    ],
    [
      'server: ok',
      `server: ${'x'.repeat(2000)}${`\n      - client: ${'y'.repeat(2000)}`.repeat(2)}`,
      '9:7 a talk of more than 4096 bytes',
    ],
    [
      '-A OUTPUT',
      '-I OUTPUT',
      '17:13 checks[0].rules.bare has to be iptables arguments that start with -A CHAIN, not the text "-I OUTPUT"',
    ],
    [
      '-A OUTPUT',
      '"-A OUTPUT\\n-P INPUT DROP"',
      /^17:13 checks\[0\]\.rules\.bare has to be iptables arguments/,
    ],
    ['[page, hex]', '[page, hax]', '18:21 there is no exchange hax'],
    ['port: 99', 'port: 8080', '18:21 hex needs port 8080, as page does'],
    [
      'hex: stalled',
      'hex: late',
      '20:42 checks[0].expect.exchanges.hex has to be completed or stalled, not the text "late"',
    ],
    ['bare: none', 'bore: none', "21:36 bore is not among the check's rules of the table filter"],
    [
      'bare: -A OUTPUT',
      'bare: -t raw -A OUTPUT',
      "21:36 bare is not among the check's rules of the table filter",
    ],
    ['bare: -A', 'bare: -t fitler -A', /^17:13 .*iptables arguments that start with -A CHAIN/],
    [
      'http: 8080',
      'http: 8080\n    ping: { size: 99, fill: aa }',
      /^4:5 .*a ping and a connection/,
    ],
    ['http: 8080', 'ping: { size: 99, fill: a }', /^5:\d+ .*a byte in hex/],
    [
      'http: 8080',
      'http: 8080\n    after: hex',
      '19:15 page comes after hex, which has to stand before it',
    ],
    ['restored: true', 'verdicts: { pages: http }', "22:26 pages is not among the check's traffic"],
    ['bare: none', 'bare: -1', /^21:36 /],
    [
      'restored: true',
      'contained: { pattern-bytes: 5, memory-bytes: 6, seconds: 7 }',
      '22:18 the check has no hostile patterns to contain',
    ],
    ['    rules:', '    mtu: 576\n    rules:', /^15:10 .*at least 1280/],
    ['    rules:', '    backends: [ebtables]\n    rules:', /^15:16 .*legacy or nft/],
    ['page: completed', 'pages: completed', "20:27 pages is not among the check's traffic"],
    ['restored: true', 'restored: 7', /^22:17 checks\[0\]\.expect\.restored has to be true/],
    ['reloaded: xt_layer7', 'reloaded: "a b"', /^23:17 .*a module's name/],
    ['title: A claim', 'titel: A claim', /^14:5 unknown key "titel"/],
  ])('complains of "%s" as "%s"', async (from, to, message) => {
    const found = await complaints(from, to);
    expect(
      found.some((one) => (typeof message === 'string' ? one === message : message.test(one))),
      found.join('\n'),
    ).toBe(true);
  });

  it('complains of a check that expects nothing, and of two of one name', async () => {
    const start = GOOD.indexOf('    expect:');
    await expect(load(`${GOOD.slice(0, start)}    expect: {}\n`)).rejects.toThrow('a fault');
    const check = GOOD.slice(GOOD.indexOf('  - id:'));
    await expect(load(`${GOOD}${check}`)).rejects.toMatchObject({
      failure: { diagnostics: [{ message: 'one is there twice' }] },
    });
  });

  it('names a scenario that is not there', async () => {
    await expect(loadScenario(root, 'recipes/scenarios/none.yaml')).rejects.toMatchObject({
      failure: { reason: 'recipe-invalid' },
    });
  });

  it("reads the project's own, whose check ids the report's readers know", async () => {
    const { checks } = await loadScenario(PROJECT, 'recipes/scenarios/layer7.yaml');
    expect(checks.map(({ id }) => id)).toEqual([
      'http-on-8080',
      'ssh-on-2222',
      'unknown',
      'side-by-side',
      'inverted',
      'drop',
      'save-restore',
      'unload',
    ]);
    // Junk has to be long enough for the match to give up (ten packets).
    const junk = checks.flatMap(({ traffic }) => traffic).find(({ name }) => name === 'junk');
    expect(junk?.kind === 'talk' ? junk.turns.length : 0).toBeGreaterThanOrEqual(11);
  });
});
