// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import type { Era } from '../model/recipe.js';
import type { StepContext } from '../model/step.js';
import { calibrate, type Calibration } from '../vm/calibrate.js';
import { startGuest, type Guest } from '../vm/guest.js';
import { packagedKernel } from '../vm/kernel-package.js';
import { need } from './needs.js';

/** A guest that answers, and how it was decided to run it. */
export interface Booted {
  readonly guest: Guest;
  readonly calibration: Calibration;
}

/** Enough for the modules, iptables and some dozen programs at once. */
const MEMORY_MIB = 256;
/** One is up sooner than two, and an emulated second one is worth little. */
const CPUS = 1;

/**
 * Boots what was built. The guest's console becomes the step's log, which outlives a failed step.
 *
 * @throws Failed: see startGuest and calibrate
 */
export async function boot(era: Era, ctx: StepContext): Promise<Booted> {
  const calibration = await calibrate(ctx.cache, ctx.signal);
  const guest = await startGuest(
    {
      kernel: await kernelOf(ctx),
      initrd: join(need(ctx, 'image').dir, 'initramfs.cpio.gz'),
      accelerator: calibration.accelerator,
      memoryMiB: MEMORY_MIB,
      cpus: CPUS,
      panicNow: era.panicNow,
      ports: join(ctx.scratch, 'ports'),
      consoleLog: ctx.log,
    },
    { signal: ctx.signal },
  );
  return { guest, calibration };
}

/** The patched kernel's bzImage, or the image of a distribution's package. */
async function kernelOf(ctx: StepContext): Promise<string> {
  if (ctx.needs['linux'] !== undefined) return join(need(ctx, 'linux').dir, 'bzImage');
  return (await packagedKernel(need(ctx, 'kernel').dir)).image;
}
