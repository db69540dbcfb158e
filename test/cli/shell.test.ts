// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COUNTED, MAIN } from './program.js';
import { FakeProject } from './project.js';
import { artifactsIn } from './report.js';

const MATCH = 'patches/linux/files/net/netfilter/layer7/xt_layer7.c';
const SRC_MATCH = 'net/netfilter/layer7/xt_layer7.c';
const OBJECT = 'net/netfilter/layer7/xt_layer7.o';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
});
afterAll(() => project.remove());

const inShell = (script: string, ...options: string[]): ReturnType<FakeProject['run']> =>
  project.run(...words(...options), '--', 'sh', '-c', script);

function words(...options: string[]): string[] {
  return ['shell', '--kernel', '9.9', '--builder', 'host', '--out', project.out, ...options];
}

/** The kernel's work tree, of which the store has one. */
function workTree(): string {
  const work = join(project.cache, 'work');
  const [key = ''] = readdirSync(work).filter((name) => !name.endsWith('.lock'));
  return join(work, key);
}

it('makes what the step needs, and stands in the kernel’s build folder', async () => {
  const { code, stdout, stderr } = await inShell('pwd; echo $MAKEFLAGS; echo $KBUILD_BUILD_USER');
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    join(workTree(), 'build'),
    'ARCH=x86_64 PAHOLE=no-pahole',
    'l7build',
    '',
  ]);
  expect(stderr).toContain('done  patch linux 9.9 with layer7');
  expect(project.stored()).not.toContain('compile:linux');
});

it('stands where the last run failed', async () => {
  const undo = project.change(MATCH, 'NF_DROP', 'NF_DORP');
  await project.build();
  const { stderr } = await inShell(`make -s -C ../src O=$PWD $PWD/${OBJECT}`);
  expect(stderr).toContain('NF_DORP');
  undo();
  const other = project.change('patches/iptables/extensions/libxt_layer7.c', "'7'", 'seven');
  await project.build();
  expect((await inShell('pwd')).stdout).toBe(
    `${join(project.cache, 'shell/compile-iptables/build')}\n`,
  );
  expect(await inShell('make -s libxt_layer7.so')).toMatchObject({ code: 1 });
  other();
});

describe('after a build', () => {
  beforeAll(async () => {
    expect((await project.build()).code).toBe(0);
  });

  it('no build sees what was changed there', async () => {
    const before = artifactsIn(project.out);
    const tree = workTree();
    const script = `
      echo broken > ${OBJECT} && touch -d 2030-01-01 ${OBJECT} && rm vmlinux && echo x > .config &&
      echo '#error changed' > ../src/${SRC_MATCH} && touch ../src/net/netfilter/layer7/new.h &&
      ! touch ../src/init/main.c && ! touch ../src/new.c`;
    expect((await inShell(script)).code).toBe(0);
    const kept = join(project.cache, 'shell/compile-linux/src', SRC_MATCH);
    expect(readFileSync(kept, 'utf8')).toBe('#error changed\n');
    expect(readFileSync(join(tree, 'src', SRC_MATCH), 'utf8')).toContain('layer7_mt');
    expect(existsSync(join(tree, 'src/net/netfilter/layer7/new.h'))).toBe(false);
    const undo = project.change(MATCH, '> 10', '> 11');
    expect((await project.build()).code).toBe(0);
    undo();
    expect((await project.build()).code).toBe(0);
    expect(artifactsIn(project.out)).toEqual(before);
  });

  it('starts anew each time, and leaves no objects behind', async () => {
    expect(
      (await inShell(`test ! -s ../src/net/netfilter/layer7/new.h && test -s vmlinux`)).code,
    ).toBe(0);
    expect(readdirSync(join(project.cache, 'shell/compile-linux'))).toEqual(['src']);
  });

  it('says how a command ended, and what there is for a step that there is not', async () => {
    expect((await inShell('exit 7')).code).toBe(1);
    const { code, stderr } = await inShell('true', '--step', 'compile:match');
    expect(code).toBe(2);
    expect(stderr).toContain('linux 9.9 has no step compile:match in full mode');
    expect(stderr).toContain('compile:linux, compile:iptables');
  });

  it('lends its terminal: a shell on one has its jobs and ends without a failure', () => {
    const command = [process.execPath, MAIN, ...words('--step', 'compile:iptables')].join(' ');
    const typed = 'tty\nsleep 60 &\njobs\nkill %1\nfalse\nexit\n';
    const screen = execFileSync('script', ['-qec', `${command}; echo ended $?`, '/dev/null'], {
      input: typed,
      env: {
        ...COUNTED,
        PATH: process.env['PATH'],
        HOME: join(project.root, 'home'),
        L7BUILD_PROJECT: project.dir,
        L7BUILD_CACHE: project.cache,
      },
    }).toString();
    expect(screen).toContain('This is where "compile iptables 1.0" compiles');
    expect(screen).toMatch(/\[1\]\+ {2}Running +sleep 60/);
    expect(screen).not.toContain('no job control');
    expect(screen).toContain('ended 0');
  });
});
