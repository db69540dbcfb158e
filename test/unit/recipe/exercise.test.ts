// SPDX-License-Identifier: GPL-2.0-only
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { exerciseNames, loadExercise, whyNot } from '../../../src/recipe/index.js';
import { failureOf, marked, place, project } from './project.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

const PAIR = `name: pair
summary: Two hosts
kernel: '6.1'
links: { lan: 10.0.0.0/24 }
hosts:
  one: { on: { lan: 10.0.0.1 } }
  two: { on: { lan: 10.0.0.2 } }
`;
const SMALL = `name: small
summary: A small one
teaches: Little.
topology: pair
steps:
  - on: one
    start: nc -ll -p 80
    port: 80
  - on: one
    rule: iptables -A INPUT -j DROP
  - on: two
    run: ping -c 3 10.0.0.1
    observe:
      - { what: replies, line: <n> packets received, is: 0 }
      - { what: requests, line: <n> packets transmitted, least: 3 }
`;

const load = async (text: string) =>
  loadExercise(
    await project({
      'recipes/topologies/pair.yaml': PAIR,
      'recipes/exercises/small.yaml': text,
    }),
    'small',
  );

describe('an exercise', () => {
  it('becomes the model', async () => {
    const { steps, topology } = await load(SMALL);
    expect(topology).toBe('pair');
    expect(steps).toEqual([
      {
        kind: 'start',
        host: 'one',
        command: 'nc -ll -p 80',
        port: 80,
        essential: false,
        observe: [],
      },
      {
        kind: 'rule',
        host: 'one',
        command: 'iptables -A INPUT -j DROP',
        essential: true,
        observe: [],
      },
      {
        kind: 'run',
        host: 'two',
        command: 'ping -c 3 10.0.0.1',
        essential: false,
        observe: [
          { what: 'replies', line: '<n> packets received', least: 0, most: 0 },
          { what: 'requests', line: '<n> packets transmitted', least: 3 },
        ],
      },
    ]);
  });

  it('may be about another step than a rule', async () => {
    const { steps } = await load(SMALL.replace('rule:', 'essential: true\n    run:'));
    expect(steps.map(({ kind, essential }) => [kind, essential])).toEqual([
      ['start', false],
      ['run', true],
      ['run', false],
    ]);
  });

  it.each([
    ['a host that there is not', ['on: two', 'on: ▸three'], 'there is no host three'],
    ['a topology that there is not', ['pair', '▸pear'], 'there is no recipe for topology pear'],
    [
      'a step of two kinds',
      ['- on: two', '- ▸on: two\n    start: x'],
      'a step is one of rule, run, start',
    ],
    [
      'a step of no kind',
      ['- on: two\n    run: ping -c 3 10.0.0.1', '- ▸on: two'],
      'a step is one of rule, run, start',
    ],
    [
      'a rule that is said to be essential',
      ['    rule:', '    essential: ▸true\n    rule:'],
      'a rule always is',
    ],
    [
      'no rule',
      ['steps:\n', 'steps:\n  ▸'],
      'no step is a rule, or essential: nothing that the exercise could fail without',
    ],
    [
      'a number that is nothing',
      [', is: 0 }', ' }'],
      'replies: say what it is, or its least or most',
    ],
    [
      'bounds the wrong way round',
      ['least: 3', 'least: 3, most: 2'],
      'requests: least is above most',
    ],
    [
      'two numbers in a line',
      ['line: <n> packets received', 'line: ▸<n> of <n>'],
      'one number is observed: one <n> in a line',
    ],
    [
      'an exception that is the rule',
      ['steps:\n', 'not-applicable:\n  - ▸why: It never is.\nsteps:\n'],
      'it would never be tried: say backends, from or below',
    ],
    [
      'a port of what is only run',
      ['run: ping', 'port: ▸9\n    run: ping'],
      'only what is started has a port to wait for',
    ],
  ])('is refused: %s', async (what, [from = '', to = ''], message) => {
    expect(SMALL).toContain(from);
    let text = SMALL.replace(from, to);
    if (what === 'no rule') text = text.replace('  ▸  - on', '  ▸- on').replace('rule:', 'run:');
    const { text: plain, places } = marked(text);
    const { diagnostics = [] } = await failureOf(load(plain));
    expect(diagnostics.map((one) => one.message)).toContain(message);
    if (places.length > 0) expect(diagnostics.map(place)).toEqual(places);
  });
});

it('says with which kernels and back ends it is not applicable, and why', async () => {
  const exercise = await load(`${SMALL}not-applicable:
  - { why: no helper, from: '4.7', below: '6.2' }
  - { why: no table, backends: [nft], below: '4.7' }
`);
  const cases = [
    ...(['4.7', '6.1', '6.12', '6.1-rc1'] as const).map((kernel) => [kernel, 'nft'] as const),
    ...[['2.6.32', 'nft'] as const, ['2.6.32', 'legacy'] as const],
  ];
  expect(cases.map(([kernel, backend]) => whyNot(exercise, kernel, backend))).toEqual([
    ...['no helper', 'no helper', undefined, 'no helper'],
    ...['no table', undefined],
  ]);
  expect(whyNot(await load(SMALL), '6.1', 'nft')).toBeUndefined();
});

it("the project's own are sound, and say what they teach", async () => {
  const names = await exerciseNames(ROOT);
  expect(names).toEqual(
    expect.arrayContaining(['icmp-flood', 'layer7', 'mark-ttl', 'multiport', 'ping-iptables']),
  );
  for (const name of names) {
    const { teaches, steps } = await loadExercise(ROOT, name);
    expect(teaches.length).toBeGreaterThan(40);
    expect(steps.filter(({ essential }) => essential)).not.toEqual([]);
  }
});
