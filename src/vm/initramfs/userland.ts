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

/**
 * Adds what every guest has: busybox with its commands, and the folders to mount things at.
 *
 * @param busybox a static one, which has to run here too: it names its commands
 */
export async function addBase(archive: CpioArchive, busybox: string): Promise<void> {
  for (const directory of ['dev', 'proc', 'sys', 'run', 'tmp', 'root']) {
    archive.add(directory, { kind: 'directory' });
  }
  // The kernel opens it for process 1 before anything is mounted.
  archive.add('dev/console', { kind: 'device', major: 5, minor: 1 });
  await addBusybox(archive, busybox);
}

/** Adds scripts of ours. @param places path in the archive, and name below `guest` */
export async function addScripts(
  archive: CpioArchive,
  guest: string,
  places: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, name] of Object.entries(places)) {
    const data = await readFile(join(guest, name));
    archive.add(path, { kind: 'file', data, executable: true });
  }
}

/** What a guest's programs are made of. */
export interface Userland {
  /** A static one. */
  readonly busybox: string;
  /** Folder of our own init and agent. */
  readonly guest: string;
  /** Loaded at boot, in this order. */
  readonly modules: readonly string[];
}

/** Adds what every guest has, /etc, and our own init and agent. */
export async function addUserland(
  archive: CpioArchive,
  { busybox, guest, modules }: Userland,
): Promise<void> {
  await addBase(archive, busybox);
  await addScripts(archive, guest, {
    init: 'init',
    'bin/agent': 'agent',
    'bin/stream': 'stream',
    'lib/soak': 'soak',
    'lib/traffic': 'traffic',
    'bin/userland': 'userland',
  });
  archive.add('srv/www/index.html', { kind: 'file', data: Buffer.from(PAGE), executable: false });
  const etc = { ...ETC, modules: modules.map((name) => `${name}\n`).join('') };
  for (const [name, text] of Object.entries(etc)) {
    archive.add(`etc/${name}`, { kind: 'file', data: Buffer.from(text), executable: false });
  }
}

/** The host's busybox. @throws Failed `host-lacks` when it is missing or needs shared libraries */
export async function staticBusybox(): Promise<string> {
  const busybox = findProgram('busybox');
  if (busybox === undefined || !(await isStatic(busybox))) throw noBusybox(busybox);
  return busybox;
}

async function addBusybox(archive: CpioArchive, busybox: string): Promise<void> {
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
