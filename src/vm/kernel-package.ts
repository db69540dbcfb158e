// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { kindOf } from '../host/files.js';
import { Failed } from '../model/failure.js';

/** A distribution's kernel, as its packages bring it; all paths are absolute. */
export interface PackagedKernel {
  /** The bzImage. */
  readonly image: string;
  readonly systemMap: string;
  readonly config: string;
  /** As `uname -r` tells it; the modules are in lib/modules below `modulesBase`. */
  readonly release: string;
}

const IMAGE = 'vmlinuz-';

/**
 * The folder of unpacked packages that has lib/modules: Debian's since 13 name /usr/lib itself, to which
 * /lib is a link.
 */
export async function modulesBase(dir: string): Promise<string> {
  const usr = join(dir, 'usr');
  return (await kindOf(join(usr, 'lib/modules'))) === 'directory' ? usr : dir;
}

/**
 * The kernel of unpacked packages: in boot, or since Debian 14 beside its modules.
 *
 * @param dir where they were unpacked
 * @throws Failed `command-failed` when there is none, or more than one
 */
export async function packagedKernel(dir: string): Promise<PackagedKernel> {
  const kernels = [...(await inBoot(join(dir, 'boot'))), ...(await besideModules(dir))];
  if (kernels.length === 1 && kernels[0] !== undefined) return kernels[0];
  const names = kernels.map(({ release }) => `${IMAGE}${release}`);
  throw new Failed({
    reason: 'command-failed',
    message: `the kernel's package has ${kernels.length === 0 ? 'no boot/vmlinuz-*' : names.join(', ')}`,
  });
}

async function inBoot(folder: string): Promise<PackagedKernel[]> {
  if ((await kindOf(folder)) !== 'directory') return [];
  const images = (await readdir(folder)).filter((name) => name.startsWith(IMAGE));
  return images.map((name) => {
    const release = name.slice(IMAGE.length);
    return {
      image: join(folder, name),
      systemMap: join(folder, `System.map-${release}`),
      config: join(folder, `config-${release}`),
      release,
    };
  });
}

async function besideModules(dir: string): Promise<PackagedKernel[]> {
  const home = join(await modulesBase(dir), 'lib/modules');
  if ((await kindOf(home)) !== 'directory') return [];
  const found: PackagedKernel[] = [];
  for (const release of await readdir(home)) {
    const [image, systemMap, config] = ['vmlinuz', 'System.map', 'config'].map((name) =>
      join(home, release, name),
    ) as [string, string, string];
    if ((await kindOf(image)) === 'file') found.push({ image, systemMap, config, release });
  }
  return found;
}
