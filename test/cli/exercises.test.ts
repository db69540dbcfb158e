// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import type { LabReport } from '../../src/model/lab-report.js';
import { LabProject } from './lab-project.js';
import type { Ended } from './program.js';

// A few starts of the program each, on a machine that may be busy.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const labs = await LabProject.make();
const { project } = labs;
afterAll(() => project.remove());
afterEach(() => {
  expect(labs.left()).toEqual([]);
});

const lab = (...words: string[]): Promise<Ended> => labs.lab(...words);
const reportIn = (out: string): LabReport =>
  JSON.parse(readFileSync(join(project.root, out, 'report.json'), 'utf8')) as LabReport;

describe('an exercise', () => {
  const put = (name: string, line: string): void => {
    const text = `name: ${name}
summary: Something is forbidden
teaches: What is forbidden is counted.
topology: pair
steps:
  - { on: leaf, start: sleep 9 }
  - { on: gate, rule: forbid }
  - on: gate
    run: count
    observe:
      - { what: what is forbidden, line: ${line}, least: 1 }
`;
    project.put(`recipes/exercises/${name}.yaml`, text);
  };

  it('passes by what is observed, and fails without what it is about, on hosts that are gone then', async () => {
    put('forbidden', '<n> forbidden');
    const { code, stdout } = await lab('run', 'forbidden');
    expect(stdout).toMatch(/^right forbidden \[legacy\] passed in .*: what is forbidden: 1$/m);
    expect(stdout).toMatch(/^(\d) of \1 passed, in /m);
    expect(code).toBe(0);
    expect(stdout).toContain('All of it: out/lab. Next: xdg-open out/lab/report.html\n');
    expect(existsSync(join(project.out, 'lab/captures'))).toBe(false);
    const without = await lab('run', 'forbidden', '--no-rules');
    expect(without.stdout).toContain('failed in');
    expect(without.stdout).toContain(
      'what is forbidden: at least 1; observed what is forbidden: 0',
    );
    expect(without.code).toBe(0);
  });

  it('leaves a report with all that was done and seen, and captures where they are asked for', async () => {
    put('forbidden', '<n> forbidden');
    const words = ['run', 'forbidden', '--kernel', '9.9', '--backend', 'legacy', '--json'];
    const { code, stdout } = await lab(...words, '--pcap', '--out', 'kept');
    expect(code).toBe(0);
    const result = { id: 'forbidden', variant: 'legacy', outcome: 'passed' };
    expect(JSON.parse(stdout)).toMatchObject([{ ...result, kernel: '9.9' }]);
    const report = reportIn('kept');
    const capture = { link: 'lan', file: 'captures/9.9-forbidden-legacy-lan.pcap' };
    expect(report).toMatchObject({
      exitCode: 0,
      labs: [{ kernel: '9.9', topology: 'pair', hosts: [{ release: '9.9-stand-in' }, {}] }],
      trials: [{ kernel: '9.9', right: true, result, captures: [capture] }],
      reproduce: expect.stringMatching(
        /^l7build lab run forbidden --kernel 9.9 .* --pcap$/,
      ) as string,
    });
    expect(report.trials[0]?.steps.at(-1)).toMatchObject({ exitCode: 0, output: '1 forbidden\n' });
    const frames = readFileSync(join(project.root, 'kept', capture.file), 'utf8');
    expect(frames).toBe('frames of lan\n');
    const junit = readFileSync(join(project.root, 'kept/junit.xml'), 'utf8');
    expect(junit).toMatch(
      /<testcase name="forbidden" classname="checks.legacy" time="[\d.]+"><\/testcase>/,
    );
    const page = readFileSync(join(project.root, 'kept/report.html'), 'utf8');
    expect(page).toContain('<title>l7build lab: 1 of 1 trials passed</title>');
    expect(page).toContain(`href="${capture.file}"`);
  });

  it('whose host dies is in the report, with what was done before', async () => {
    put('forbidden', '<n> forbidden');
    put('lost', '<n> forbidden');
    project.change('recipes/exercises/lost.yaml', 'rule: forbid', 'rule: crash');
    const { code, stderr } = await lab(
      'run',
      'forbidden',
      'lost',
      '--backend',
      'legacy',
      '--out',
      'kept',
    );
    expect(code).toBe(4);
    expect(stderr).toContain('Kernel panic - not syncing: asked for');
    const report = reportIn('kept');
    expect(report).toMatchObject({ exitCode: 4, failure: { reason: 'guest-panic' } });
    expect(report.trials.map(({ result }) => result.id)).toEqual(['forbidden']);
    const log = join(project.root, 'kept/logs/9.9-pair-gate.log');
    expect(stderr).toContain(`the whole log: ${log}`);
    expect(readFileSync(log, 'utf8')).toContain('asked for');
  });

  it('that is interrupted is in the report, and nothing else of it stays', async () => {
    put('long', '<n> forbidden');
    project.change('recipes/exercises/long.yaml', 'run: count', 'run: sleep 99');
    const running = labs.start(['run', 'long', '--backend', 'legacy', '--out', 'cut']);
    await running.says('up    leaf');
    await running.says('up    gate');
    running.signalGroup('SIGINT');
    const { code, stderr } = await running.ended;
    expect(stderr).toContain('interrupted');
    expect(code).toBe(130);
    expect(reportIn('cut')).toMatchObject({ exitCode: 130, failure: { reason: 'interrupted' } });
  });

  it('is tried with several kernels, and not where it says that it makes no sense', async () => {
    put('forbidden', '<n> forbidden');
    const newer = project
      .read('recipes/linux/9.9.yaml')
      .replace("version: '9.9'", "version: '9.10'");
    project.put('recipes/linux/9.10.yaml', newer);
    const exception = "  - { why: no longer forbidden, from: '9.10' }\n";
    const text = project.read('recipes/exercises/forbidden.yaml');
    project.put('recipes/exercises/forbidden.yaml', `${text}not-applicable:\n${exception}`);
    put('always', '<n> forbidden');
    const { code, stdout } = await lab('run', 'forbidden', 'always', '--kernel', '9.9,9.10');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +9\.9 legacy +9\.10 legacy$/m);
    expect(stdout).toMatch(/^forbidden +passed [\d.]+ s +not applicable \(1\)$/m);
    expect(stdout).toMatch(/^always +passed [\d.]+ s +passed [\d.]+ s$/m);
    expect(stdout).toMatch(/^\(1\) no longer forbidden\n3 of 3 passed, in /m);
    const none = await lab('run', 'always', '--kernel', '9.10', '--backend', 'nft');
    expect(none.code).toBe(77);
    expect(none.stdout).toContain('not applicable: linux 9.10 with iptables 1.0 has no nft');
    expect(none.stdout).not.toContain('up  ');
  });

  it('on hosts whose programs a kernel is too old for has neither passed nor failed', async () => {
    const words = ['lab', 'run', 'ssh-hardening', '--kernel', '2.6.32', '--builder', 'host'];
    const ours = { L7BUILD_PROJECT: fileURLToPath(new URL('../..', import.meta.url)) };
    const { code, stdout } = await project.start(words, ours).ended;
    expect(code).toBe(77);
    expect(stdout).toMatch(/ not applicable: .* does not run on linux 2\.6\.32$/m);
    expect(stdout).not.toMatch(/passed [\d.]+ s/);
  });

  it('proves nothing where clocks are wrong, and the clocks are told in any case', async () => {
    put('forbidden', '<n> forbidden');
    project.change('recipes/exercises/forbidden.yaml', 'start: sleep 9', 'run: pause 4');
    const right = await lab('run', 'forbidden', '--backend', 'legacy');
    expect(right.stdout).toMatch(/^clocks of all hosts within \d\.\d+ % of this machine's$/m);
    expect(right.code).toBe(0);
    const fast = await labs.start(['run', 'forbidden', '--backend', 'legacy'], {
      STAND_IN_SPEED: '2',
    }).ended;
    expect(fast.stdout).toMatch(/^right forbidden/m);
    expect(fast.stdout).toMatch(
      /^WRONG the clock of gate \(linux 9\.9\) ran [12]\.\d+ times as fast/m,
    );
    expect(fast.code).toBe(4);
    expect(reportIn('out/lab')).toMatchObject({
      exitCode: 4,
      labs: [{ hosts: [{ clock: { verdict: 'wrong' } }, {}] }],
    });
  });

  it('that passes without what it is about is told', async () => {
    put('idle', 'forbidden');
    const { code, stdout } = await lab('run', 'idle', '--no-rules', '--backend', 'legacy');
    expect(code).toBe(4);
    expect(stdout).toMatch(/^WRONG idle \[legacy\] passed/m);
  });

  it('is printed, ready to be typed', async () => {
    put('forbidden', '<n> forbidden');
    const { code, stdout } = await lab('run', 'forbidden', '--dry-run');
    expect(code).toBe(0);
    expect(stdout).toContain('leaf# sleep 9 &\n  gate# forbid\n  gate# count\n');
  });
});
