// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { faultsOf } from '../unit/report/cyclonedx.js';
import { FakeProject } from './project.js';
import { artifactsIn } from './report.js';

interface Component {
  readonly name: string;
  readonly hashes?: readonly { readonly content: string }[];
  readonly licenses?: unknown;
  readonly components?: readonly Component[];
}

let project: FakeProject;
beforeAll(async () => {
  project = await FakeProject.make();
  project.change('recipes/linux/9.9.yaml', '\nseries:', '\nlicense: GPL-2.0-only\nseries:');
  expect((await project.build()).code).toBe(0);
});
afterAll(() => project.remove());

const file = (): string => join(project.out, 'sbom.cdx.json');

it('a build delivers a valid bill of materials with every artifact and what it was made of', async () => {
  const text = readFileSync(file(), 'utf8');
  expect(await faultsOf(text)).toBeNull();
  const { metadata, components } = JSON.parse(text) as {
    readonly metadata: { readonly component: Component };
    readonly components: readonly Component[];
  };
  const delivered = metadata.component.components ?? [];
  expect(
    Object.fromEntries(delivered.map(({ name, hashes }) => [name, hashes?.[0]?.content])),
  ).toEqual(artifactsIn(project.out));
  const named = (name: string): Component | undefined =>
    components.find((each) => each.name === name);
  expect(named('linux')).toMatchObject({
    version: '9.9',
    licenses: [{ expression: 'GPL-2.0-only' }],
  });
  expect(named('iptables')).toMatchObject({ version: '1.0' });
  expect(named('layer7')?.components?.map(({ name }) => name)).toContain(
    'patches/linux/hook.patch',
  );
  expect(named('l7-protocols')?.components).not.toEqual([]);
  expect(named('gcc')).toBeDefined();
});

it('is the same in every byte from one run to the next, from another store and another place', async () => {
  const first = readFileSync(file(), 'utf8');
  rmSync(file());
  expect((await project.build()).code).toBe(0);
  expect(readFileSync(file(), 'utf8')).toBe(first);
  const mirror = join(project.root, 'mirror');
  execFileSync('mkdir', [mirror]);
  for (const [name, content] of project.origin.files) writeFileSync(join(mirror, name), content);
  project.cache = join(project.root, 'another-cache');
  expect((await project.build('--mirror', mirror)).code).toBe(0);
  expect(readFileSync(file(), 'utf8')).toBe(first);
});

it('takes its time from SOURCE_DATE_EPOCH alone', async () => {
  expect((await project.start(project.job(), { SOURCE_DATE_EPOCH: '1700000000' }).ended).code).toBe(
    0,
  );
  expect(readFileSync(file(), 'utf8')).toContain('"timestamp": "2023-11-14T22:13:20.000Z"');
});

it('is covered by the signature of a build', async () => {
  const key = join(project.root, 'key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  expect((await project.run('sign', project.out, '--key', key)).code).toBe(0);
  const text = readFileSync(file(), 'utf8');
  writeFileSync(file(), text.replace('"9.9"', '"9.8"'));
  const { code, stderr } = await project.run(
    'verify',
    project.out,
    '--signed',
    `${key}.pub`,
    '--no-boot',
  );
  expect(code).toBe(3);
  expect(stderr).toContain('sbom.cdx.json is not what was signed');
});
