// SPDX-License-Identifier: GPL-2.0-only
import type { Identity } from '../host/processes.js';
import type { Failure } from '../model/failure.js';
import type { Era } from '../model/recipe.js';
import type { Topology } from '../model/topology.js';
import type { Accelerator } from '../vm/argv.js';
import type { ClockReading } from '../vm/clock.js';
import type { OutputStream } from '../vm/frames.js';
import type { JobEnd } from '../vm/jobs.js';

/** What a host boots, and what such a kernel asks of its machine. */
export interface Boot {
  /** Version of the kernel's recipe. */
  readonly version: string;
  /** Absolute path of a bzImage. */
  readonly kernel: string;
  /** Absolute path of an initramfs. */
  readonly initrd: string;
  readonly panicNow: Era['panicNow'];
  readonly card?: Era['card'];
}

/** What a supervisor is started for; its first line of standard input. */
export interface LabOrder {
  readonly name: string;
  /** The store that it belongs to. */
  readonly store: string;
  readonly topology: Topology;
  /** What each host boots, by its name. */
  readonly boots: Readonly<Record<string, Boot>>;
  /** Absolute paths of the userlands' file systems, by name. */
  readonly userlands?: Readonly<Record<string, string>>;
  readonly accelerator: Accelerator;
  /** Boots the machines although there is a snapshot, which is then made anew. */
  readonly fresh: boolean;
}

/** What anybody can know of a lab without asking it. */
export interface LabRecord {
  readonly name: string;
  readonly topology: string;
  readonly hosts: readonly string[];
  readonly supervisor: Identity;
  /** ISO 8601. */
  readonly since: string;
}

export interface HostStatus {
  readonly name: string;
  readonly state: 'starting' | 'up' | 'failed';
  /** Name of its userland; missing for the small programs of a guest. */
  readonly userland?: string;
  /** Each with its link: `192.168.1.11 on lan`. */
  readonly addresses: readonly string[];
  /** Version of its kernel's recipe. */
  readonly kernel: string;
  /** As `uname -r` tells; empty before it is up. */
  readonly release: string;
  /** Milliseconds from QEMU's start to the agent's first word. */
  readonly bootMs: number;
  /** It did not boot, but goes on from a snapshot. */
  readonly resumed: boolean;
  /** Against the machine's; missing in the first second. */
  readonly clock?: ClockReading;
  /** First lines of what its kernel has complained of. */
  readonly complaints: readonly string[];
  /** Why it is of no use any more. */
  readonly failure?: Failure;
}

/** A state of all hosts that somebody has saved. */
export interface HandSnapshot {
  readonly label: string;
  /** That it takes on the disk. */
  readonly bytes: number;
  /** ISO 8601. */
  readonly created: string;
}

export interface LabStatus {
  readonly hosts: readonly HostStatus[];
  /** Why hosts do not reach each other any more. */
  readonly network?: Failure;
}

export type LabRequest =
  | { readonly do: 'status' }
  /** Runs a script until it ends, the time is over, or nobody listens. LabInput follows. */
  | {
      readonly do: 'exec';
      readonly host: string;
      readonly script: string;
      /** Missing: as long as it takes. */
      readonly timeoutMs?: number;
    }
  /** What snapshots by hand there are. */
  | { readonly do: 'snapshots' }
  | { readonly do: 'save' | 'restore' | 'remove'; readonly label: string }
  /** Writes the frames of a link to a file until nobody listens. */
  | { readonly do: 'capture'; readonly link: string; readonly file: string };

/** A line that follows a request to run a script; agent.ts says how much may be given. */
export type LabInput =
  /** A piece of its input in base64; an empty one is the end. */
  | { readonly give: string }
  /** Another piece of its output is wanted. */
  | { readonly more: OutputStream };

/** A line of an answer. */
export type LabReply =
  | { readonly say: 'status'; readonly status: LabStatus }
  /** A piece of a script's output in base64. */
  | { readonly say: OutputStream; readonly bytes: string }
  /** A piece of its input was taken. */
  | { readonly say: 'took' }
  | { readonly say: 'ended'; readonly end: JobEnd }
  | { readonly say: 'snapshots'; readonly snapshots: readonly HandSnapshot[] }
  | { readonly say: 'capturing' | 'captured' }
  | { readonly say: 'failed'; readonly failure: Failure };

/** What a supervisor tells on standard output while the lab comes up. */
export type LabNews =
  | { readonly news: 'note'; readonly line: string }
  /** Told of machines whose snapshot is made next. */
  | { readonly news: 'booted'; readonly host: string; readonly ms: number }
  | { readonly news: 'host'; readonly host: string; readonly ms: number }
  | { readonly news: 'up'; readonly status: LabStatus }
  | { readonly news: 'failed'; readonly failure: Failure };
