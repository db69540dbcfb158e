// SPDX-License-Identifier: GPL-2.0-only
import { randomBytes } from 'node:crypto';
import { appendFile, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandFailure, EXCERPT_LINES, type Argv } from '../../host/exec.js';
import { removeTree } from '../../host/files.js';
import { Failed } from '../../model/failure.js';
import type { BuildCommand, Limits } from '../../model/runtime.js';
import type { GuestSpec } from '../../vm/argv.js';
import { limitFailure } from '../limit-failure.js';
import type { BootedMachines } from './booted.js';
import type { Pictures } from './picture.js';
import { commandScript, exitCodeIn, limitIn, sharesOf, type User } from './script.js';

/** What all commands of a runtime have in common. */
export interface Machine extends Pick<
  GuestSpec,
  'kernel' | 'initrd' | 'accelerator' | 'memoryMiB' | 'cpus'
> {
  /** The toolchain's root. */
  readonly root: string;
  /** Of directories that the machine reads much of. */
  readonly pictures: Pictures;
  readonly booted: BootedMachines;
  readonly readable: readonly string[];
  readonly user: User;
  /** What a command may have: the machine's memory, and so many processes and threads. */
  readonly limits: Limits & Required<Pick<Limits, 'processes'>>;
  /** Puts a jail around QEMU, which works in this folder and may write these paths only. */
  readonly jail: (argv: Argv, writable: readonly string[], cwd: string) => Argv;
}

/** The agent of a machine whose processors all compile takes its time, the more so on a busy host. */
const SILENCE_MS = 120_000;
/** Bytes: as many as a key of the kernel's generator has. */
const SEED = 32;
/** No limit: setTimeout takes no more. */
const FOREVER_MS = 2 ** 31 - 1;
/**
 * Of the kernel's words only errors: the log is the build's. Programs lie at the same addresses each time: an
 * emulated processor that meets them elsewhere translates them again. Where a device's interrupt leads is in tables that
 * are only read (MP tables); ACPI's program for it takes an emulated processor a tenth of a second a device.
 */
const PARAMETERS = ['quiet', 'loglevel=4', 'norandmaps', 'acpi=noirq'];

/**
 * Starts a machine for one command, runs the command in it, and ends the machine. What the kernel
 * says goes to the command's log, too.
 *
 * @throws Failed `command-failed` with the last lines; `guest-*` when the machine fails; `interrupted`
 */
export async function runInMachine(machine: Machine, command: BuildCommand): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'l7build-vm-'));
  try {
    // Of its folder, QEMU's jail shows this one file, which has to be there before.
    await appendFile(command.log, '');
    await startAndRun(machine, command, folder);
  } finally {
    await removeTree(folder);
  }
}

async function startAndRun(machine: Machine, command: BuildCommand, folder: string): Promise<void> {
  const { root, pictures, booted, readable, user, limits, jail, ...hardware } = machine;
  const { argv, sources, writable, signal, log } = command;
  const seen = [root, ...(sources === undefined ? [] : [sources])];
  const disks = await Promise.all(seen.map((path) => pictures.of(path, signal)));
  const shares = sharesOf(readable, writable);
  const tail: string[] = [];
  const onLine = (line: string): void => {
    tail.push(line);
    if (tail.length > EXCERPT_LINES) tail.shift();
    command.onLine?.(line);
  };
  const guest = await booted.start(
    {
      spec: { ...hardware, panicNow: '-1', parameters: PARAMETERS, disks, shares, output: true },
      options: { signal, silenceMs: SILENCE_MS, output: { onLine, log } },
      wrap: (words, place) =>
        jail(words, [place.folder, place.consoleLog, ...writable], place.folder),
    },
    { folder, consoleLog: log },
  );
  try {
    const now = Date.now() / 1000;
    const seed = randomBytes(SEED).toString('hex');
    const { processes } = limits;
    const script = commandScript(command, { shares, user, processes, now, seed });
    const { stdout, stderr } = await guest.run(script, FOREVER_MS);
    // Only after it has all the output been read.
    await guest.kill();
    const code = exitCodeIn(stdout);
    if (code === undefined) throw notRun(command, stderr);
    if (code === 0) return;
    const failed = commandFailure(argv, command, tail, `exit code ${String(code)}`);
    const met = limitIn(stdout);
    throw met === undefined ? failed : limitFailure(met, limits, command, failed.failure);
  } finally {
    await guest.kill();
  }
}

function notRun({ argv, log }: BuildCommand, stderr: string): Failed {
  return new Failed({
    reason: 'command-failed',
    message: `the builder's virtual machine could not be made ready for ${argv[0]}`,
    details: stderr.trim().split('\n').slice(-EXCERPT_LINES),
    log,
  });
}
