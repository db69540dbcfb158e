// SPDX-License-Identifier: GPL-2.0-only
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { Era } from '../model/recipe.js';
import type { StepContext } from '../model/step.js';
import { calibrate, type Calibration } from '../vm/calibrate.js';
import type { GuestSpec } from '../vm/argv.js';
import { startGuest, type Guest } from '../vm/guest.js';
import type { GuestOptions } from '../vm/guest-options.js';
import type { CpioArchive } from '../vm/initramfs/cpio.js';
import { packagedKernel } from '../vm/kernel-package.js';
import { need } from './needs.js';

/** A guest that answers, and how it was decided to run it. */
export interface Booted {
  readonly guest: Guest;
  readonly calibration: Calibration;
}

/** What a guest has, and how long it may be silent. */
export type Size = Pick<GuestSpec, 'memoryMiB' | 'cpus'> &
  Pick<GuestOptions, 'silenceMs'> & {
    /** Files beside those of the image. */
    readonly more?: CpioArchive;
  };

/**
 * Enough for the modules, iptables and some dozen programs at once, also where the kernel keeps a shadow
 * of all memory. One processor is up sooner than two, and an emulated second one is worth little.
 */
const SIZE: Size = { memoryMiB: 512, cpus: 1 };

/**
 * Boots what was built. The guest's console becomes the step's log, which outlives a failed step.
 *
 * @throws Failed: see startGuest and calibrate
 */
export async function boot(era: Era, ctx: StepContext, size: Partial<Size> = {}): Promise<Booted> {
  const { silenceMs, more, ...parts } = { ...SIZE, ...size };
  const calibration = await calibrate(ctx.cache, ctx.signal);
  const guest = await startGuest(
    {
      kernel: await kernelIn(ctx),
      initrd: await initrdOf(ctx, more),
      accelerator: calibration.accelerator,
      ...parts,
      panicNow: era.panicNow,
      ports: join(ctx.scratch, 'ports'),
      consoleLog: ctx.log,
    },
    { signal: ctx.signal, ...(silenceMs === undefined ? {} : { silenceMs }) },
  );
  return { guest, calibration };
}

/**
 * The image as it was made, or with an archive behind it: the kernel unpacks one after the other
 * (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
async function initrdOf(ctx: StepContext, more: CpioArchive | undefined): Promise<string> {
  const image = join(need(ctx, 'image').dir, 'initramfs.cpio.gz');
  if (more === undefined) return image;
  const longer = join(ctx.scratch, 'initramfs.cpio.gz');
  const packed = await promisify(gzip)(more.toBuffer(), { level: 1 });
  await writeFile(longer, Buffer.concat([await readFile(image), packed]));
  return longer;
}

/** The patched kernel's bzImage, or the image of a distribution's package. */
export async function kernelIn(ctx: Pick<StepContext, 'taskId' | 'needs'>): Promise<string> {
  if (ctx.needs['linux'] !== undefined) return join(need(ctx, 'linux').dir, 'bzImage');
  return (await packagedKernel(need(ctx, 'kernel').dir)).image;
}
