// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { labPlan } from '../../../src/plan/lab.js';
import { makePlan } from '../../../src/plan/plan.js';
import { planInput } from './input.js';
import { DEBIAN } from './userland.js';

const PLAN = makePlan(planInput());

it('makes a userland of its pinned packages, and gives the image what it lies on', () => {
  const { plan, needs } = labPlan(PLAN, [DEBIAN]);
  expect(needs).toMatchObject({ image: 'image:lab', 'userland:debian': 'userland:debian' });
  expect(plan.tasks.slice(-3)).toMatchObject([
    { id: 'image:lab', params: { networked: true, userland: true } },
    { id: 'fetch:userland-debian', params: { source: DEBIAN.lock } },
    {
      id: 'userland:debian',
      verb: 'userland',
      needs: { fetch: 'fetch:userland-debian' },
      params: { suite: 'bookworm', answers: [], packages: ['dash'] },
    },
  ]);
});
