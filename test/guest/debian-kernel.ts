// SPDX-License-Identifier: GPL-2.0-only
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec } from '../../src/host/exec.js';

/** Debian's kernel for virtual machines, of the release whose headers are installed here. */
export interface DebianKernel {
  readonly release: string;
  /** The unpacked package: boot/vmlinuz-*, lib/modules. */
  readonly dir: string;
}

const HEADERS = '/usr/src';
const TROUBLE = join(import.meta.dirname, 'trouble');

/** Fetches and unpacks the kernel below `folder`. Needs the package linux-headers-cloud-amd64 and apt. */
export async function debianKernel(folder: string): Promise<DebianKernel> {
  const names = (await readdir(HEADERS)).filter((name) =>
    /^linux-headers-.*-cloud-amd64$/.test(name),
  );
  const release = names.sort().at(-1)?.replace('linux-headers-', '');
  if (release === undefined) throw new Error('install the package linux-headers-cloud-amd64');
  await exec(['apt-get', 'download', `linux-image-${release}`], { cwd: folder });
  const deb = (await readdir(folder)).find((name) => name.endsWith('.deb')) ?? '';
  const dir = join(folder, 'kernel');
  await exec(['dpkg-deb', '--extract', join(folder, deb), dir]);
  return { release, dir };
}

/** Builds the module that misbehaves, and gives it as a shell script that loads it from /tmp. */
export async function troubleModule(folder: string, release: string): Promise<string> {
  const build = join(folder, 'trouble');
  await mkdir(build);
  for (const name of await readdir(TROUBLE)) await copyFile(join(TROUBLE, name), join(build, name));
  const headers = join(HEADERS, `linux-headers-${release}`);
  await exec(['make', '-C', headers, `M=${build}`, 'CC=gcc', 'modules']);
  const module = join(build, 'trouble.ko');
  await exec(['strip', '--strip-debug', module]);
  const packed = gzipSync(await readFile(module)).toString('base64');
  return `echo ${packed} | base64 -d | gunzip >/tmp/trouble.ko; insmod /tmp/trouble.ko`;
}
