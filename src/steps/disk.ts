// SPDX-License-Identifier: GPL-2.0-only
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { writeDisk } from '../formats/disk.js';
import type { Step } from '../model/step.js';
import type { DiskParams } from '../model/task.js';
import { CpioArchive } from '../vm/initramfs/cpio.js';
import { addScripts } from '../vm/initramfs/userland.js';
import { kernelIn } from './boot.js';
import { need } from './needs.js';

/** Where a login is offered: at the screen, and at the first serial port, which has the kernel's last word. */
const PARAMETERS = ['console=tty0', 'console=ttyS0,115200', 'panic=10'];

/**
 * Makes a disk that boots the kernel with the guest's initramfs, as it is, and behind that one with what
 * makes a firewall of the guest.
 */
export const disk: Step<'disk'> = async (params, ctx) => {
  const overlay = join(ctx.scratch, 'appliance.gz');
  await writeFile(
    overlay,
    await promisify(gzip)(await appliance(params, join(ctx.project, 'guest'))),
  );
  await writeDisk(
    {
      kernel: await kernelIn(ctx),
      initrds: [join(need(ctx, 'image').dir, 'initramfs.cpio.gz'), overlay],
      parameters: PARAMETERS,
      ...(params.userland === undefined
        ? {}
        : { root: join(need(ctx, 'userland').dir, 'root.squashfs') }),
    },
    { to: join(ctx.out, `disk.${params.format}`), format: params.format, scratch: ctx.scratch },
    ctx.signal,
  );
  return {};
};

async function appliance(
  { hostname, rules, password, userland }: DiskParams,
  guest: string,
): Promise<Buffer> {
  const archive = new CpioArchive();
  await addScripts(archive, guest, {
    'lib/appliance': 'appliance',
    'lib/lease': 'lease',
    ...(userland === undefined ? {} : { 'lib/inhabit': 'inhabit', 'lib/seed': 'seed' }),
  });
  const etc = {
    hostname: `${hostname}\n`,
    hosts: `127.0.0.1 localhost ${hostname}\n::1 localhost\n`,
    // getty(8) puts the kernel's release and its own terminal there.
    issue: 'Linux \\r, layer7, at \\l\n',
    passwd: `root:${password}:0:0:root:/root:/bin/sh\n`,
    'iptables.rules': rules.iptables,
    'ip6tables.rules': rules.ip6tables,
    ...(userland === undefined ? {} : { authorized_keys: userland.authorizedKeys }),
  };
  for (const [name, text] of Object.entries(etc)) {
    archive.add(`etc/${name}`, { kind: 'file', data: Buffer.from(text), executable: false });
  }
  return archive.toBuffer();
}
