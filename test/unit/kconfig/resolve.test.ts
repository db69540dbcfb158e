// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFragment } from '../../../src/kconfig/fragment.js';
import { placeConfig } from '../../../src/kconfig/place-config.js';
import { resolveConfig } from '../../../src/kconfig/resolve.js';
import type { ConfigSpec } from '../../../src/model/recipe.js';
import { FAKE_LINUX } from '../series/workshop.js';

let build: string;
let targets: string[];
beforeEach(() => {
  build = mkdtempSync(join(tmpdir(), 'l7build-resolve-'));
  targets = [];
});
afterEach(() => {
  rmSync(build, { recursive: true, force: true });
});

function resolve(base: ConfigSpec['base'], fragment: string): Promise<string> {
  const { requests } = parseFragment(`# why\n${fragment}\n`, 'f.config');
  return resolveConfig({
    build,
    config: { base, fragments: [], requests },
    make: (target, env) => {
      targets.push(target);
      execFileSync('make', ['-s', '-C', FAKE_LINUX, `O=${build}`, target], {
        env: { PATH: process.env['PATH'], ...env },
      });
      return Promise.resolve();
    },
  });
}

describe("a recipe's requests, resolved by the tree", () => {
  it('go onto allnoconfig', async () => {
    const config = await resolve('allnoconfig', 'CONFIG_NET=y\nCONFIG_LOCALVERSION="-x"');
    expect(config).toContain('\nCONFIG_NET=y\n');
    expect(config).toContain('\nCONFIG_LOCALVERSION="-x"\n');
    expect(config).toContain('\n# CONFIG_MODULES is not set\n');
    expect(targets).toEqual(['allnoconfig']);
  });

  it('go onto another base, and win over it', async () => {
    const config = await resolve('defconfig', '# CONFIG_MODULES is not set\nCONFIG_LEGACY=y');
    expect(config).toContain('\nCONFIG_NETFILTER=y\n');
    expect(config).toContain('\nCONFIG_LEGACY=y\n');
    expect(config).toContain('\n# CONFIG_MODULES is not set\n');
    expect(targets).toEqual(['defconfig', 'allnoconfig']);
  });

  it('leave the .config of a build alone', async () => {
    writeFileSync(join(build, '.config'), 'mine\n');
    await resolve('allnoconfig', 'CONFIG_NET=y');
    expect(readFileSync(join(build, '.config'), 'utf8')).toBe('mine\n');
  });
});

describe('a configuration put in its place', () => {
  it('keeps the date of one that is the same', async () => {
    const config = join(build, 'config');
    writeFileSync(config, 'CONFIG_NET=y\n');
    await placeConfig(config, build);
    const place = join(build, '.config');
    expect(readFileSync(place, 'utf8')).toBe('CONFIG_NET=y\n');
    utimesSync(place, 1e9, 1e9);
    await placeConfig(config, build);
    expect(statSync(place).mtimeMs).toBe(1e12);
    writeFileSync(config, '# CONFIG_NET is not set\n');
    await placeConfig(config, build);
    expect(readFileSync(place, 'utf8')).toBe('# CONFIG_NET is not set\n');
    expect(statSync(place).mtimeMs).toBeGreaterThan(1e12);
  });
});
