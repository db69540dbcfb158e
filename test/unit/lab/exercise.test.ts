// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { freshScript, runTrial, type Hosts } from '../../../src/lab/exercise.js';
import type { Exercise } from '../../../src/model/exercise.js';
import type { Tried } from '../../../src/model/lab-report.js';
import type { RunResult } from '../../../src/model/run-result.js';

const EXERCISE: Exercise = {
  kind: 'exercise',
  name: 'small',
  summary: 'A small one',
  file: { path: 'recipes/exercises/small.yaml', sha256: '' },
  teaches: 'Little.',
  topology: 'guide',
  steps: [
    { kind: 'start', host: 'b', command: 'serve', port: 80, essential: false, observe: [] },
    { kind: 'rule', host: 'a', command: 'forbid', essential: true, observe: [] },
    {
      kind: 'run',
      host: 'b',
      command: 'count',
      essential: false,
      observe: [{ what: 'replies', line: '<n> received', least: 0, most: 0 }],
    },
  ],
  notApplicable: [],
};

const never = new AbortController().signal;
const done = (change: Partial<RunResult> = {}): RunResult => ({
  exitCode: 0,
  stdout: '',
  stderr: '',
  timedOut: false,
  ...change,
});

/** Hosts that know what is forbidden and say how many came through; what was asked of them, in order. */
class Pretended implements Hosts {
  readonly asked: string[] = [];
  running = 0;
  #forbidden = false;
  #sent = 0;

  constructor(private readonly answers: Readonly<Record<string, RunResult>> = {}) {}

  async run(host: string, script: string, _: number, signal: AbortSignal): Promise<RunResult> {
    const command = script.startsWith('export') ? (script.split('\n')[2] ?? '') : '';
    this.asked.push(`${host} ${command || (script.includes(':0050 0') ? 'listens' : 'fresh')}`);
    if (command === 'serve') {
      this.running += 1;
      await new Promise((end) => {
        signal.addEventListener('abort', end);
      });
      this.running -= 1;
    }
    if (command === 'forbid') this.#forbidden = true;
    if (command === 'count') this.#sent += 3;
    const told: Readonly<Record<string, string>> = {
      count: `${this.#forbidden ? '0' : '3'} received`,
      'iptables-save -c': `*filter\n:INPUT ACCEPT [${String(this.#sent)}:9]\nCOMMIT\n`,
    };
    return this.answers[command] ?? done({ stdout: told[command] ?? '' });
  }
}

function tried(hosts: Hosts, withoutRules = false): Promise<Tried> {
  const trial = { exercise: EXERCISE, backend: 'nft', withoutRules } as const;
  return runTrial(trial, hosts, ['a', 'b'], never);
}

it('makes the hosts fresh, does the steps in order, and ends what it started', async () => {
  const hosts = new Pretended();
  const { result } = await tried(hosts);
  expect(result).toMatchObject({
    id: 'small',
    variant: 'nft',
    outcome: 'passed',
    observed: 'replies: 0',
  });
  expect(hosts.asked).toEqual([
    'a fresh',
    'b fresh',
    'a iptables-save -c',
    'b serve',
    'b listens',
    'a forbid',
    'b count',
    'a iptables-save -c',
  ]);
  expect(hosts.running).toBe(0);
});

it('keeps what each step came to, and what the host with rules counted before and after', async () => {
  const { steps, counters } = await tried(new Pretended());
  expect(steps).toMatchObject([
    { step: 0, output: '', observations: [] },
    { step: 1, exitCode: 0, observations: [] },
    {
      step: 2,
      output: '0 received',
      observations: [{ expected: 'replies: 0', observed: 'replies: 0', met: true }],
    },
  ]);
  expect(counters.map(({ host, after, chains }) => [host, after, chains[0]?.packets])).toEqual([
    ['a', undefined, 0],
    ['a', 2, 3],
  ]);
});

it('keeps the first of what is printed, and counters only where they moved', async () => {
  const stdout = `0 received${'x'.repeat(5000)}`;
  const hosts = new Pretended({ count: done({ stdout }), 'iptables-save -c': done() });
  const { steps, counters } = await tried(hosts);
  expect(steps.at(-1)?.output).toBe(`${stdout.slice(0, 4000)}…`);
  expect(counters).toEqual([{ host: 'a', chains: [] }]);
});

it('fails, and names the observation, when what it is about is left out', async () => {
  expect((await tried(new Pretended(), true)).result).toMatchObject({
    outcome: 'failed',
    expected: 'replies: 0',
    observed: 'replies: 3',
  });
});

it('stops at a command that fails, and tells it', async () => {
  const hosts = new Pretended({ forbid: done({ exitCode: 2, stderr: 'no such match' }) });
  expect((await tried(hosts)).result).toMatchObject({
    outcome: 'failed',
    observed: 'a: forbid: ended with exit code 2: no such match',
  });
  expect(hosts.asked.at(-1)).toBe('a forbid');
  expect(hosts.running).toBe(0);
});

it('fails where a number is not told, with what was said instead', async () => {
  const hosts = new Pretended({ count: done({ stderr: 'bad address' }) });
  expect((await tried(hosts)).result).toMatchObject({
    outcome: 'failed',
    observed: 'replies: not told (bad address)',
  });
});

it('makes hosts fresh from where the guest itself is, and their userland with them', () => {
  const lines = freshScript('nft').split('\n');
  expect(lines[0]).toBe('[ -e /init ] || exec chroot /proc/1/root /bin/sh "$0"');
  expect(lines).toContain('[ ! -d /userland ] || userland');
});

it('empties the tables of both back ends, since the rules of both hold', () => {
  const script = freshScript('nft');
  expect(script).toContain('command -v iptables-nft$rest');
  expect(script.match(/^\*\w+$/gm)).toEqual(['*raw', '*mangle', '*nat', '*filter']);
  expect(script).toContain('/run/tables/iptables-restore </run/tables/empty');
  expect(script).toContain('command -v iptables-legacy-restore');
});
