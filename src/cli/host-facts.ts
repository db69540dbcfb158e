// SPDX-License-Identifier: GPL-2.0-only
import { realpath } from 'node:fs/promises';
import { findProgram } from '../host/tools.js';
import { sha256File } from '../host/hash.js';
import { calibrate, qemuVersion } from '../vm/calibrate.js';

/** Files of the host that go into the guest's image; a library that is missing is left out. */
const LIBRARIES = ['libc.so.6', 'libmnl.so.0', 'libnftnl.so.11', 'ld-linux-x86-64.so.2'] as const;
const LIBRARY_DIR = '/usr/lib/x86_64-linux-gnu';

/**
 * Digests of the busybox and the libraries that go into the guest's image.
 *
 * @param ownTools iptables is compiled with the machine's own tools, so the libraries are the machine's
 */
export async function userlandFacts(ownTools: boolean): Promise<Record<string, string>> {
  const busybox = findProgram('busybox');
  const files: [string, string | undefined][] = [
    ['busybox', busybox],
    ...(ownTools ? LIBRARIES : []).map((name): [string, string] => [
      name,
      `${LIBRARY_DIR}/${name}`,
    ]),
  ];
  const facts = await Promise.all(
    files.map(async ([name, path]) => [name, await digestOf(path)] as const),
  );
  return Object.fromEntries(facts.filter(([, digest]) => digest !== ''));
}

/** What runs the guest: QEMU's version and the accelerator that the calibration chose. */
export async function vmFacts(cache: string): Promise<Record<string, string>> {
  const [qemu, { accelerator }] = await Promise.all([qemuVersion(), calibrate(cache)]);
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
