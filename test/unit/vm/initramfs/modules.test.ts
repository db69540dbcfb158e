// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageModules } from '../../../../src/vm/initramfs/modules.js';

const RELEASE = '6.1.0-test';

/** An ELF object with nothing but .modinfo, as every kernel module has. */
function elfWith(modinfo: readonly string[], folder: string): Promise<Buffer> {
  const source = `const char info[] __attribute__((section(".modinfo"))) = "${modinfo.map((entry) => `${entry}\\0`).join('')}";`;
  const object = join(folder, 'module.o');
  execFileSync('gcc', ['-x', 'c', '-c', '-o', object, '-'], { input: source });
  return readFile(object);
}

describe('stageModules', () => {
  let folder: string;
  let tree: string;
  let other: string;
  let stage: string;

  async function module(root: string, path: string, ...modinfo: string[]): Promise<void> {
    const file = join(root, 'lib/modules', RELEASE, path);
    await mkdir(dirname(file), { recursive: true });
    // depmod looks at what the compiler puts before the first entry as well.
    const elf = await elfWith(['license=GPL', ...modinfo, 'vermagic=x'], folder);
    await writeFile(file, path.endsWith('.gz') ? gzipSync(elf) : elf);
    if (/\.(xz|zst)$/.test(path)) {
      const packer = path.endsWith('.xz') ? ['xz', '--stdout'] : ['zstd', '--stdout', '--quiet'];
      await writeFile(
        file,
        execFileSync(packer[0] ?? '', [...packer.slice(1), '-'], { input: elf }),
      );
    }
  }

  const staged = (path: string): Promise<Buffer> =>
    readFile(join(stage, 'lib/modules', RELEASE, path));

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'modules-'));
    [tree, other, stage] = [join(folder, 'tree'), join(folder, 'other'), join(folder, 'stage')];
    await module(tree, 'kernel/net/x_tables.ko');
    await module(tree, 'kernel/net/xt-tcpudp.ko', 'depends=x_tables');
    await module(tree, 'kernel/net/nf_conntrack.ko.xz', 'depends=libcrc32c,nf_defrag_ipv4');
    await module(tree, 'kernel/net/nf_defrag_ipv4.ko.gz');
    await module(tree, 'kernel/lib/libcrc32c.ko.zst', 'softdep=pre: crc32c post: never');
    await module(tree, 'kernel/crypto/crc32c_generic.ko');
    await module(tree, 'kernel/net/unrelated.ko');
    await writeFile(
      join(tree, 'lib/modules', RELEASE, 'modules.builtin'),
      'kernel/net/ipv6/ip6-builtin.ko\n',
    );
    await module(other, 'updates/xt_layer7.ko', 'depends=nf_conntrack,x_tables');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes what is named and all that it needs, unpacked, and nothing else', async () => {
    const wanted = ['xt_tcpudp', 'ip6_builtin', 'xt_layer7'];
    const { names } = await stageModules([tree, other], RELEASE, wanted, stage);
    expect(names.toSorted()).toEqual([
      'crc32c_generic',
      'libcrc32c',
      'nf_conntrack',
      'nf_defrag_ipv4',
      'x_tables',
      'xt_layer7',
      'xt_tcpudp',
    ]);
    const plain = await elfWith(['license=GPL', 'vermagic=x'], folder);
    expect((await staged('kernel/net/nf_defrag_ipv4.ko')).equals(plain)).toBe(true);
    for (const path of ['kernel/net/nf_conntrack.ko', 'kernel/lib/libcrc32c.ko']) {
      expect((await staged(path)).subarray(0, 4).toString('latin1')).toBe('\x7fELF');
    }
    await expect(staged('kernel/net/unrelated.ko')).rejects.toThrow('ENOENT');
    // modprobe(8) finds them by depmod's index.
    expect((await staged('modules.dep')).toString()).toMatch(/updates\/xt_layer7\.ko:/);
  });

  it('names the module that is missing, and who needs it', async () => {
    await expect(stageModules([tree], RELEASE, ['xt_layer7'], stage)).rejects.toMatchObject({
      failure: { message: `the kernel ${RELEASE} has no module xt_layer7, which the recipe needs` },
    });
    await module(tree, 'kernel/broken.ko', 'depends=gone');
    await expect(stageModules([tree], RELEASE, ['broken'], stage)).rejects.toMatchObject({
      failure: { message: `the kernel ${RELEASE} has no module gone, which broken needs` },
    });
  });
});
