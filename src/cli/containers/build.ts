// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { findProgram } from '../../host/tools.js';
import { EXIT, EXIT_BY_REASON, Failed, type ExitCode } from '../../model/failure.js';
import type { ToolchainRecipe } from '../../model/recipe.js';
import { ENGINES, type EngineName } from '../../model/runtime.js';
import type { Entry } from '../../model/store.js';
import { loadToolchain } from '../../recipe/index.js';
import { engineArgv } from '../../runtimes/engine/argv.js';
import { ensureImage } from '../../runtimes/engine/image.js';
import { preflight, type Preflight } from '../../runtimes/engine/preflight.js';
import { versionsOf } from '../../runtimes/workshop.js';
import { PROJECT, storeRoot } from '../paths.js';
import { writeLine } from '../screen.js';
import { buildOnBase } from './image.js';
import { makeRoot, type RootOptions } from './root.js';

/** What is asked of `l7build containers build`. */
export interface ContainersBuildOptions extends RootOptions {
  /** `mmdebstrap`, `registry`, or an image's reference. */
  readonly base: string;
  readonly engine?: EngineName;
}

/**
 * `l7build containers build NAME`: the root in the store and, with an engine, an image of it; on another
 * base, an image alone.
 *
 * @throws Failed as `loadToolchain`, `preflight`, `ensureImage` and `buildOnBase`
 */
export async function buildToolchain(
  name: string,
  options: ContainersBuildOptions,
  signal: AbortSignal,
): Promise<ExitCode> {
  const toolchain = await loadToolchain(PROJECT, name);
  const { base } = options;
  const own = base === 'mmdebstrap';
  // Whether the engine works is known before anything is downloaded.
  const engine = options.engine ?? (own ? undefined : anyEngine());
  const flight = engine === undefined ? undefined : await preflight(engine, storeRoot(process.env));
  const made = await makeRoot(toolchain, own ? 'root' : 'packages', options, signal);
  if ('reason' in made) return EXIT_BY_REASON[made.reason];
  const say = options.json ? (): undefined => undefined : writeLine;
  if (made.root !== undefined) tellRoot(toolchain, made.root, say);
  if (flight !== undefined) {
    const image = await imageOf(toolchain, made, { base, flight, signal });
    say(`Image of ${flight.engine.name}: ${image}`);
  }
  return EXIT.verified;
}

interface ImageWish {
  readonly base: string;
  readonly flight: Preflight;
  readonly signal: AbortSignal;
}

async function imageOf(
  toolchain: ToolchainRecipe,
  { debs, root }: { readonly debs: Entry; readonly root: Entry | undefined },
  { base, flight, signal }: ImageWish,
): Promise<string> {
  const cache = storeRoot(process.env);
  const { waiting } = await import('../../ui/waiting.js');
  if (root !== undefined) {
    return waiting(`importing the root into ${flight.engine.name}`, () =>
      ensureImage(engineArgv(flight.engine), root, { cache, signal }),
    );
  }
  const from = base === 'registry' ? toolchain.base : base;
  return waiting(`building on ${from} with ${flight.engine.name}`, () =>
    buildOnBase(toolchain, from, debs, { flight, cache, signal }),
  );
}

function tellRoot({ name }: ToolchainRecipe, root: Entry, say: (line: string) => void): void {
  for (const version of Object.values(versionsOf(root))) say(`  ${version}`);
  say(`Root of ${name}: ${join(root.dir, 'root')}`);
}

function anyEngine(): EngineName {
  const found = ENGINES.find((name) => findProgram(name) !== undefined);
  if (found !== undefined) return found;
  throw new Failed({
    reason: 'host-lacks',
    message: 'neither podman nor docker is installed, and one of them builds on another image',
    hints: ['install the package podman, or leave out --base'],
  });
}
