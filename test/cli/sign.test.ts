// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/host/hash.js';
import type { Ended } from './program.js';
import { FakeProject } from './project.js';
import { artifactsIn } from './report.js';

let project: FakeProject;
let key: string;
beforeAll(async () => {
  project = await FakeProject.make();
  expect((await project.build()).code).toBe(0);
  for (const name of ['key', 'other']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(project.root, name)]);
  }
  key = join(project.root, 'key');
});
afterAll(() => project.remove());

const out = (name: string): string => join(project.out, name);
const checked = (by = `${key}.pub`): Promise<Ended> =>
  project.run('verify', project.out, '--signed', by, '--no-boot');

it('the provenance is an in-toto statement about every artifact, with what it was made of', () => {
  const text = readFileSync(out('provenance.json'), 'utf8');
  const { _type, subject, predicateType, predicate } = JSON.parse(text) as {
    readonly _type: string;
    readonly subject: readonly {
      readonly name: string;
      readonly digest: { readonly sha256: string };
    }[];
    readonly predicateType: string;
    readonly predicate: {
      readonly buildDefinition: {
        readonly externalParameters: object;
        readonly resolvedDependencies: readonly { readonly name: string; readonly uri?: string }[];
      };
    };
  };
  expect({ _type, predicateType }).toEqual({
    _type: 'https://in-toto.io/Statement/v1',
    predicateType: 'https://slsa.dev/provenance/v1',
  });
  expect(Object.fromEntries(subject.map(({ name, digest }) => [name, digest.sha256]))).toEqual({
    ...artifactsIn(project.out),
    'sbom.cdx.json': sha256(readFileSync(out('sbom.cdx.json'))),
  });
  const { externalParameters, resolvedDependencies } = predicate.buildDefinition;
  expect(externalParameters).toMatchObject({ kernel: '9.9', mode: 'full' });
  const names = resolvedDependencies.map(({ name }) => name);
  expect(names).toContain('linux: linux-9.9.tar.gz');
  expect(names.some((name) => name.endsWith('xt_layer7.c'))).toBe(true);
  expect(names.some((name) => name.endsWith('.pat'))).toBe(true);
});

describe('a signature', () => {
  beforeEach(async () => {
    const { code, stdout } = await project.run('sign', project.out, '--key', key);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `Signed: ${out('provenance.json.sig')}\n`,
    });
  });

  it('is accepted here and by ssh-keygen alone', async () => {
    const { code, stdout } = await checked();
    expect(code).toBe(0);
    expect(stdout).toMatch(/^All \d+ artifacts are what was signed\.\n$/);
    const allowed = join(project.root, 'allowed');
    writeFileSync(allowed, `somebody ${readFileSync(`${key}.pub`, 'utf8')}`);
    const words = ['-Y', 'verify', '-f', allowed, '-I', 'somebody', '-n', 'l7build', '-s'];
    const alone = spawnSync('ssh-keygen', [...words, out('provenance.json.sig')], {
      input: readFileSync(out('provenance.json')),
    });
    expect(alone.status).toBe(0);
  });

  it('of somebody else is refused', async () => {
    const { code, stderr } = await checked(join(project.root, 'other.pub'));
    expect(code).toBe(3);
    expect(stderr).toContain('is not signed by');
  });

  it.each(['bzImage', 'initramfs.cpio.gz'])(
    'is refused once a byte of %s has changed',
    async (name) => {
      const bytes = readFileSync(out(name));
      writeFileSync(out(name), Buffer.concat([bytes.subarray(1), Buffer.from('x')]));
      const { code, stderr } = await checked();
      writeFileSync(out(name), bytes);
      expect(code).toBe(3);
      expect(stderr).toContain(`${name} is not what was signed`);
    },
  );

  it('is refused once the statement has changed, or where there is none', async () => {
    const text = readFileSync(out('provenance.json'), 'utf8');
    writeFileSync(out('provenance.json'), text.replace('"9.9"', '"9.8"'));
    expect((await checked()).code).toBe(3);
    writeFileSync(out('provenance.json'), text);
    expect((await checked(join(project.root, 'none.pub'))).code).toBe(3);
  });
});

it('refuses to sign what is no build, and to do nothing', async () => {
  const none = await project.run('sign', project.root, '--key', key);
  expect(none.code).toBe(2);
  expect(none.stderr).toContain('has no provenance.json');
  const nothing = await project.run('verify', project.out, '--no-boot');
  expect(nothing.code).toBe(2);
});
