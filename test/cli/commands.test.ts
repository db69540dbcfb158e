// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FakeProject } from './project.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
});
afterAll(() => project.remove());

describe('help', () => {
  it.each([[['--help']], [['build', '--help']]])('%j has examples and exits 0', async (words) => {
    const { code, stdout, stderr } = await project.run(...words);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('l7build --kernel 6.1');
    expect(stdout).toMatch(/Exit codes: 0 verified; .*130 interrupted/s);
  });

  it('is what no arguments give, with exit code 2', async () => {
    const { code, stdout, stderr } = await project.run();
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: l7build');
    expect(stderr).toContain('l7build --kernel 6.1');
  });

  it.each([
    [['--kernle', '9.9'], /unknown option '--kernle'[^]*Did you mean --kernel/],
    [['docter'], /there is no command "docter"[^]*Did you mean doctor/],
    [['explain'], /say which kernel: --kernel VERSION/],
    [['--kernel', '9.9', '--mode', 'half'], /full, module/],
    [['--kernel', '9.9', '--source', 'linux'], /NAME=PATH/],
  ])('%j is refused in words', async (words, complaint) => {
    const { code, stderr } = await project.run(...words);
    expect(code).toBe(2);
    expect(stderr).toMatch(complaint);
    expect(stderr).toContain('l7build --help');
    expect(stderr).not.toMatch(/^ +at /m);
  });
});

it('list names the recipes', async () => {
  const { code, stdout } = await project.run('list');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^linux +9\.9 +A kernel in small$/m);
  expect(stdout).toMatch(/^iptables +1\.0 +An iptables in small$/m);
  const asJson = await project.run('list', '--json');
  expect(JSON.parse(asJson.stdout)).toMatchObject([{ version: '9.9' }, { version: '1.0' }]);
});

it('explain tells what would be done and builds nothing', async () => {
  const { code, stdout } = await project.run('explain', '--kernel', '9.9', '--no-verify');
  expect(code).toBe(0);
  expect(stdout).toContain('linux 9.9: A kernel in small');
  expect(stdout).toMatch(
    /fetch linux 9\.9: http:\/\/127\.0\.0\.1:\d+\/linux-9\.9\.tar\.gz, sha256/,
  );
  expect(stdout).toContain('series layer7: 1 patches, 3 files');
  expect(stdout).toMatch(/It can be done here\.\n$/);
  expect(project.origin.asked).toEqual([]);
  expect(project.stored()).toEqual([]);
});

it('takes the back ends that the kernel has tables for, and refuses an iptables without any', async () => {
  const kernel = ['explain', '--kernel', '9.9'];
  const iptables = 'recipes/iptables/1.0.yaml';
  const linux = 'recipes/linux/9.9.yaml';
  const undo = [project.change(iptables, '- legacy\n', '- legacy\n  - nft\n')];
  expect((await project.run(...kernel)).stdout).toContain('.yaml with legacy and nft');
  undo.push(project.change(linux, 'verify:\n', 'verify:\n  backends:\n    - nft\n'));
  expect((await project.run(...kernel)).stdout).toContain('.yaml with nft');
  undo.push(project.change(iptables, '  - nft\n', ''));
  const { code, stderr } = await project.run(...kernel);
  for (const one of undo.reverse()) one();
  expect(code).toBe(77);
  expect(stderr).toContain('linux 9.9 has tables for nft, and iptables 1.0 yields legacy');
});

it('doctor --json is one JSON value about this host', async () => {
  const { code, stdout } = await project.run('doctor', '--json');
  const findings = JSON.parse(stdout) as Record<string, unknown>;
  expect(code).toBe((findings['missing'] as unknown[]).length === 0 ? 0 : 3);
  expect(findings['toolchain']).toMatchObject({ gcc: expect.stringMatching(/gcc/) as string });
  expect(findings['confinement']).toHaveProperty('how');
});

it('doctor tells the toolchain and how compiles are kept in', async () => {
  const { stdout } = await project.run('doctor');
  expect(stdout).toMatch(/gcc: [^]*compiling: network/);
});

