// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exec } from '../../../src/host/exec.js';
import { parseFragment } from '../../../src/kconfig/fragment.js';
import type { Failed } from '../../../src/model/failure.js';
import type { Era } from '../../../src/model/recipe.js';
import type { BuildCommand } from '../../../src/model/runtime.js';
import type { StepContext, StepResult } from '../../../src/model/step.js';
import { configure } from '../../../src/steps/configure.js';
import { Workshop } from '../series/workshop.js';

const ERA: Era = { name: 'modern', panicNow: '-1', userland: 'host' };
const STATE = `CONFIG_NET=y
CONFIG_INET=y
CONFIG_NETFILTER=y
CONFIG_NF_CONNTRACK=m
CONFIG_NETFILTER_XTABLES=m
CONFIG_NETFILTER_XT_MATCH_STATE=m
`;

let shop: Workshop;
let commands: BuildCommand[];
beforeEach(() => {
  shop = new Workshop();
  commands = [];
});
afterEach(() => {
  shop.remove();
});

function context(): StepContext {
  const patched = shop.scratch();
  mkdirSync(join(patched, 'overlay'));
  writeFileSync(join(patched, 'removed.json'), '[]');
  const part = {
    taskId: 'configure:linux',
    project: shop.project,
    out: shop.scratch(),
    scratch: shop.scratch(),
    cache: join(shop.root, 'cache'),
    log: join(shop.root, 'log'),
    needs: {
      tree: { dir: shop.tree, manifest: { key: 'k' } },
      patch: { dir: patched, manifest: { key: 'p' } },
    },
    signal: new AbortController().signal,
    warn: (): void => undefined,
    runtime: () =>
      Promise.resolve({
        run: async (command: BuildCommand): Promise<void> => {
          commands.push(command);
          await exec(command.argv, {
            cwd: command.cwd,
            env: { PATH: process.env['PATH'] ?? '', ...command.env },
            log: command.log,
          });
        },
      }),
  };
  return part as unknown as StepContext;
}

function run(ctx: StepContext, fragment: string): Promise<StepResult> {
  const { requests } = parseFragment(`# why\n${fragment}`, 'f.config');
  return configure({ config: { base: 'allnoconfig', fragments: [], requests }, era: ERA }, ctx);
}

describe('the configure step', () => {
  it('yields the resolved configuration and the contract', async () => {
    const ctx = context();
    const { facts } = await run(ctx, STATE);
    expect(readFileSync(join(ctx.out, 'config'), 'utf8')).toContain(
      '\nCONFIG_NETFILTER_XT_MATCH_STATE=m\n',
    );
    const contract: unknown = JSON.parse(readFileSync(join(ctx.out, 'contract.json'), 'utf8'));
    expect(contract).toEqual(facts?.['config']);
    expect(contract).toHaveLength(6);
    expect(contract).toContainEqual({
      symbol: 'NF_CONNTRACK',
      requested: 'm',
      resolved: 'm',
      outcome: 'met',
      why: 'why',
      from: 'f.config:5',
    });
  });

  it('runs the tree inside the builder, writing to the build directory only', async () => {
    await run(context(), STATE);
    const work = join(shop.root, 'cache/work/k');
    expect(commands.map(({ argv }) => argv)).toEqual([
      [
        'make',
        '-C',
        join(work, 'src'),
        `O=${join(work, 'build')}`,
        'ARCH=x86_64',
        'PAHOLE=no-pahole',
        'allnoconfig',
      ],
    ]);
    expect(commands[0]?.writable).toEqual([join(work, 'build')]);
    expect(commands[0]?.env['KBUILD_BUILD_USER']).toBe('l7build');
    expect(existsSync(join(work, 'build/.config'))).toBe(false);
  });

  it('fails on a request that is not met, and names the dependency', async () => {
    const ctx = context();
    const failed = await run(ctx, `${STATE}CONFIG_NETFILTER_XT_MATCH_LENGTH=m\n`).catch(
      (error: unknown) => error,
    );
    expect((failed as Failed).failure).toMatchObject({
      reason: 'config-unmet',
      message: 'CONFIG_NETFILTER_XT_MATCH_LENGTH=m cannot be met: it is n',
      details: [
        'CONFIG_NETFILTER_XT_MATCH_LENGTH=m (f.config:8): dropped, is n; needs NETFILTER_ADVANCED=y or m, which is n',
      ],
    });
    expect(existsSync(join(ctx.out, 'config'))).toBe(false);
  });
});
