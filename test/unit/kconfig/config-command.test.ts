// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { registerConfigCommand } from '../../../src/cli/config-command.js';
import { readConfigFile } from '../../../src/kconfig/config-file.js';
import { parseFragment } from '../../../src/kconfig/fragment.js';
import { Failed } from '../../../src/model/failure.js';
import type { LinuxRecipe } from '../../../src/model/recipe.js';

const CONFIG = `#
# Automatically generated file; DO NOT EDIT.
# Linux/x86 6.1.99 Kernel Configuration
#
CONFIG_NF_CONNTRACK=y
CONFIG_NF_CONNTRACK_MARK=y
# CONFIG_NETFILTER_XT_MATCH_LIMIT is not set
`;

const REQUESTS = [
  ...parseFragment('# the guest\nCONFIG_KVM_GUEST=y\n', 'fragments/base-x86_64.config').requests,
  ...parseFragment(
    '# states\nCONFIG_NF_CONNTRACK=m\nCONFIG_NF_CONNTRACK_MARK=y\n# -m limit\nCONFIG_NETFILTER_XT_MATCH_LIMIT=m\n',
    'fragments/netfilter.config',
  ).requests,
];

let dir: string;
let asked: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'l7build-config-'));
  asked = [];
});
afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

async function run(...argv: string[]): Promise<{ out: string; code: number }> {
  let out = '';
  let code = -1;
  const program = new Command().exitOverride();
  registerConfigCommand(program, {
    recipe: (version) => {
      asked.push(version);
      return Promise.resolve({ config: { requests: REQUESTS } } as unknown as LinuxRecipe);
    },
    write: (data) => {
      out += data;
    },
    end: (said) => {
      code = said;
    },
  });
  await program.parseAsync(['config', ...argv], { from: 'user' });
  return { out, code };
}

function file(name: string, data: string | Uint8Array = CONFIG): string {
  writeFileSync(join(dir, name), data);
  return join(dir, name);
}

async function fault(place: string): Promise<Failed['failure']> {
  const error = await readConfigFile(place).catch((thrown: unknown) => thrown);
  if (error instanceof Failed) return error.failure;
  throw new Error('taken');
}

describe('config show', () => {
  it('lists every request with value, place and reason', async () => {
    const { out, code } = await run('show', '--kernel', '6.1');
    expect(out.split('\n').slice(0, 2)).toEqual([
      'y  CONFIG_KVM_GUEST                 fragments/base-x86_64.config:2  the guest',
      'm  CONFIG_NF_CONNTRACK              fragments/netfilter.config:2    states',
    ]);
    expect(code).toBe(0);
    expect(JSON.parse((await run('show', '--kernel', '6.1', '--json')).out)).toHaveLength(4);
  });
});

describe('config check', () => {
  it('lists what rules need as y, m or missing, with why, and ends in 4', async () => {
    const path = file('config-6.1');
    const { out, code } = await run('check', path);
    expect(out.split('\n')).toEqual([
      `${path}:`,
      'ok  y        CONFIG_NF_CONNTRACK              states',
      'ok  y        CONFIG_NF_CONNTRACK_MARK         states',
      'NO  missing  CONFIG_NETFILTER_XT_MATCH_LIMIT  asked for as m: -m limit',
      '1 of 3 options are not as needed',
      '',
    ]);
    expect(code).toBe(4);
    expect(asked).toEqual(['6.1']);
  });

  it('ends in 0 when all is there; --all compares the guest too', async () => {
    const whole = `${CONFIG}CONFIG_NETFILTER_XT_MATCH_LIMIT=m\n`;
    const path = file('config', whole);
    expect(await run('check', path, '--kernel', '6.1')).toMatchObject({
      code: 0,
      out: expect.stringContaining('all 3 options are there') as string,
    });
    expect((await run('check', path, '--all')).out).toContain('NO  missing  CONFIG_KVM_GUEST');
  });

  it('reads packed files whatever their name, and the .config of a directory', async () => {
    expect((await run('check', file('config.gz', gzipSync(CONFIG)))).code).toBe(4);
    mkdirSync(join(dir, 'build'));
    writeFileSync(join(dir, 'build/.config'), CONFIG);
    const { out } = await run('check', join(dir, 'build'), '--json');
    expect(JSON.parse(out)).toMatchObject({
      path: join(dir, 'build/.config'),
      verdicts: [{ outcome: 'stronger' }, { outcome: 'met' }, { outcome: 'dropped' }],
    });
  });

  it('knows the recipe of old kernels by their own words', async () => {
    await run('check', file('c', '# Linux kernel version: 2.6.32-573.el6.x86_64\nCONFIG_NET=y\n'));
    expect(asked).toEqual(['2.6.32']);
    await expect(run('check', file('d', 'CONFIG_NET=y\n'))).rejects.toThrow(
      'does not say which kernel',
    );
  });

  it('refuses what is no configuration', async () => {
    expect(await fault(join(dir, 'none'))).toMatchObject({ reason: 'usage' });
    expect((await fault(dir)).message).toContain('.config cannot be read');
    expect((await fault(file('text', 'hello\n'))).message).toContain('it has no CONFIG_ line');
    expect((await fault(file('broken', gzipSync(CONFIG).subarray(0, 40)))).message).toContain(
      'cannot be unpacked',
    );
    expect((await fault(file('large', Buffer.alloc(17 * 1024 * 1024)))).message).toContain(
      'larger than 16 MiB',
    );
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));
    expect((await fault(file('bomb', bomb))).message).toContain('cannot be unpacked');
  });

  it("takes this kernel's own configuration where it shows one", async () => {
    try {
      const { out } = await run('check', '--kernel', '6.1');
      expect(out).toMatch(/^\/(?:proc\/config\.gz|boot\/config-.*):\n/);
    } catch (error) {
      expect((error as Failed).failure.message).toContain('shows its configuration neither in');
    }
  });
});

describe('config diff', () => {
  it('lists what differs', async () => {
    const a = file('a');
    const b = file(
      'b',
      CONFIG.replace('CONFIG_NF_CONNTRACK=y', 'CONFIG_NF_CONNTRACK=m').replace(
        '# CONFIG_NETFILTER_XT_MATCH_LIMIT is not set',
        'CONFIG_NETFILTER_XT_MATCH_LIMIT=y',
      ),
    );
    expect((await run('diff', a, b)).out).toBe(
      'CONFIG_NETFILTER_XT_MATCH_LIMIT  n  ->  y\nCONFIG_NF_CONNTRACK              y  ->  m\n',
    );
    expect(await run('diff', a, a)).toEqual({ out: '', code: 0 });
    expect(JSON.parse((await run('diff', a, b, '--json')).out)).toHaveLength(2);
  });
});
