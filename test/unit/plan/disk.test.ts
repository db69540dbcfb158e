// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { diskPlan } from '../../../src/plan/disk.js';
import { makePlan } from '../../../src/plan/plan.js';
import { planInput } from './input.js';
import { DEBIAN } from './userland.js';

const PLAN = makePlan(planInput());
const PARAMS = {
  format: 'raw',
  hostname: 'wall',
  rules: { iptables: '', ip6tables: '' },
  password: '',
} as const;

it('makes a disk of the kernel and the image of a host', () => {
  const { plan, disk } = diskPlan(PLAN, PARAMS, {});
  expect(disk.needs).toEqual({ linux: 'compile:linux', image: 'image:lab' });
  expect(plan.tasks.at(-1)).toBe(disk);
  expect(plan.tasks.some(({ verb }) => verb === 'userland')).toBe(false);
});

it('puts the programs of a distribution on it, whose image has what they lie on', () => {
  const params = { ...PARAMS, userland: { authorizedKeys: '' } };
  const { plan, disk } = diskPlan(PLAN, params, {}, DEBIAN);
  expect(disk.needs).toMatchObject({ image: 'image:lab', userland: 'userland:debian' });
  expect(plan.tasks.find(({ id }) => id === 'image:lab')).toMatchObject({
    params: { networked: true, userland: true },
  });
});
