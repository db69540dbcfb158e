// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeProject } from './project.js';
import { eventsOf, reportIn } from './report.js';

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
});
afterAll(() => project.remove());

const MATCH = 'patches/linux/files/net/netfilter/layer7/xt_layer7.c';
const EXTENSION = 'patches/iptables/extensions/libxt_layer7.c';

it('a failed make is told by the error, the command and the shell to try it in; the log has all', async () => {
  const undo = project.change(MATCH, 'data_packets > 10', 'data_packet > 10');
  const { code, stderr } = await project.build();
  undo();
  expect(code).toBe(1);
  const lines = stderr.split('\n');
  expect(lines[0]).toBe(
    'l7build: compile linux 9.9: make stopped at net/netfilter/layer7/xt_layer7.o',
  );
  expect(stderr).toMatch(/^ {2}\| net\/netfilter\/layer7\/xt_layer7\.c:9:\d+: error: /m);
  expect(stderr).toContain(
    '  | by: gcc … -c -o net/netfilter/layer7/xt_layer7.o net/netfilter/layer7/xt_layer7.c',
  );
  expect(stderr).toContain(
    `  -> stand where it failed: l7build shell --kernel 9.9 --out ${project.out}`,
  );
  expect(stderr).not.toContain('*** [');
  const log = readFileSync(join(project.out, 'logs/compile-linux.log'), 'utf8');
  expect(log).toMatch(/^gcc -ffreestanding -nostdinc -Iinclude -c -o \S+xt_layer7\.o/m);
  expect(reportIn(project.out).failure?.details?.join('\n')).toContain('error: ');
});

it('so it is with iptables', async () => {
  const undo = project.change(EXTENSION, "'7'", 'seven');
  const { code, stderr } = await project.build();
  undo();
  expect(code).toBe(1);
  expect(stderr).toContain('compile iptables 1.0: make stopped at libxt_layer7.so\n');
  expect(stderr).toContain('  | extensions/libxt_layer7.c:4:');
  expect(stderr).toMatch(/^ {2}\| by: gcc -O2 … -o libxt_layer7\.so extensions\/libxt_layer7\.c$/m);
});

it('a warning is counted at the end of its step and stands in the report', async () => {
  const undo = project.change(
    MATCH,
    'return data_packets',
    '\n#warning "kept for the test"\n\treturn data_packets',
  );
  const { code, stdout } = await project.build();
  undo();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^done {2}compile linux 9\.9 in .*, 1 warning$/m);
  const text = expect.stringMatching(
    /^net\/netfilter\/layer7\/xt_layer7\.c:10:\d+: warning: #warning/,
  ) as unknown;
  expect(reportIn(project.out).warnings).toEqual([{ step: 'compile:linux', text }]);
  expect(readFileSync(join(project.out, 'report.md'), 'utf8')).toContain('warning: #warning');
});

it('a compile that was done before tells of how many objects it is, and one that goes on does not', async () => {
  const progress = (stdout: string, id: string): unknown[] =>
    eventsOf(stdout).flatMap((event) =>
      event.type === 'task-progress' && event.id === id ? [event.progress] : [],
    );
  const undo = project.change(EXTENSION, "'7'", "'8'");
  const again = project.change(MATCH, '> 10', '> 11');
  const { stdout } = await project.build('--json');
  undo();
  again();
  expect(progress(stdout, 'compile:iptables').at(-1)).toMatchObject({ done: 2, total: 2 });
  const kernel = progress(stdout, 'compile:linux');
  expect(kernel.length).toBeGreaterThan(0);
  for (const each of kernel) expect(each).not.toHaveProperty('total');
});
