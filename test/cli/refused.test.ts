// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { FakeProject } from './project.js';
import { endedIn, eventsOf, reportIn } from './report.js';

let project: FakeProject;
let undo = (): void => undefined;
beforeAll(async () => {
  project = await FakeProject.make();
});
afterEach(() => {
  undo();
  undo = () => undefined;
});
afterAll(() => project.remove());

const RECIPE = 'recipes/linux/9.9.yaml';
const MATCH = 'patches/linux/files/net/netfilter/layer7/xt_layer7.c';

describe('words and files, before anything starts', () => {
  afterEach(() => {
    expect(project.origin.asked).toEqual([]);
    expect(existsSync(project.out)).toBe(false);
    expect(project.stored()).toEqual([]);
  });

  it('an unknown kernel: the nearest is named', async () => {
    const { code, stderr } = await project.run('--kernel', '9.8');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no recipe for linux 9.8');
    expect(stderr).toContain('did you mean 9.9?');
  });

  it('a recipe with a value of the wrong type: file, line, column and the line itself', async () => {
    undo = project.change(RECIPE, '    - xt_layer7', '    - 7');
    const { code, stderr } = await project.build();
    expect(code).toBe(2);
    const lines = project.read(RECIPE).split('\n');
    const line = String(lines.indexOf('    - 7') + 1);
    expect(stderr).toContain(`${RECIPE}:${line}:7: error: `);
    expect(stderr).toContain(`  ${line} |     - 7\n`);
  });

  it('a recipe that names a patch which is not there', async () => {
    undo = project.change(RECIPE, 'hook.patch', 'hok.patch');
    const { code, stderr } = await project.build();
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /9\.9\.yaml:\d+:\d+: error: there is no file patches\/linux\/hok\.patch/,
    );
  });

  it('an unreadable definition: file and line', async () => {
    undo = project.change('recipes/protocols/smtp.pat', '^220[ -].*smtp', '^220[ -');
    const { code, stderr } = await project.build();
    expect(code).toBe(2);
    expect(stderr).toMatch(/recipes\/protocols\/smtp\.pat:4:\d+: error: /);
  });

  it('a definition set that there is not', async () => {
    const { code, stderr } = await project.build('--protocols', 'nonsense');
    expect(code).toBe(2);
    expect(stderr).toContain('there is no definition set nonsense');
    expect(stderr).toContain('the sets are: l7build');
  });

  it('a builder that does not work here: exit code 3, and nothing is started', async () => {
    const nowhere = { DOCKER_HOST: `unix://${project.root}/no.sock` };
    const builder = await project.start(project.job('--builder', 'docker'), nowhere).ended;
    expect(builder.code).toBe(3);
    expect(builder.stderr).toContain('docker');
    expect(builder.stdout).toBe('');
  });

  it('a mode that is not here: exit code 77', async () => {
    const mode = await project.build('--mode', 'module');
    expect(mode.code).toBe(77);
    expect(mode.stderr).toContain('--mode full');
  });
});

describe('a build', () => {
  afterEach(async () => {
    expect(project.leftovers()).toEqual([]);
    expect(reportIn(project.out)).toMatchObject({ exitCode: 1 });
    undo();
    expect(await project.build()).toMatchObject({ code: 0, stderr: '' });
    expect(reportIn(project.out)).toMatchObject({ exitCode: 0 });
  });

  it('whose patch is rejected shows the hunk and what stands there', async () => {
    const context = 'obj-$(CONFIG_NETFILTER_XT_MATCH_HL) += xt_hl.o';
    undo = project.change('patches/linux/hook.patch', ` ${context}`, ` ${context} # other`);
    const { code, stdout, stderr } = await project.build('--json');
    expect(code).toBe(1);
    const events = eventsOf(stdout);
    expect(endedIn(events, 'failed')).toEqual(['patch:linux']);
    expect(events.at(-1)).toMatchObject({
      type: 'run-finished',
      exitCode: 1,
      failure: { reason: 'patch-rejected' },
    });
    expect(stderr).toContain(
      'l7build: patch linux 9.9 with layer7: patches/linux/hook.patch does not fit the tree',
    );
    expect(stderr).toMatch(/net\/netfilter\/Makefile.*hunk/i);
    expect(stderr).toContain('xt_hl.o # other');
    expect(stderr).toContain('l7build patch status');
    expect(project.stored()).not.toContain('patch:linux');
  });

  it('whose CONFIG cannot be met names the dependency', async () => {
    const before = project.stored();
    const fragment = 'recipes/linux/fragments/layer7.config';
    undo = project.change(fragment, 'CONFIG_NETFILTER_XTABLES=m\n', '');
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('CONFIG_NETFILTER_XT_MATCH_LAYER7=m cannot be met: it is n');
    expect(stderr).toMatch(/layer7\.config:7\): dropped, is n; .*NETFILTER_XTABLES/);
    expect(project.stored()).toEqual(before);
  });

  it('whose compiler complains shows the compiler’s own lines and the log', async () => {
    undo = project.change(MATCH, 'NF_DROP', 'NF_DORP');
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('l7build: compile linux 9.9: ');
    expect(stderr).toMatch(/\| net\/netfilter\/layer7\/xt_layer7\.c:9:\d+: error: .NF_DORP/);
    const log = join(project.out, 'logs/compile-linux.log');
    expect(stderr).toContain(`the whole log: ${log}`);
    expect(readFileSync(log, 'utf8')).toContain('NF_DORP');
    expect(readFileSync(join(project.out, 'junit.xml'), 'utf8')).toContain('<failure');
    expect(readFileSync(join(project.out, 'report.md'), 'utf8')).toContain('failed (exit code 1)');
  });

  it('whose recipe has a ./configure option that there is not', async () => {
    undo = project.change('recipes/iptables/1.0.yaml', '--disable-static', '--without-such');
    const { code, stderr } = await project.build();
    expect(code).toBe(1);
    expect(stderr).toContain('l7build: compile iptables 1.0: ');
    expect(stderr).toContain('| configure: unknown option --without-such');
  });
});
