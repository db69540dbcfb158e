// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Signer } from '../unit/sources/openpgp.js';
import { FakeProject } from './project.js';
import { reportIn } from './report.js';

const RECIPE = 'recipes/linux/9.9.yaml';
const SIGN = 'linux-9.9.tar.sign';

let project: FakeProject;
let signer: Signer;
let key: string;
let other: string;
let tar: Buffer;
beforeAll(async () => {
  project = await FakeProject.make();
  signer = new Signer();
  key = signer.key('publisher');
  other = signer.key('somebody');
  tar = gunzipSync(project.packed('linux'));
  const lines = [
    '    signature:',
    '      urls:',
    `        - ${project.url}/${SIGN}`,
    '      of: tar',
    '      keys:',
    `        ${key}:`,
    `          - ${project.url}/key.asc`,
  ];
  project.put(
    RECIPE,
    project.read(RECIPE).replace(/( {4}sha256: .*\n)/, `$1${lines.join('\n')}\n`),
  );
}, 60_000);
afterAll(async () => {
  signer.remove();
  await project.remove();
});
beforeEach(() => {
  project.cache = join(project.root, `cache-${String(Math.random())}`);
  project.origin.files.set(SIGN, signer.sign(key, tar));
  project.origin.files.set('key.asc', signer.exported(key));
});

describe('a source that its publisher signs', () => {
  it('is built, and report and provenance say who signed it', async () => {
    expect(await project.build()).toMatchObject({ code: 0, stderr: '' });
    const signedBy = { fingerprint: key, made: '2020-06-01', digest: 'SHA512' };
    const { inputs } = reportIn(project.out);
    expect(inputs.find(({ source }) => source === 'linux')).toMatchObject({
      pinned: true,
      signedBy,
    });
    expect(inputs.find(({ source }) => source === 'iptables')).not.toHaveProperty('signedBy');
    const page = readFileSync(join(project.out, 'report.md'), 'utf8');
    expect(page).toContain(`| yes, and signed by ${key} |`);
    const provenance = JSON.parse(readFileSync(join(project.out, 'provenance.json'), 'utf8')) as {
      readonly predicate: { readonly buildDefinition: { readonly resolvedDependencies: unknown } };
    };
    expect(provenance.predicate.buildDefinition.resolvedDependencies).toContainEqual(
      expect.objectContaining({ annotations: { pinned: true, signedBy } }),
    );
    const asked = project.origin.asked.length;
    expect((await project.build()).code).toBe(0);
    expect(project.origin.asked).toHaveLength(asked);
  });

  it('is not built with another signature, and the next run with the right one is good', async () => {
    project.origin.files.set(SIGN, signer.sign(other, tar));
    const { code, stderr } = await project.build();
    expect(code).toBe(3);
    expect(stderr).toContain('the signature of linux-9.9.tar.gz is refused');
    expect(stderr).toContain(`key wanted: ${key}`);
    expect(stderr).toContain(`key found:  ${other}`);
    expect(project.leftovers()).toEqual([]);
    expect(project.stored().filter((task) => task.endsWith(':linux'))).toEqual([]);
    project.origin.files.set(SIGN, signer.sign(key, tar));
    expect((await project.build()).code).toBe(0);
  });

  it('takes keys from --keyring alone, and says how to do the same again', async () => {
    project.origin.files.delete('key.asc');
    const none = await project.build();
    expect(none.code).toBe(3);
    expect(none.stderr).toContain('none of the keys that linux pins could be had');
    expect(none.stderr).toContain('--keyring FILE');
    const ring = signer.file('ring.gpg', signer.exported(key, false));
    expect((await project.build('--keyring', ring)).code).toBe(0);
    expect(reportIn(project.out).reproduce).toContain(`--keyring ${ring}`);
    const wrong = await project.build('--keyring', join(project.root, 'none'));
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain('none: there is no such file');
  });

  it('goes into locks and bundles with its signature', async () => {
    const lock = join(project.root, 'a.lock');
    expect((await project.run('lock', '--kernel', '9.9', '--out', lock)).code).toBe(0);
    expect((await project.build('--locked', lock)).code).toBe(0);
    const file = join(project.root, 'a.bundle');
    expect((await project.run('bundle', 'create', '--kernel', '9.9', '--out', file)).code).toBe(0);
    project.cache = join(project.root, 'another');
    expect((await project.run('bundle', 'use', file)).code).toBe(0);
    expect((await project.build('--offline')).code).toBe(0);
  });

  it('is explained with its key', async () => {
    const { stdout } = await project.run('explain', '--kernel', '9.9', '--no-verify');
    expect(stdout).toMatch(new RegExp(`sha256 [0-9a-f]{12}…, signed by ${key}`));
  });

  it('has a recipe that pins whole fingerprints', async () => {
    const undo = project.change(RECIPE, `${key}:`, `${key.slice(-16)}:`);
    const { code, stderr } = await project.build();
    undo();
    expect(code).toBe(2);
    expect(stderr).toMatch(/9\.9\.yaml:\d+:\d+/);
    expect(stderr).toContain('a whole fingerprint');
  });
});
