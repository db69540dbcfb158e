// SPDX-License-Identifier: GPL-2.0-only
import { chmod, copyFile, mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeOciImage } from '../formats/oci.js';
import { tarArgv } from '../formats/tarball.js';
import type { Step, StepContext } from '../model/step.js';
import type { ContainerParams } from '../model/task.js';
import { CpioArchive } from '../vm/initramfs/cpio.js';
import { addInstallTree } from '../vm/initramfs/install-tree.js';
import { definitionsOf } from './definitions.js';
import { need, systemOf } from './needs.js';

/** Where the iptables that was built stands, with all that it takes of the system that it was built in. */
const HOME = 'usr/local/lib/l7build';
/** Before the distribution's own programs. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Makes an image for containers: a userland, and over it the iptables that was built and the definitions. The
 * layer of the userland is the same for every build that has it.
 *
 * @throws Failed `host-lacks` without sqfs2tar(1), `command-failed`, `no-space`, `interrupted`
 */
export const container: Step<'container'> = async (params, ctx) => {
  const own = join(ctx.scratch, 'layer');
  await stage(params, own, ctx);
  const work = join(ctx.scratch, 'image');
  await mkdir(work);
  const root = join(need(ctx, 'userland').dir, 'root.squashfs');
  const { reference, labels } = params;
  await writeOciImage(
    {
      layers: [
        { tar: ['sqfs2tar', '--no-xattr', '--no-skip', root], what: 'packages of a distribution' },
        {
          tar: [...tarArgv(own), ...(await readdir(own)).sort()],
          what: 'iptables with its match, and definitions',
        },
      ],
      ...{ reference, labels, env: { PATH }, command: ['/bin/bash'] },
    },
    { to: join(ctx.out, 'image.oci.tar'), scratch: work },
    ctx.signal,
  );
  return {};
};

/** What leads to a path of the install tree leads to where that stands here. */
function movedTarget(target: string): string {
  return target.startsWith('/') ? `/${HOME}${target}` : target;
}

/** The layer that was built, as a folder. */
async function stage(
  { definitions, wrapper }: ContainerParams,
  root: string,
  ctx: StepContext,
): Promise<void> {
  const archive = new CpioArchive();
  await addInstallTree(archive, join(need(ctx, 'iptables').dir, 'root'), systemOf(ctx));
  const home = join(root, HOME);
  for (const [path, member] of archive.members) {
    const place = join(home, path);
    await mkdir(dirname(place), { recursive: true });
    if (member.kind === 'link') await symlink(movedTarget(member.target), place);
    else if (member.kind === 'file') {
      await writeFile(place, member.data, { mode: member.executable ? 0o755 : 0o644 });
    }
  }
  await copyFile(join(ctx.project, wrapper.path), join(home, 'run'));
  await chmod(join(home, 'run'), 0o755);
  const sbin = join(root, 'usr/local/sbin');
  await mkdir(sbin, { recursive: true });
  for (const name of await readdir(join(home, 'usr/sbin'))) {
    // A script of its own, and the binaries that the others are links to.
    if (!name.includes('tables') || /apply|multi/.test(name)) continue;
    await symlink('../lib/l7build/run', join(sbin, name));
  }
  const etc = join(root, 'etc/l7-protocols');
  await mkdir(etc, { recursive: true });
  for (const { name, path } of await definitionsOf(definitions, ctx)) {
    await copyFile(path, join(etc, name));
  }
}
