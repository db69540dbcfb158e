// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runPlan } from '../../../src/engine/run.js';
import { Store } from '../../../src/engine/store.js';
import type { Builder, Workshop } from '../../../src/model/runtime.js';
import { builderRoles } from '../../../src/plan/builder.js';
import { loadToolchain } from '../../../src/recipe/index.js';

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/**
 * Where the toolchain's root is kept from one test run to the next: making it takes half a minute.
 * The store's locks let test files that need it at the same time make it once.
 */
export const STORE = join(PROJECT, 'out', 'test-store');

/** The toolchain that the contract is tried with. */
const TOOLCHAIN = 'bookworm-gcc-12';

/** What a builder compiles in, made by the same tasks as in a run; undefined for one without a root. */
export async function workshopFor(builder: Builder): Promise<Workshop | undefined> {
  if (builder.toolchain !== undefined) return undefined;
  const toolchain = await loadToolchain(PROJECT, TOOLCHAIN);
  const { tasks } = builderRoles({ toolchain, inVm: builder.name === 'qemu' });
  const logs = await mkdtemp(join(tmpdir(), 'l7build-workshop-'));
  const results = await runPlan(
    { name: TOOLCHAIN, mode: 'full', tasks },
    {
      store: new Store(STORE),
      project: PROJECT,
      logs,
      policy: { mirrors: [], offline: false },
      builder,
      jobs: 1,
      signal: new AbortController().signal,
      emit: () => undefined,
      onResult: () => undefined,
      expected: {},
    },
  );
  await rm(logs, { recursive: true });
  const entryOf = (id: string) => results.find(({ task }) => task.id === id)?.entry;
  const made = entryOf('toolchain');
  if (made === undefined) throw new Error('the plan has no toolchain');
  const vm = entryOf('unpack:vm');
  return { toolchain: made, ...(vm === undefined ? {} : { vm }) };
}
