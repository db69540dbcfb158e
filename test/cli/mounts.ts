// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const mount = (...words: string[]): boolean =>
  spawnSync('mount', words, { stdio: 'ignore' }).status === 0;

/** Makes a folder a file system of so many KiB, or changes its size. */
export function sized(folder: string, kib: number, ...more: readonly string[]): boolean {
  mkdirSync(folder, { recursive: true });
  const options = [...more, `size=${String(kib)}k`].join(',');
  return mount('-t', 'tmpfs', '-o', options, 'tmpfs', folder);
}

/** Makes a folder a mount of itself, which readOnly() can close. */
export function boundToItself(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  return mount('--bind', folder, folder);
}

/** Lets nobody write to a mount any more; false while a file there is open to be written. */
export function readOnly(folder: string): boolean {
  return mount('-o', 'remount,bind,ro', folder);
}

export function unmount(folder: string): void {
  execFileSync('umount', [folder]);
}

/** Only root can mount, and not in every container. */
export function canMount(): boolean {
  const folder = mkdtempSync(join(tmpdir(), 'l7build-mount-'));
  const can = sized(folder, 4);
  if (can) unmount(folder);
  rmdirSync(folder);
  return can;
}
