// SPDX-License-Identifier: GPL-2.0-only
import { realpath } from 'node:fs/promises';
import { MBR } from '../formats/disk.js';
import { findProgram, systemPath } from '../host/tools.js';
import { sha256File } from '../host/hash.js';
import { programVersion } from '../host/program-version.js';
import { calibrate } from '../vm/calibrate.js';

/** Files of the host that go into the guest's image; a library that is missing is left out. */
const LIBRARIES = ['libc.so.6', 'libmnl.so.0', 'libnftnl.so.11', 'ld-linux-x86-64.so.2'] as const;
const LIBRARY_DIR = '/usr/lib/x86_64-linux-gnu';

/** What of the host goes into programs compiled with musl: its library, and the kernel's headers. */
const MUSL = {
  musl: '/usr/lib/x86_64-linux-musl/libc.a',
  // It has the version of all of them.
  'kernel headers': '/usr/include/linux/version.h',
} as const;

/**
 * Digests of the host's files that go into the guest's image.
 *
 * @param which `busybox`: it is the host's; `libraries`: iptables is compiled with the host's own tools, so
 *   the libraries are the host's
 */
export function userlandFacts(which: {
  readonly busybox: boolean;
  readonly libraries: boolean;
}): Promise<Record<string, string>> {
  return digests({
    ...(which.busybox ? { busybox: findProgram('busybox') } : {}),
    ...(which.libraries
      ? Object.fromEntries(LIBRARIES.map((name) => [name, `${LIBRARY_DIR}/${name}`]))
      : {}),
  });
}

/** Digests of the host's files that shape what is compiled with musl. */
export function muslFacts(): Promise<Record<string, string>> {
  return digests(MUSL);
}

async function digests(
  files: Readonly<Record<string, string | undefined>>,
): Promise<Record<string, string>> {
  const facts = await Promise.all(
    Object.entries(files).map(async ([name, path]) => [name, await digestOf(path)] as const),
  );
  return Object.fromEntries(facts.filter(([, digest]) => digest !== ''));
}

/** Boot loader and file system of a disk, as its bytes depend on them. */
export function imagingFacts(): Promise<Record<string, string>> {
  return digests({ ...programs('syslinux', 'mkfs.fat', 'sfdisk', 'mcopy', 'qemu-img'), mbr: MBR });
}

/** What an image for containers is packed with. */
export function containingFacts(): Promise<Record<string, string>> {
  return digests(programs('sqfs2tar', 'tar', 'gzip'));
}

function programs(...names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.map((name) => [name, findProgram(name, systemPath())]));
}

/** What runs the guest: QEMU's version and the accelerator that the calibration chose. */
export async function vmFacts(cache: string): Promise<Record<string, string>> {
  const [qemu, { accelerator }] = await Promise.all([
    programVersion('qemu-system-x86_64'),
    calibrate(cache),
  ]);
  return { qemu, accelerator };
}

async function digestOf(path: string | undefined): Promise<string> {
  if (path === undefined) return '';
  try {
    return await sha256File(await realpath(path));
  } catch {
    return '';
  }
}
