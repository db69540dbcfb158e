// SPDX-License-Identifier: GPL-2.0-only
import { exec } from '../../host/exec.js';
import { findProgram } from '../../host/tools.js';
import { Failed } from '../../model/failure.js';
import { ENGINES, type EngineName } from '../../model/runtime.js';

/** An engine that does not answer in this time has no images, in milliseconds. */
const ANSWER_MS = 20_000;

/** What a toolchain's image on a registry's base is called; its tag is the lock's digest. */
export function baseImageName(toolchain: string): string {
  return `localhost/l7build/${toolchain}`;
}

/** References (`name:tag`) of the images of ours that the engines of this machine have. */
export async function ownImages(signal: AbortSignal): Promise<[EngineName, string][]> {
  const lists = ENGINES.filter((name) => findProgram(name) !== undefined).map(async (name) => {
    const argv = [name, 'image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'] as const;
    const { stdout } = await exec(argv, { signal, timeoutMs: ANSWER_MS }).catch(silent);
    const ours = stdout.split('\n').filter((line) => line.startsWith('localhost/l7build/'));
    return ours.map((reference): [EngineName, string] => [name, reference]);
  });
  return (await Promise.all(lists)).flat();
}

/** An engine that does not work here has no images. */
function silent(error: unknown): { stdout: string } {
  if (error instanceof Failed && error.failure.reason !== 'interrupted') return { stdout: '' };
  throw error;
}
