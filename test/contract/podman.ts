// SPDX-License-Identifier: GPL-2.0-only
import { exec, type Argv } from '../../src/host/exec.js';
import { Failed } from '../../src/model/failure.js';
import { engineArgv } from '../../src/runtimes/engine/argv.js';
import { preflight } from '../../src/runtimes/engine/preflight.js';

/** This machine's podman, as users of images call it. */
export interface Podman {
  call(...words: string[]): Promise<string>;
  /** What a script of sh prints in a container of an image. */
  run(image: string, script: string): Promise<string>;
}

/** The podman of this machine, in the manner in which it runs containers here; or why there is none. */
export async function podmanHere(folder: string): Promise<Podman | string> {
  try {
    const { engine } = await preflight('podman', folder);
    const low = engine.manner.ulimits === 'low' ? ['nofile=4096:4096', 'nproc=4096:4096'] : [];
    const ulimits = low.flatMap((word) => ['--ulimit', word]);
    const call = async (...words: string[]): Promise<string> =>
      (await exec([...engineArgv(engine), ...words] as Argv)).stdout;
    const run = (image: string, script: string): Promise<string> =>
      call('run', '--rm', '--network', 'none', ...ulimits, image, '/bin/sh', '-c', script);
    return { call, run };
  } catch (error) {
    if (error instanceof Failed) return error.failure.message;
    throw error;
  }
}
