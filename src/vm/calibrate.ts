// SPDX-License-Identifier: GPL-2.0-only
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { cpus, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { exec } from '../host/exec.js';
import { programVersion } from '../host/program-version.js';
import { ensureDirectory, readJson, removeTree, writeAtomically } from '../host/files.js';
import { sha256 } from '../host/hash.js';
import { Failed } from '../model/failure.js';
import { ACCELERATORS, bootSectorArgv, type Accelerator } from './argv.js';
import { BOOT_SECTOR_EXIT, bootSector } from './boot-sector.js';

/** How one accelerator did: the time it took, or why it is of no use. */
export type Trial =
  | { readonly accelerator: Accelerator; readonly ms: number }
  | { readonly accelerator: Accelerator; readonly trouble: string };

/** Which accelerator to use, and why. */
export interface Calibration {
  readonly accelerator: Accelerator;
  /** For people. */
  readonly why: string;
  readonly trials: readonly Trial[];
}

/** What runs guests; with another value nothing that was learnt of it holds. */
export interface Emulation {
  readonly qemu: string;
  readonly cpu: string;
  /** A digest of what it can do, and of its microcode. */
  readonly features: string;
  readonly kernel: string;
}

/** Milliseconds an accelerator has; TCG needs about a tenth of it on a machine of 2020. */
const BUDGET_MS = 2500;
/** TCG is what is left when nothing else works: a busy host may take its time. */
const TCG_BUDGET_MS = 30_000;
/** About a quarter of a second under TCG. */
const WORK = { exits: 2000, loops: 20_000_000 } as const;

/**
 * Chooses the accelerator by running a boot sector under each at the same time: a /dev/kvm that
 * opens proves nothing, since a nested one may hang or be slower than emulation.
 *
 * @param cache directory for calibration.json, made if missing
 * @returns the cached choice while QEMU, processor and host kernel are the same
 * @throws Failed `host-lacks` when QEMU is missing or does not even run under TCG, `interrupted`
 */
export async function calibrate(cache: string, signal?: AbortSignal): Promise<Calibration> {
  const host = await emulation();
  const file = join(cache, 'calibration.json');
  const cached = cachedFor(host, await readJson(file));
  if (cached !== undefined) return cached;
  const calibration = choose(await tryAll(signal));
  await ensureDirectory(cache);
  await writeAtomically(file, `${JSON.stringify({ host, calibration }, null, 2)}\n`);
  return calibration;
}

/** What runs guests here. @throws Failed `host-lacks` without QEMU */
export async function emulation(): Promise<Emulation> {
  return {
    qemu: await programVersion('qemu-system-x86_64'),
    cpu: cpus()[0]?.model ?? 'unknown',
    features: await featuresOfCpu(),
    kernel: release(),
  };
}

/** Of /proc/cpuinfo, x86's lines (proc_cpuinfo(5)): processors of one name may differ from machine to machine of a cloud. */
async function featuresOfCpu(): Promise<string> {
  const told = await readFile('/proc/cpuinfo', 'utf8');
  return sha256(
    told
      .match(/^(?:flags|microcode)\s*:.*$/gm)
      ?.slice(0, 2)
      .join('\n') ?? '',
  );
}

function cachedFor(host: Emulation, stored: unknown): Calibration | undefined {
  const found = stored as
    { host?: Partial<Emulation>; calibration?: Partial<Calibration> } | undefined;
  const same = (['qemu', 'cpu', 'features', 'kernel'] as const).every(
    (key) => found?.host?.[key] === host[key],
  );
  const calibration = found?.calibration;
  const { accelerator, why, trials } = calibration ?? {};
  const known = ACCELERATORS.find((name) => name === accelerator);
  return same && known !== undefined && why !== undefined && trials !== undefined
    ? { accelerator: known, why, trials }
    : undefined;
}

async function tryAll(signal?: AbortSignal): Promise<Trial[]> {
  const folder = await mkdtemp(join(tmpdir(), 'l7build-'));
  try {
    const image = join(folder, 'boot-sector');
    await writeFile(image, bootSector(WORK.exits, WORK.loops));
    return await Promise.all(
      ACCELERATORS.map((accelerator) => attempt(accelerator, image, signal)),
    );
  } finally {
    await removeTree(folder);
  }
}

async function attempt(
  accelerator: Accelerator,
  image: string,
  signal?: AbortSignal,
): Promise<Trial> {
  const started = performance.now();
  const timeoutMs = accelerator === 'tcg' ? TCG_BUDGET_MS : BUDGET_MS;
  try {
    await exec(bootSectorArgv(image, accelerator), {
      accept: [BOOT_SECTOR_EXIT],
      timeoutMs,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (!(error instanceof Failed) || error.failure.reason !== 'command-failed') throw error;
    const spent = performance.now() - started;
    const said = error.failure.details?.at(-1) ?? error.failure.message;
    return {
      accelerator,
      trouble:
        spent < timeoutMs
          ? said.replace(/^qemu-system-x86_64: /, '')
          : `the calibration guest did not end within ${seconds(timeoutMs)}`,
    };
  }
  return { accelerator, ms: Math.round(performance.now() - started) };
}

/** The quickest that works, with the reason. @throws Failed `host-lacks` when none does */
export function choose(trials: readonly Trial[]): Calibration {
  const working = trials.filter((trial) => 'ms' in trial).toSorted((a, b) => a.ms - b.ms);
  const why = trials.map(describe).join('; ');
  const best = working[0];
  if (best !== undefined) return { accelerator: best.accelerator, why, trials };
  throw new Failed({
    reason: 'host-lacks',
    message: 'QEMU runs no guest on this host',
    details: trials.map(describe),
    hints: ['install the packages qemu-system-x86 and seabios, or run with --no-verify'],
  });
}

function describe(trial: Trial): string {
  const name = trial.accelerator === 'kvm' ? 'KVM' : 'TCG';
  if ('ms' in trial) return `${name} took ${seconds(trial.ms)}`;
  const opened = trial.accelerator === 'kvm' && trial.trouble.startsWith('the calibration');
  return opened ? `/dev/kvm opens but ${trial.trouble}` : `${name} does not work: ${trial.trouble}`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
