// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { Era } from '../model/recipe.js';
import type { StepContext } from '../model/step.js';
import { calibrate, type Calibration } from '../vm/calibrate.js';
import type { GuestSpec } from '../vm/argv.js';
import { startGuest, type Guest, type GuestOptions } from '../vm/guest.js';
import { packagedKernel } from '../vm/kernel-package.js';
import { need } from './needs.js';

/** A guest that answers, and how it was decided to run it. */
export interface Booted {
  readonly guest: Guest;
  readonly calibration: Calibration;
}

/** What a guest has, and how long it may be silent. */
export type Size = Pick<GuestSpec, 'memoryMiB' | 'cpus'> & Pick<GuestOptions, 'silenceMs'>;

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
export async function boot(era: Era, ctx: StepContext, size: Size = SIZE): Promise<Booted> {
  const { silenceMs, ...parts } = size;
  const calibration = await calibrate(ctx.cache, ctx.signal);
  const guest = await startGuest(
    {
      kernel: await kernelIn(ctx),
      initrd: join(need(ctx, 'image').dir, 'initramfs.cpio.gz'),
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

/** The patched kernel's bzImage, or the image of a distribution's package. */
export async function kernelIn(ctx: Pick<StepContext, 'taskId' | 'needs'>): Promise<string> {
  if (ctx.needs['linux'] !== undefined) return join(need(ctx, 'linux').dir, 'bzImage');
  return (await packagedKernel(need(ctx, 'kernel').dir)).image;
}
