// SPDX-License-Identifier: GPL-2.0-only
import { open, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exec, type Argv } from '../host/exec.js';
import { systemPath } from '../host/tools.js';
import type { DiskFormat } from '../model/task.js';

const MIB = 1024 ** 2;
const SECTOR = 512;
/** Where the partition begins, in bytes: where today's tools put the first one. */
const START = MIB;
/** Room that is left for the file system itself and for whoever changes a file, in MiB. */
const SPARE_MIB = 8;
/** A FAT32 of fewer MiB has too few clusters to be one. */
const LEAST_MIB = 40;
/**
 * Number of the disk and of its file system; any will do, as long as it is always the same. guest/inhabit knows
 * its disk by it.
 */
const ID = '6c376275';
/** What a system may keep over a boot, in MiB: the third partition of a disk with a root. */
const KEPT_MIB = 1;
/** Boot code of the master boot record: starts the active partition. */
export const MBR = '/usr/lib/syslinux/mbr/mbr.bin';
/** Bytes of the master boot record before the disk's number and the partitions. */
const BOOT_CODE = 440;
/** Seconds since 1970 that every file gets: FAT's first day. */
const FIRST_DAY = 315_532_800;

/** What a disk boots. */
export interface Bootable {
  /** Path of a bzImage. */
  readonly kernel: string;
  /** Paths, unpacked in this order. */
  readonly initrds: readonly string[];
  readonly parameters: readonly string[];
  /** Path of a file system that is only read: it becomes the second partition. */
  readonly root?: string;
}

export interface Place {
  /** Path of the disk. */
  readonly to: string;
  readonly format: DiskFormat;
  /** An empty folder of the same file system. */
  readonly scratch: string;
}

/**
 * Writes a disk that a machine with a BIOS boots by itself: a master boot record, and an active partition with
 * SYSLINUX on FAT32; where it has a root, a partition of that and a small one behind it, full of zeros, for what the
 * system keeps. Needs no privilege and mounts nothing; the same content gives the same bytes.
 *
 * @throws Failed `host-lacks` without sfdisk, mkfs.fat, mcopy, syslinux or qemu-img; `no-space`; `interrupted`
 */
export async function writeDisk(
  { kernel, initrds, parameters, root }: Bootable,
  { to, format, scratch }: Place,
  signal: AbortSignal,
): Promise<void> {
  const names = initrds.map((_, index) => `initrd.${String(index)}`);
  const config = join(scratch, 'syslinux.cfg');
  await writeFile(config, configuration(names, parameters));
  const files = [
    { name: 'bzImage', path: kernel },
    ...names.map((name, index) => ({ name, path: initrds[index] ?? '' })),
    { name: 'syslinux.cfg', path: config },
  ];
  const sizes = await Promise.all(files.map(async ({ path }) => (await stat(path)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const mib = Math.max(LEAST_MIB, Math.ceil(bytes / MIB) + SPARE_MIB);
  // Their names mean something to mtools (@@), so disks are made under a name of ours.
  const raw = 'disk.raw';
  const rootMib = root === undefined ? 0 : Math.ceil((await stat(root)).size / MIB);
  const behind = rootMib === 0 ? 0 : rootMib + KEPT_MIB;
  await writeFile(join(scratch, raw), '');
  await truncate(join(scratch, raw), START + (mib + behind) * MIB);
  const run = (argv: Argv, input = ''): Promise<unknown> =>
    exec(argv, { cwd: scratch, env: fatEnvironment(), input, signal });
  await run(['sfdisk', '--quiet', raw], partitions(mib, rootMib));
  const shape = ['-F', '32', '-s', '1', '-i', ID, '-n', 'L7BUILD', '--offset', sector(START)];
  await run(['mkfs.fat', '--invariant', ...shape, raw, String((mib * MIB) / 1024)]);
  for (const { name, path } of files) {
    await run(['mcopy', '-i', `${raw}@@${String(START)}`, path, `::/${name}`]);
  }
  await run(['syslinux', '-t', String(START), '--install', raw]);
  await addBootCode(join(scratch, raw));
  if (root !== undefined) {
    const seek = String(START / MIB + mib);
    const sparse = ['bs=1M', `seek=${seek}`, 'conv=notrunc,sparse', 'status=none'];
    await run(['dd', `if=${root}`, `of=${raw}`, ...sparse]);
  }
  if (format === 'raw') await rename(join(scratch, raw), to);
  else await run(['qemu-img', 'convert', '-q', '-f', 'raw', '-O', format, raw, to]);
}

function sector(bytes: number): string {
  return String(bytes / SECTOR);
}

/** For sfdisk(8): an active partition, and where there is a root, its own and one without a file system. */
function partitions(mib: number, rootMib: number): string {
  const line = (start: number, size: number, type: string): string =>
    `start=${sector(start)}, size=${sector(size * MIB)}, type=${type}`;
  const root = START + mib * MIB;
  return [
    'label: dos',
    `label-id: 0x${ID}`,
    `${line(START, mib, 'c')}, bootable`,
    ...(rootMib === 0
      ? []
      : [line(root, rootMib, '83'), line(root + rootMib * MIB, KEPT_MIB, 'da')]),
    '',
  ].join('\n');
}

/** See https://wiki.syslinux.org/wiki/index.php?title=Config */
function configuration(initrds: readonly string[], parameters: readonly string[]): string {
  return [
    'SERIAL 0 115200',
    'DEFAULT linux',
    'LABEL linux',
    '  LINUX /bzImage',
    `  INITRD ${initrds.map((name) => `/${name}`).join()}`,
    `  APPEND ${parameters.join(' ')}`,
    '',
  ].join('\n');
}

/** What tools of FAT take from the environment, so that neither the day nor the user's settings show. */
export function fatEnvironment(): Record<string, string> {
  return {
    PATH: systemPath(),
    LC_ALL: 'C',
    TZ: 'UTC',
    SOURCE_DATE_EPOCH: String(FIRST_DAY),
    MTOOLSRC: '/dev/null',
  };
}

async function addBootCode(disk: string): Promise<void> {
  const code = await readFile(MBR);
  const file = await open(disk, 'r+');
  try {
    await file.write(code, 0, Math.min(code.length, BOOT_CODE), 0);
  } finally {
    await file.close();
  }
}
