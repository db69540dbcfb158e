// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { containerPlan } from '../../../src/plan/container.js';
import { makePlan } from '../../../src/plan/plan.js';
import { planInput } from './input.js';
import { DEBIAN } from './userland.js';

const WRAPPER = { path: 'guest/contained', sha256: 'c'.repeat(64) };
const PARAMS = { reference: 'localhost/l7build:6.1', labels: {} };

it('makes an image of iptables and a userland, and waits for no kernel', () => {
  const plan = makePlan(planInput({ guest: [WRAPPER] }));
  const { container } = containerPlan(plan, PARAMS, { gzip: 'x' }, DEBIAN);
  expect(container.needs).toEqual({ iptables: 'compile:iptables', userland: 'userland:debian' });
  expect(container.params).toMatchObject({ ...PARAMS, wrapper: WRAPPER });
  expect(container.host).toMatchObject({ gzip: 'x' });
});