describe('protocols', () => {
  it('list shows each with its summary, lint finds nothing', async () => {
    const list = await project.run('protocols', 'list');
    expect(list.code).toBe(0);
    expect(list.stdout).toMatch(/^smtp +SMTP.*\nssh +SSH/m);
    const lint = await project.run('protocols', 'lint');
    expect(lint.code).toBe(0);
    expect(lint.stdout).toContain('2 definitions, 0 errors, 0 warnings');
  });

  it('lint names file, line and remedy of what cannot be used', async () => {
    project.put('own/odd.pat', '# Odd.\nodd\n^(unclosed\n');
    const { code, stdout } = await project.run('protocols', 'lint', join(project.dir, 'own'));
    expect(code).toBe(2);
    expect(stdout).toMatch(/own\/odd\.pat:3:\d+: error: /);
    expect(stdout).toContain('^(unclosed');
  });
});

describe('config', () => {
  it('show tells value, place and reason of each option', async () => {
    const { code, stdout } = await project.run('config', 'show', '--kernel', '9.9');
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^m +CONFIG_NETFILTER_XT_MATCH_LAYER7 +recipes\/linux\/fragments\/layer7\.config:8 +the match itself$/m,
    );
  });

  const GOOD =
    'CONFIG_NETFILTER_ADVANCED=y\nCONFIG_NETFILTER_XTABLES=m\nCONFIG_NETFILTER_XT_MATCH_LAYER7=m\n';

  it('check passes a kernel that has what rules need, and fails one that lacks it', async () => {
    project.put('good', GOOD);
    project.put('poor', GOOD.replace('CONFIG_NETFILTER_XTABLES=m', ''));
    const check = (name: string): ReturnType<FakeProject['run']> =>
      project.run('config', 'check', join(project.dir, name), '--kernel', '9.9');
    expect(await check('good')).toMatchObject({ code: 0, stderr: '' });
    const poor = await check('poor');
    expect(poor.code).toBe(4);
    expect(poor.stdout).toMatch(/^NO +missing +CONFIG_NETFILTER_XTABLES +asked for as m/m);
    const none = await check('none');
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/none cannot be read/);
  });

  it('diff shows the options that differ', async () => {
    project.put('a', GOOD);
    project.put('b', GOOD.replace('XTABLES=m', 'XTABLES=y'));
    const [a, b] = [join(project.dir, 'a'), join(project.dir, 'b')];
    const { code, stdout } = await project.run('config', 'diff', a, b);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'CONFIG_NETFILTER_XTABLES  m  ->  y\n' });
  });
});

describe('patch', () => {
  it('says what to do before there is a tree', async () => {
    const { code, stderr } = await project.run('patch', 'status', '--kernel', '9.9');
    expect(code).toBe(3);
    expect(stderr).toContain('no unpacked tree of linux 9.9');
    expect(stderr).toContain('--tree PATH');
  });

  it('status has the ledger, on the tree in the store and on one of the user’s', async () => {
    expect((await project.build()).code).toBe(0);
    for (const tree of [[], ['--tree', project.tree('linux')]]) {
      const { code, stdout } = await project.run('patch', 'status', '--kernel', '9.9', ...tree);
      expect(code).toBe(0);
      expect(stdout).toMatch(/clean.*hook\.patch|hook\.patch.*clean/);
    }
  });

  it('export gives one patch that patch(1) applies', async () => {
    const file = join(project.root, 'export.patch');
    const args = ['patch', 'export', '--kernel', '9.9', '--output', file];
    expect((await project.run(...args)).code).toBe(0);
    const { stdout } = await project.run(...args.slice(0, 4));
    expect(stdout).toBe(readFileSync(file, 'utf8'));
    execFileSync('patch', ['-p1', '--fuzz=0', '-i', file], { cwd: project.tree('linux') });
    const match = 'net/netfilter/layer7/xt_layer7.c';
    expect(readFileSync(join(project.tree('linux'), match), 'utf8')).toBe(
      project.read(`patches/linux/files/${match}`),
    );
    expect(existsSync(join(project.tree('linux'), 'net/netfilter/Makefile.rej'))).toBe(false);
    expect(readFileSync(join(project.tree('linux'), 'net/netfilter/Makefile'), 'utf8')).toContain(
      'layer7/',
    );
    expect(readFileSync(join(project.out, 'layer7.patch'), 'utf8')).toBe(stdout);
  });
});
