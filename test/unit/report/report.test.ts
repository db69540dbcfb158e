// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { REPORT_SCHEMA, type Report } from '../../../src/model/report.js';
import type { Task } from '../../../src/model/task.js';
import { renderJunit } from '../../../src/report/junit.js';
import { renderMarkdown } from '../../../src/report/markdown.js';
import { Recorder } from '../../../src/report/recorder.js';
import { renderSideBySide } from '../../../src/report/side-by-side.js';

const tasks: Task[] = [
  {
    id: 'fetch:linux',
    verb: 'fetch',
    title: 'fetch linux',
    needs: {},
    params: { name: 'linux', source: { kind: 'local', path: '/src' } },
    host: {},
  },
  {
    id: 'compile:linux',
    verb: 'compile',
    title: 'compile linux',
    needs: {},
    params: {
      what: 'linux',
      arch: 'x86_64',
      era: { name: 'modern', panicNow: '-1', userland: 'host' },
    },
    host: {},
  },
  {
    id: 'verify',
    verb: 'verify',
    title: 'verify <in> a "guest"',
    needs: {},
    params: {
      scenarios: [{ path: 's.yaml', sha256: '' }],
      era: { name: 'modern', panicNow: '-1', userland: 'host' },
      backends: ['nft'],
      families: ['ipv4'],
    },
    host: {},
  },
];

const check = {
  id: 'http',
  title: 'http counts | on http',
  variant: 'nft',
  observed: '0 packets',
  expected: '> 0 packets',
  ms: 12,
};

function recorder(): Recorder {
  return new Recorder(
    {
      schema: REPORT_SCHEMA,
      tool: 'l7build 0',
      recipe: { kernel: '6.1', iptables: '1.8.9', mode: 'full' },
      started: '2026-01-01T00:00:00.000Z',
      host: {},
      builder: {
        name: 'host',
        why: 'it is here',
        toolchain: {},
        confinement: { network: 'off', filesystem: 'confined', user: 'unprivileged', how: 'bwrap' },
      },
      reproduce: 'l7build --kernel 6.1',
    },
    tasks,
  );
}

function failedRun(): Report {
  const record = recorder();
  record.take({ type: 'task-started', id: 'fetch:linux' });
  const file = { name: 'linux.tar', sha256: 'ab', size: 3, from: '/src' };
  record.finished('fetch:linux', 'k1', { files: [file], pinned: false });
  record.take({ type: 'task-finished', id: 'fetch:linux', outcome: 'done', ms: 5, digest: 'd1' });
  const failure = {
    reason: 'check-failed' as const,
    message: 'one of 2 checks failed',
    details: ['http: nothing'],
    facts: {
      checks: [
        { ...check, outcome: 'failed' },
        { ...check, id: 'ssh', outcome: 'passed' },
        { ...check, id: 'ftp', outcome: 'not-applicable', observed: 'no ftp' },
      ],
      release: '6.1.1',
      accelerator: 'tcg',
      why: 'no kvm',
      bootMs: 1900,
      verdictMs: 9000,
      complaints: [],
    },
  };
  record.take({ type: 'task-finished', id: 'verify', outcome: 'failed', ms: 9, failure });
  record.delivered([{ name: 'bzImage', sha256: 'cd', size: 8 }]);
  record.take({ type: 'run-finished', exitCode: 4, ms: 20, out: '/out', failure });
  return record.report;
}

test('a record starts with every step pending', () => {
  expect(recorder().report.steps.map((step) => step.outcome)).toEqual([
    'pending',
    'pending',
    'pending',
  ]);
});

test('a record keeps steps, inputs, what a failed step found, and the end', () => {
  const report = failedRun();
  expect(report.steps[0]).toMatchObject({ outcome: 'done', ms: 5, key: 'k1', digest: 'd1' });
  expect(report.inputs).toEqual([
    { name: 'linux.tar', sha256: 'ab', size: 3, from: '/src', source: 'linux', pinned: false },
  ]);
  expect(report.checks.map((each) => each.outcome)).toEqual(['failed', 'passed', 'not-applicable']);
  expect(report.guest).toMatchObject({
    release: '6.1.1',
    accelerator: 'tcg',
    bootMs: 1900,
    verdictMs: 9000,
  });
  expect(report).toMatchObject({ exitCode: 4, failure: { reason: 'check-failed' } });
});

