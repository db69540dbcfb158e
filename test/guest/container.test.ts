// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Running } from '../cli/program.js';
import { podmanHere } from '../contract/podman.js';

const IMAGE = 'localhost/l7build:6.1';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'l7build-container-')));
const podman = await podmanHere(root);

/** What users do: an image of a real build, loaded and run by podman. */
if (typeof podman === 'string') it.skip(`podman: ${podman}`);
else {
  describe("a container's image", () => {
    beforeAll(async () => {
      const image = ['image', '--kernel', '6.1', '--mode', 'module', '--format', 'oci'];
      const { ended } = new Running([...image, '--out', join(root, 'image')], {
        cwd: root,
        env: process.env as Record<string, string>,
      });
      expect(await ended).toMatchObject({ code: 0, stderr: '' });
      await podman.call('load', '--input', join(root, 'image'));
    });
    afterAll(async () => {
      await podman.call('image', 'rm', '--force', IMAGE);
      rmSync(root, { recursive: true });
    });

    it('runs the iptables that was built, with its match, in the system of a distribution', async () => {
      const script = '. /etc/os-release; echo $ID; iptables --version; iptables-nft --version';
      expect(await podman.run(IMAGE, script)).toBe(
        'debian\niptables v1.8.9 (legacy)\niptables v1.8.9 (nf_tables)\n',
      );
      expect(await podman.run(IMAGE, 'iptables -m layer7 --help')).toContain('--l7proto name');
    });

    it('has the definitions where the match looks for them', async () => {
      expect(await podman.run(IMAGE, 'ls /etc/l7-protocols')).toMatch(/^http\.pat$/m);
    });
  });
}
