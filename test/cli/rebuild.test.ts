// SPDX-License-Identifier: GPL-2.0-only
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeProject } from './project.js';
import { artifactsIn, endedIn, eventsOf } from './report.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
  await project.build();
});
afterAll(() => project.remove());

/** Builds and gives the tasks that were done, the rest being hits. */
async function redone(): Promise<string[]> {
  const { code, stdout } = await project.build('--json');
  expect(code).toBe(0);
  const events = eventsOf(stdout);
  const done = endedIn(events, 'done');
  expect(done.length + endedIn(events, 'hit').length).toBe(14);
  return done;
}

const MATCH = 'patches/linux/files/net/netfilter/layer7/xt_layer7.c';
const KERNEL_SIDE = ['compile:linux', 'patch:linux'];

it('a changed file of the match is compiled again, with all that is made of it', async () => {
  const before = artifactsIn(project.out);
  const undo = project.change(MATCH, 'data_packets > 10', 'data_packets > 20');
  expect(await redone()).toEqual(
    [...KERNEL_SIDE, 'image:initramfs', 'package:headers', 'package:modules'].sort(),
  );
  const after = artifactsIn(project.out);
  const changed = Object.keys(after).filter((name) => after[name] !== before[name]);
  expect(changed.sort()).toEqual(['initramfs.cpio.gz', 'layer7.patch', 'modules.tar.zst']);
  undo();
  expect(await redone()).toEqual([]);
  expect(artifactsIn(project.out)).toEqual(before);
});

it('explain --why names the input that changed, and where it comes in', async () => {
  const asked = ['explain', '--kernel', '9.9', '--no-verify', '--why'];
  const kept = await project.run(...asked, 'compile:linux');
  expect(kept).toMatchObject({ code: 0, stderr: '' });
  expect(kept.stdout).toMatch(
    /^compile:linux: nothing has changed; what it yielded on .* is used again\n$/,
  );
  const undo = project.change(MATCH, 'data_packets > 10', 'data_packets > 30');
  const { stdout } = await project.run(...asked, 'compile:linux');
  undo();
  expect(stdout).toMatch(/^compile:linux: what it needs is made again first/);
  expect(stdout).toMatch(
    /^patch:linux: since .* there changed\n {2}\S+xt_layer7\.c sha256: \S+… became \S+…$/m,
  );
  const wrong = await project.run(...asked, 'compile:linus');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('compile:linux');
});

it('a comment changes no object, so nothing behind the compile is made again', async () => {
  const undo = project.change(MATCH, '#include', '/* The verdicts. */\n#include');
  expect(await redone()).toEqual(KERNEL_SIDE);
  undo();
});

it('a changed Kconfig file is read by the configuration, which no C file is', async () => {
  const kconfig = 'patches/linux/files/net/netfilter/layer7/Kconfig';
  const undo = project.change(kconfig, 'match support', 'match');
  expect(await redone()).toContain('configure:linux');
  undo();
});

it('the extension is iptables’ alone', async () => {
  const undo = project.change('patches/iptables/extensions/libxt_layer7.c', "'7'", "'8'");
  expect(await redone()).toEqual([
    ...['compile:iptables', 'image:initramfs', 'package:iptables', 'patch:iptables'],
  ]);
  undo();
});

it('a definition goes into its package and the image', async () => {
  const undo = project.change('recipes/protocols/smtp.pat', '^220', '^(220|554)');
  expect(await redone()).toEqual(['image:initramfs', 'package:l7-protocols']);
  undo();
});

it('a new symbol configures and compiles again what is patched already', async () => {
  const undo = project.change(
    'recipes/linux/fragments/layer7.config',
    '# the match itself',
    '# by length\nCONFIG_NETFILTER_XT_MATCH_LENGTH=m\n\n# the match itself',
  );
  const done = await redone();
  expect(done).toContain('configure:linux');
  expect(done).toContain('compile:linux');
  expect(done).not.toContain('patch:linux');
  undo();
});
