// SPDX-License-Identifier: GPL-2.0-only
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeOciImage, type OciImage } from '../../../src/formats/oci.js';
import { tarArgv } from '../../../src/formats/tarball.js';
import { exec, type Argv } from '../../../src/host/exec.js';
import { sha256, sha256File } from '../../../src/host/hash.js';

/** What is read of a layout's documents. */
interface Blob {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
  readonly annotations: Record<string, string>;
}

const { signal } = new AbortController();
let work: string;
beforeEach(async () => {
  work = await mkdtemp(join(tmpdir(), 'l7build-oci-'));
});
afterEach(() => rm(work, { recursive: true }));

/** A layer of one file, made at some time under some mask. */
async function layer(name: string, mode: number, time: number): Promise<Argv> {
  const file = join(work, name, 'etc/told');
  await mkdir(join(work, name, 'etc'), { recursive: true });
  await writeFile(file, 'told\n');
  await chmod(file, mode);
  await utimes(file, time, time);
  return [...tarArgv(join(work, name)), 'etc'];
}

async function image(name: string, ...layers: Argv[]): Promise<string> {
  const scratch = join(work, `${name}-scratch`);
  await mkdir(scratch);
  const spec: OciImage = {
    layers: layers.map((tar) => ({ tar, what: 'a file' })),
    reference: 'localhost/told:1',
    labels: { 'l7build.told': 'yes' },
    env: { PATH: '/bin' },
    command: ['/bin/sh'],
  };
  await writeOciImage(spec, { to: join(work, name), scratch }, signal);
  return join(work, name);
}

it('is the same in every byte for the same content', async () => {
  const one = await image('one.tar', await layer('a', 0o644, 1e9));
  const two = await image('two.tar', await layer('b', 0o664, 1.5e9));
  expect(await sha256File(two)).toBe(await sha256File(one));
});

it('is a layout in which each blob is what its descriptor says', async () => {
  const made = await image('x.tar', await layer('a', 0o644, 1e9), await layer('b', 0o644, 1e9));
  const layout = join(work, 'unpacked');
  await mkdir(layout);
  await exec(['tar', '-C', layout, '-xf', made]);
  expect((await readdir(layout)).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  const json = async (path: string): Promise<unknown> =>
    JSON.parse(await readFile(join(layout, path), 'utf8'));
  expect(await json('oci-layout')).toEqual({ imageLayoutVersion: '1.0.0' });
  const blob = async ({ digest, size }: Blob): Promise<Buffer> => {
    const bytes = await readFile(join(layout, 'blobs', digest.replace(':', '/')));
    expect([`sha256:${sha256(bytes)}`, bytes.length]).toEqual([digest, size]);
    return bytes;
  };
  const { manifests } = (await json('index.json')) as { readonly manifests: [Blob] };
  expect(manifests).toHaveLength(1);
  const [only] = manifests;
  expect(only.annotations['org.opencontainers.image.ref.name']).toBe('localhost/told:1');
  const manifest = JSON.parse((await blob(only)).toString()) as {
    readonly config: Blob;
    readonly layers: Blob[];
    readonly annotations: unknown;
  };
  expect(manifest.annotations).toEqual({ 'l7build.told': 'yes' });
  const plain = await Promise.all(
    manifest.layers.map(async (each) => `sha256:${sha256(gunzipSync(await blob(each)))}`),
  );
  expect(JSON.parse((await blob(manifest.config)).toString())).toMatchObject({
    architecture: 'amd64',
    os: 'linux',
    config: { Env: ['PATH=/bin'], Cmd: ['/bin/sh'], Labels: { 'l7build.told': 'yes' } },
    rootfs: { type: 'layers', diff_ids: plain },
  });
});

it('fails with what the command of a layer complains of', async () => {
  const gone: Argv = [...tarArgv(work), 'no-such-folder'];
  await expect(image('x.tar', gone)).rejects.toMatchObject({
    failure: {
      reason: 'command-failed',
      details: expect.arrayContaining([expect.stringContaining('no-such-folder')]) as unknown,
    },
  });
  expect(await readdir(work)).not.toContain('x.tar');
});
