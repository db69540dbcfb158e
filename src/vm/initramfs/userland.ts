// SPDX-License-Identifier: GPL-2.0-only
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../host/exec.js';
import { findProgram } from '../../host/tools.js';
import { Failed } from '../../model/failure.js';
import type { CpioArchive } from './cpio.js';
import { isStatic } from './libraries.js';

const BUSYBOX = '/bin/busybox';

/** What programs look up; the guest has no more of a system than this. */
const ETC: Readonly<Record<string, string>> = {
  passwd: 'root:x:0:0:root:/:/bin/sh\n',
  group: 'root:x:0:\n',
  protocols: 'ip 0 IP\nicmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\nipv6-icmp 58 IPv6-ICMP\n',
  services: [
    ...[
      'ftp 21/tcp',
      'ssh 22/tcp',
      'telnet 23/tcp',
      'smtp 25/tcp',
      'domain 53/tcp',
      'domain 53/udp',
    ],
    ...['http 80/tcp', 'pop3 110/tcp', 'imap2 143/tcp', 'https 443/tcp', ''],
  ].join('\n'),
};

/** What web servers in the guest serve. */
const PAGE =
  '<!doctype html><title>guest</title><p>A page that a web server of the guest serves.\n';

/** Adds busybox with its commands, /etc, and our own init and agent. @param guest folder of the last two */
export async function addUserland(
  archive: CpioArchive,
  guest: string,
  modules: readonly string[],
): Promise<void> {
  for (const directory of ['dev', 'proc', 'sys', 'run', 'tmp', 'root']) {
    archive.add(directory, { kind: 'directory' });
  }
  // The kernel opens it for process 1 before anything is mounted.
  archive.add('dev/console', { kind: 'device', major: 5, minor: 1 });
  await addBusybox(archive);
  archive.add('init', await script(join(guest, 'init')));
  archive.add('bin/agent', await script(join(guest, 'agent')));
  archive.add('lib/traffic', await script(join(guest, 'traffic')));
  archive.add('srv/www/index.html', { kind: 'file', data: Buffer.from(PAGE), executable: false });
  const etc = { ...ETC, modules: modules.map((name) => `${name}\n`).join('') };
  for (const [name, text] of Object.entries(etc)) {
    archive.add(`etc/${name}`, { kind: 'file', data: Buffer.from(text), executable: false });
  }
}

async function script(file: string) {
  return { kind: 'file', data: await readFile(file), executable: true } as const;
}

async function addBusybox(archive: CpioArchive): Promise<void> {
  const busybox = findProgram('busybox');
  if (busybox === undefined || !(await isStatic(busybox))) throw noBusybox(busybox);
  archive.add(BUSYBOX, { kind: 'file', data: await readFile(busybox), executable: true });
  const { stdout } = await exec([busybox, '--list']);
  for (const applet of stdout.split('\n').filter(Boolean)) {
    if (applet !== 'busybox') archive.add(`bin/${applet}`, { kind: 'link', target: BUSYBOX });
  }
  // Where the kernel looks for it by itself (CONFIG_MODPROBE_PATH).
  archive.add('sbin/modprobe', { kind: 'link', target: BUSYBOX });
}

function noBusybox(found: string | undefined): Failed {
  const fault = found === undefined ? 'is not installed' : `(${found}) needs shared libraries`;
  return new Failed({
    reason: 'host-lacks',
    message: `busybox, the guest's userland, ${fault}`,
    hints: ['install the package busybox-static'],
  });
}
