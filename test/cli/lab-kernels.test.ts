// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, vi } from 'vitest';
import type { LabStatus } from '../../src/lab/messages.js';
import type { LabReport } from '../../src/model/lab-report.js';
import { LabProject, leavesNothing, PAIR } from './lab-project.js';
import { processesAt, type Ended } from './program.js';

/** Labs whose hosts have kernels of their own, with what stands in for QEMU. */
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const labs = await LabProject.make();
const { project } = labs;
leavesNothing(labs);
beforeAll(() => {
  const older = project
    .read('recipes/linux/9.9.yaml')
    .replace("version: '9.9'", "version: '9.8'")
    .replace('era: modern', 'era: elder');
  project.put('recipes/linux/9.8.yaml', older);
  const era = project.read('recipes/eras/modern.yaml').replace('modern', 'elder');
  project.put('recipes/eras/elder.yaml', `${era}card: e1000\n`);
});

const lab = (...words: string[]): Promise<Ended> => labs.lab(...words);

/** The command lines of the machines that are up, by host. */
function machines(): Record<string, string> {
  const lines = processesAt(project.cache).filter((line) => line.includes(' -kernel '));
  return Object.fromEntries(
    lines.map((line) => [/labs\/\w+\/(\w+)\/ports/.exec(line)?.[1] ?? '', line]),
  );
}

const initrdOf = (argv = ''): string | undefined => / -initrd (\S+)/.exec(argv)?.[1];

/** Version of each host's kernel, as the lab's state has it. */
async function kernels(): Promise<string[]> {
  const { stdout } = await lab('status', '--json');
  const [seen] = JSON.parse(stdout) as { readonly status: LabStatus }[];
  return (seen?.status.hosts ?? []).map(({ name, kernel }) => `${name} ${kernel}`);
}

it('hosts boot the kernels that they are given, on the machines that these kernels know', async () => {
  const { code, stdout } = await labs.up('--host-kernel', 'leaf=9.8');
  expect(code).toBe(0);
  expect(stdout).toMatch(/^boot {2}leaf/m);
  const { gate, leaf } = machines();
  expect(gate).toContain('virtio-net-pci,netdev=net0');
  expect(leaf).toContain('e1000,netdev=net0');
  expect(await kernels()).toEqual(['gate 9.9', 'leaf 9.8']);
  await lab('down');
  const again = await labs.up('--host-kernel', 'leaf=9.8');
  expect(again.stdout).not.toMatch(/^boot/m);
  await lab('down');
  // A lab with one kernel is another, with a snapshot of its own.
  expect((await labs.up()).stdout).toMatch(/^boot {2}leaf/m);
  expect(await kernels()).toEqual(['gate 9.9', 'leaf 9.9']);
  expect(initrdOf(machines()['leaf'])).toBe(initrdOf(gate));
});

it('a topology names the kernel of a host, which --kernel leaves alone', async () => {
  const text = PAIR.replace('name: pair', 'name: mixed').replace(
    'leaf: {',
    "leaf: { kernel: '9.8',",
  );
  project.put('recipes/topologies/mixed.yaml', text);
  project.put(
    'recipes/linux/9.10.yaml',
    project.read('recipes/linux/9.9.yaml').replace("'9.9'", "'9.10'"),
  );
  expect((await lab('up', '--topology', 'mixed', '--kernel', '9.10')).code).toBe(0);
  expect(await kernels()).toEqual(['gate 9.10', 'leaf 9.8']);
  await lab('down');
  const other = ['--host-kernel', 'leaf=9.10', '--host-kernel', 'gate=9.8'];
  expect((await lab('up', '--topology', 'mixed', ...other)).code).toBe(0);
  expect(await kernels()).toEqual(['gate 9.8', 'leaf 9.10']);
});

it.each([
  ['Gate=9.9', '--host-kernel Gate=9.9: the lab has no host Gate', 'its hosts: gate, leaf'],
  ['leaf=9.7', '--host-kernel leaf=9.7: there is no recipe for linux 9.7', 'did you mean'],
  ['leaf', 'write it as HOST=VERSION', ''],
])(
  'refuses --host-kernel %s before anything is built or started',
  async (word, message, remedy) => {
    for (const words of [
      ['up', '--topology', 'pair'],
      ['run', 'apart'],
    ]) {
      putExercise('apart', '');
      const { code, stdout, stderr } = await lab(...words, '--host-kernel', word);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).toContain(message);
      expect(stderr).toContain(remedy);
    }
  },
);

it('an exercise is tried where the hosts with its rules have the kernel for it', async () => {
  putExercise('apart', "not-applicable:\n  - { why: too old, below: '9.9' }\n");
  const run = (word: string): Promise<Ended> =>
    lab('run', 'apart', '--backend', 'legacy', '--host-kernel', word, '--out', 'kept');
  const aside = await run('leaf=9.8');
  expect(aside.stdout).toMatch(/^1 of 1 passed, in /m);
  const report = JSON.parse(
    readFileSync(join(project.root, 'kept/report.json'), 'utf8'),
  ) as LabReport;
  expect(report.labs[0]).toMatchObject({
    kernel: '9.9',
    hosts: [
      { name: 'gate', kernel: '9.9', release: '9.9-stand-in', iptables: '1.0' },
      { name: 'leaf', kernel: '9.8', iptables: '1.0' },
    ],
  });
  expect(report.reproduce).toContain(' --host-kernel leaf=9.8 ');
  const about = await run('gate=9.8');
  expect(about.code).toBe(77);
  expect(about.stdout).toContain('not applicable: too old');
});

function putExercise(name: string, more: string): void {
  const text = `name: ${name}
summary: Something is forbidden
teaches: What is forbidden is counted.
topology: pair
steps:
  - { on: leaf, run: echo here }
  - { on: gate, rule: forbid }
  - on: gate
    run: count
    observe:
      - { what: what is forbidden, line: <n> forbidden, least: 1 }
${more}`;
  project.put(`recipes/exercises/${name}.yaml`, text);
}
