// SPDX-License-Identifier: GPL-2.0-only
import type { EngineName } from '../../model/runtime.js';

/** How an engine is asked to run containers. Each field is the way out of a trouble that hosts have. */
export interface Manner {
  /** OCI runtime to take instead of the engine's own choice, or '' for that. */
  readonly runtime: string;
  /** The engine's own ulimits, or low ones, which need no privilege to be set. */
  readonly ulimits: 'own' | 'low';
  /** Bounds of memory and processes by control groups. */
  readonly limits: 'set' | 'none';
  /** A toolchain's folder with an overlay on top, or an image made of it. */
  readonly root: 'folder' | 'image';
  /** SELinux labels: as the engine confines, or off, without which it may not touch the caller's files. */
  readonly labels: 'own' | 'off';
}

/** What the host has that decides which alternatives there are. */
export interface HostTraits {
  /** OCI runtimes that are installed. */
  readonly runtimes: readonly string[];
  readonly selinux: boolean;
}

type Choices = { readonly [Field in keyof Manner]: readonly Manner[Field][] };

function choices(engine: EngineName, host: HostTraits): Choices {
  const podman = engine === 'podman';
  return {
    ulimits: ['own', 'low'],
    runtime: podman ? ['', ...host.runtimes] : [''],
    limits: ['set', 'none'],
    root: podman ? ['folder', 'image'] : ['image'],
    labels: host.selinux ? ['own', 'off'] : ['own'],
  };
}

/**
 * Every manner that may work on a host, the one with the fewest departures from what is wanted first.
 */
export function manners(engine: EngineName, host: HostTraits): Manner[] {
  let all: { manner: Partial<Manner>; departures: number }[] = [{ manner: {}, departures: 0 }];
  for (const [field, values] of Object.entries(choices(engine, host))) {
    all = all.flatMap(({ manner, departures }) =>
      (values as readonly string[]).map((value, nth) => ({
        manner: { ...manner, [field]: value },
        departures: departures + (nth === 0 ? 0 : 1),
      })),
    );
  }
  return all.toSorted((a, b) => a.departures - b.departures).map(({ manner }) => manner as Manner);
}

/** A manner's departures in words for people; '' for none. */
export function mannerWords(manner: Manner): string {
  const words = [
    manner.runtime === '' ? '' : `--runtime ${manner.runtime}`,
    manner.ulimits === 'low' ? 'low ulimits' : '',
    manner.limits === 'none' ? 'no limits of memory and processes' : '',
    manner.labels === 'off' ? 'SELinux labels off' : '',
  ];
  return words.filter((word) => word !== '').join(', ');
}
