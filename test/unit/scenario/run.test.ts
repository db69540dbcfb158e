// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Check, Scenario } from '../../../src/model/scenario.js';
import { runTrials, trialsOf } from '../../../src/scenario/run.js';

function check(id: string, ...expected: Check['expect']): Check {
  return {
    id,
    title: id,
    sysctls: {},
    rules: [{ name: 'r', chain: 'INPUT', text: `-m x --id ${id}` }],
    traffic: [],
    expect: expected,
  };
}

const SCENARIO: Scenario = {
  name: 's',
  summary: 's',
  patienceMs: 100,
  checks: [
    check('alone', { kind: 'reloaded', module: 'm' }),
    check('first', { kind: 'count', rule: 'r', packets: 'none' }),
    check('second', { kind: 'count', rule: 'r', packets: 'none' }),
  ],
};

const DONE = {
  exitCode: 0,
  stdout: '@counters\n[0:0] -A INPUT\n@reloaded\n',
  stderr: '',
  timedOut: false,
};

describe('runTrials', () => {
  it('tries every check with every variant, some at once, and the lone ones alone at the end', async () => {
    const trials = trialsOf(SCENARIO, ['legacy', 'nft'], ['ipv4', 'ipv6']);
    const order: string[] = [];
    const told: string[] = [];
    let [now, most] = [0, 0];
    const results = await runTrials(
      trials,
      async (script) => {
        const id = /--id (\w+)/.exec(script)?.[1] ?? '';
        now += 1;
        if (id === 'alone') expect(now).toBe(1);
        most = Math.max(most, now);
        order.push(id);
        await new Promise((done) => setTimeout(done, 5));
        now -= 1;
        return DONE;
      },
      ({ id }) => told.push(id),
    );
    expect(most).toBeGreaterThan(1);
    expect(order.slice(0, 8).sort()).toEqual([
      ...Array<string>(4).fill('first'),
      ...Array<string>(4).fill('second'),
    ]);
    expect(order.slice(8)).toEqual(Array<string>(4).fill('alone'));
    expect(told).toHaveLength(12);
    // In the scenario's order, whatever the order of the ends.
    expect(results.map(({ id, variant }) => `${id} ${variant}`).slice(0, 5)).toEqual([
      'alone legacy, ipv4',
      'alone legacy, ipv6',
      'alone nft, ipv4',
      'alone nft, ipv6',
      'first legacy, ipv4',
    ]);
    expect(results.every(({ outcome }) => outcome === 'passed')).toBe(true);
  });

  it('tries a check only with the back ends that it names', () => {
    const checks = SCENARIO.checks.map((one, index): Check =>
      index === 0 ? { ...one, backends: ['nft'] } : one,
    );
    const trials = trialsOf({ ...SCENARIO, checks }, ['legacy', 'nft'], ['ipv4']);
    expect(trials.map(({ check: { id }, variant }) => `${id} ${variant.backend}`)).toEqual([
      'alone nft',
      'first legacy',
      'first nft',
      'second legacy',
      'second nft',
    ]);
  });

  it("passes on the guest's failure", async () => {
    const run = (): Promise<never> => Promise.reject(new Error('the guest died'));
    await expect(
      runTrials(trialsOf(SCENARIO, ['nft'], ['ipv4', 'ipv6']), run, () => undefined),
    ).rejects.toThrow('the guest died');
  });
});
