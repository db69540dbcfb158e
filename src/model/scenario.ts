// SPDX-License-Identifier: GPL-2.0-only

export const BACKENDS = ['legacy', 'nft'] as const;
export type Backend = (typeof BACKENDS)[number];

export const FAMILIES = ['ipv4', 'ipv6'] as const;
export type Family = (typeof FAMILIES)[number];

/** What a check is run with: the same rules and traffic through each back end, over each family. */
export interface Variant {
  readonly backend: Backend;
  readonly family: Family;
}

/** What one side says; the other waits for all of it before it goes on, so packets come in this order. */
export interface Turn {
  readonly from: 'client' | 'server';
  /** One character a byte, U+0000 to U+00FF. */
  readonly bytes: string;
}

/** A conversation over one TCP connection between real programs. */
export type Exchange =
  /** A web server gives a page to a web client. */
  | { readonly kind: 'http'; readonly name: string; readonly port: number }
  /** Bytes in a fixed order. */
  | {
      readonly kind: 'talk';
      readonly name: string;
      readonly port: number;
      readonly turns: readonly Turn[];
    };

/** A rule of the filter table. */
export interface Rule {
  /** What expectations call it. */
  readonly name: string;
  readonly chain: string;
  /** What follows `-A CHAIN` in iptables' arguments. */
  readonly text: string;
}

/** What has to be seen after the traffic. */
export type Expectation =
  /** The rule counted packets, or none. */
  | { readonly kind: 'count'; readonly rule: string; readonly packets: 'some' | 'none' }
  /** The exchange came to its end, or did not within the scenario's patience. */
  | {
      readonly kind: 'exchange';
      readonly exchange: string;
      readonly outcome: 'completed' | 'stalled';
    }
  /** iptables-save | iptables-restore gives the same rules. */
  | { readonly kind: 'restored' }
  /** Every definition that is installed is taken by a rule; they stand behind the check's own. */
  | { readonly kind: 'definitions' }
  /** After that many connections, and reads of their list meanwhile, none is left. */
  | { readonly kind: 'drained'; readonly connections: number; readonly reads: number }
  /** With no rule left, the module can be unloaded and loaded again, and rules with it. */
  | { readonly kind: 'reloaded'; readonly module: string };

/** One claim and how it is tried, in a network namespace of its own. */
export interface Check {
  /** Such as `http-on-8080`. */
  readonly id: string;
  /** The claim, as a sentence. */
  readonly title: string;
  /** What is written to /proc/sys first, by the path there. */
  readonly sysctls: Readonly<Record<string, number>>;
  readonly rules: readonly Rule[];
  /** Exchanges that run at the same time. */
  readonly traffic: readonly Exchange[];
  readonly expect: readonly Expectation[];
}

/** What is tried in a guest, as data. */
export interface Scenario {
  readonly name: string;
  readonly summary: string;
  /** Milliseconds that an exchange gets beyond the others before it counts as stalled. */
  readonly patienceMs: number;
  readonly checks: readonly Check[];
}
