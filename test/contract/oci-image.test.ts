// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { writeOciImage } from '../../src/formats/oci.js';
import { tarArgv } from '../../src/formats/tarball.js';
import { makeTinyRoot } from '../../src/runtimes/engine/tiny-root.js';
import { ownedName } from '../../src/runtimes/owner.js';
import { podmanHere } from './podman.js';

const work = await mkdtemp(join(tmpdir(), 'l7build-oci-'));
afterAll(() => rm(work, { recursive: true }));

const podman = await podmanHere(work);
if (typeof podman === 'string') test.skip(`podman: ${podman}`);
else {
  test('podman loads an image of two layers under its name, and runs what is in both', async () => {
    const reference = `localhost/l7build/told:${await ownedName()}`;
    const scratch = join(work, 'scratch');
    await mkdir(scratch);
    await mkdir(join(work, 'upper/etc'), { recursive: true });
    await makeTinyRoot(join(work, 'lower'));
    await writeFile(join(work, 'upper/etc/told'), 'from above\n');
    const layers = ['lower', 'upper'].map((name) => ({
      tar: [...tarArgv(join(work, name)), '.'] as const,
      what: 'a test',
    }));
    const to = join(work, 'image');
    const spec = { reference, labels: {}, env: { TOLD: 'by the image' }, command: ['/bin/sh'] };
    await writeOciImage({ ...spec, layers }, { to, scratch }, new AbortController().signal);
    try {
      await podman.call('load', '--input', to);
      const told = await podman.run(reference, 'read -r line </etc/told; echo "$line $TOLD"');
      expect(told).toBe('from above by the image\n');
    } finally {
      await podman.call('image', 'rm', '--force', reference);
    }
  });
}