test('a record says when it is worth writing down', () => {
  const record = recorder();
  expect(record.take({ type: 'task-started', id: 'verify' })).toBe(true);
  const progress = { done: 1, unit: 'checks' } as const;
  expect(record.take({ type: 'task-progress', id: 'verify', progress })).toBe(false);
});

test('markdown leads with the verdict and marks unpinned inputs', () => {
  const page = renderMarkdown(failedRun());
  expect(page).toMatch(/^# linux 6\.1 \(full\) with iptables 1\.8\.9: failed \(exit code 4\)\n/);
  expect(page).toContain('| linux | linux.tar |  | ab | /src | **no** |');
  expect(page).toContain('| http counts \\| on http | nft | failed | 0 packets |');
  expect(page).toContain('`l7build --kernel 6.1`');
  expect(page).not.toContain('Told as');
});

test('markdown shows what was told as what, where checks were about that', () => {
  const { checks, ...report } = failedRun();
  const as = [{ protocol: 'irc', count: 3 }];
  const told = checks.map((one) => ({ ...one, told: { matrix: 'm', spoken: one.id, as } }));
  expect(renderMarkdown({ ...report, checks: told.slice(1, 2) })).toContain(
    '\n## Told as (nft)\n\n| spoken | irc |\n| --- | --- |\n| ssh | 3 |\n',
  );
});

test.each([
  [{ hits: 3, misses: 1 }, '- compile:linux: ccache had 3 of 4 objects (75 %)'],
  [{ off: 'the run was told so' }, '- compile:linux: without ccache: the run was told so'],
])('what ccache did stands in the record and on the page: %j', (ccache, line) => {
  const record = recorder();
  record.finished('compile:linux', 'k2', { warnings: [], ccache, release: '6.1.1' });
  expect(record.report.ccache).toEqual([{ step: 'compile:linux', ...ccache }]);
  expect(renderMarkdown(record.report)).toContain(`\n${line}\n`);
});

test('junit has a case for every step and check, escaped, with what failed', () => {
  const xml = renderJunit(failedRun());
  expect(xml).toContain(
    '<testsuite name="l7build 6.1 full checks" tests="3" failures="1" skipped="1">',
  );
  expect(xml).toContain('expected &gt; 0 packets; observed 0 packets');
  expect(xml).toContain('verify &lt;in&gt; a &quot;guest&quot;');
});

test('runs side by side have a row each, a column for each back end, and a verdict of their own', () => {
  const failed = failedRun();
  const passed: Report = {
    ...failed,
    exitCode: 0,
    builder: { ...failed.builder, toolchain: { gcc: 'gcc (Debian 10.2.1-6) 10.2.1 20210110' } },
    checks: [
      { ...check, variant: 'legacy, ipv4', outcome: 'passed' },
      { ...check, variant: 'legacy, ipv6', outcome: 'passed' },
    ],
  };
  const variant = { ...passed, recipe: { ...passed.recipe, kernel: '6.1-debug' } };
  expect(renderSideBySide([failed, passed, variant, recorder().report])).toBe(`\
| Linux | mode | compiler | iptables | nft | legacy |  |
| --- | --- | --- | --- | --- | --- | --- |
| 6.1.1 | full |  | 1.8.9 | 1 of 2 checks |  | not verified |
| 6.1.1 | full | gcc 10.2.1 | 1.8.9 |  | 2 of 2 checks | verified |
| 6.1.1 (6.1-debug) | full | gcc 10.2.1 | 1.8.9 |  | 2 of 2 checks | verified |
| 6.1 | full |  | 1.8.9 |  |  | not verified |
`);
});
