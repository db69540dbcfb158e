// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Check, Sample, Variant } from '../../../src/model/scenario.js';
import { judgeAll } from '../../../src/scenario/judge.js';
import { portOf, titleOf } from '../../../src/scenario/peers.js';
import { expectedOf } from '../../../src/scenario/told.js';

const VARIANT: Variant = { backend: 'nft', family: 'ipv4' };

const HTTP = { protocol: 'http', later: false };

function sample(name: string, more: Partial<Sample> = {}): Sample {
  const packets = [{ from: 'client', bytes: 'x' }] as const;
  return { file: 'f', name, transport: 'tcp', packets, overlaps: [], ...more };
}

const SAMPLES = [
  sample('page', { protocol: 'http' }),
  sample('video', { protocol: 'flv', overlaps: [HTTP] }),
  sample('answer', { protocol: 'ntp', transport: 'udp' }),
  sample('junk'),
];
const CHECK: Check = {
  id: 'matrix',
  title: 'A claim',
  sysctls: {},
  samples: { folder: 'samples', all: SAMPLES },
  rules: [
    { name: 'not', chain: 'INPUT', text: '-m layer7 ! --l7proto http' },
    { name: 'flv', chain: 'INPUT', text: '-m layer7 --l7proto flv -j DROP' },
  ],
  traffic: [],
  expect: [{ kind: 'told' }],
};

/** What the guest prints when the samples were told so; '' for one that is not listed. */
function output(...told: readonly string[]): string {
  const lines = told.map((protocol, index) => {
    const { transport = 'tcp' } = SAMPLES[index] ?? {};
    const port = String(portOf(index));
    // A server that speaks first is the one that the connection comes from.
    const ends = transport === 'udp' ? `sport=${port} dport=40000` : `sport=40000 dport=${port}`;
    return protocol === ''
      ? ''
      : `ipv4 2 ${transport} 6 src=127.0.0.1 dst=127.0.0.1 ${ends} l7proto=${protocol}`;
  });
  return [...SAMPLES.map((one) => `@ended ${titleOf(one)}`), '@verdicts', ...lines, ''].join('\n');
}

function judged(stdout: string): ReturnType<typeof judgeAll> {
  return judgeAll(CHECK, VARIANT, { exitCode: 0, stdout, stderr: '', timedOut: false }, 5);
}

describe('what samples were told as', () => {
  it('is a result for the check and one for each protocol that was spoken, nobody’s at the end', () => {
    const results = judged(output('http', 'flv', 'ntp', 'unknown'));
    expect(
      results.map(({ id, outcome, expected, observed }) => [id, outcome, expected, observed]),
    ).toEqual([
      ['matrix', 'passed', '4 exchanges told as stated', '4 of them'],
      ['matrix-flv', 'passed', '1 as flv', '1 as flv'],
      ['matrix-http', 'passed', '1 as http', '1 as http'],
      ['matrix-ntp', 'passed', '1 as ntp', '1 as ntp'],
      ['matrix-unknown', 'passed', '1 as unknown', '1 as unknown'],
    ]);
    expect(results[1]).toMatchObject({
      title: 'What speaks flv is told as flv',
      variant: 'nft, ipv4',
      told: { matrix: 'matrix', spoken: 'flv', as: [{ protocol: 'flv', count: 1 }] },
    });
  });

  it.each([
    [
      'another protocol',
      output('http', 'http', 'ntp', 'unknown'),
      'flv',
      '1 as http; f/video is http',
    ],
    [
      'something that is nobody’s',
      output('http', 'flv', 'ntp', 'irc'),
      'unknown',
      '1 as irc; f/junk is irc',
    ],
    [
      'nothing yet',
      output('unset', 'flv', 'ntp', 'unknown'),
      'http',
      '1 as unset; f/page is unset',
    ],
    [
      'a connection that is not listed',
      output('', 'flv', 'ntp', 'unknown'),
      'http',
      '1 as unlisted; f/page is unlisted',
    ],
    [
      'an exchange that did not come to its end',
      output('http', 'flv', 'ntp', 'unknown').replace('@ended f/answer\n', ''),
      'ntp',
      '1 as stalled; f/answer is stalled',
    ],
  ])('fails its row and the check for %s', (_, stdout, protocol, observed) => {
    const results = judged(stdout);
    const failed = results.filter(({ outcome }) => outcome === 'failed');
    expect(failed.map(({ id }) => id)).toEqual(['matrix', `matrix-${protocol}`]);
    expect(failed.map((one) => one.observed)).toEqual(['3 of them', observed]);
  });

  it('is no row where the script came to nothing', () => {
    const results = judgeAll(
      CHECK,
      VARIANT,
      { exitCode: 2, stdout: '', stderr: 'no perl', timedOut: false },
      5,
    );
    expect(results).toHaveLength(1);
    expect(results[0]).toMatchObject({ outcome: 'failed' });
    expect(results[0].observed).toContain('no perl');
  });

  it('has to be the first, by the order of rules, of those that know it', () => {
    const video = sample('v', {
      protocol: 'flv',
      overlaps: [HTTP, { ...HTTP, protocol: 'alpha' }],
    });
    expect(expectedOf(video, ['flv', 'http'])).toBe('flv');
    expect(expectedOf(video, ['http', 'flv'])).toBe('http');
    // Those without a rule of the check's own come behind, by name.
    expect(expectedOf(video, ['ssh'])).toBe('alpha');
    expect(expectedOf(sample('n'), ['flv'])).toBe('unknown');
    const late = { ...video, overlaps: [{ ...HTTP, later: true }] };
    expect(expectedOf(late, ['http', 'flv'])).toBe('flv');
    const results = judgeAll(
      { ...CHECK, rules: [] },
      VARIANT,
      {
        exitCode: 0,
        stdout: output('http', 'http', 'ntp', 'unknown'),
        stderr: '',
        timedOut: false,
      },
      5,
    );
    // As it should be, and yet not hidden: flv stands before http by its name.
    expect(results[0].outcome).toBe('failed');
    const behind = [{ name: 'http', chain: 'INPUT', text: '-m layer7 --l7proto http' }];
    const [whole, flv] = judgeAll(
      { ...CHECK, rules: behind },
      VARIANT,
      {
        exitCode: 0,
        stdout: output('http', 'http', 'ntp', 'unknown'),
        stderr: '',
        timedOut: false,
      },
      5,
    );
    expect(whole.outcome).toBe('passed');
    expect(flv?.title).toBe('What speaks flv is told as http');
  });
});
