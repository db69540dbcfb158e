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
  /** Where in the bytes another segment of TCP begins. */
  readonly cuts?: readonly number[];
}

/** What exchanges over a TCP connection share. */
interface Connection {
  readonly name: string;
  /** Where the server listens. */
  readonly port: number;
  /** Where the client believes it to be; rules translate. Default: the port. */
  readonly via?: number;
  /** The exchange that has to have ended before this one starts. */
  readonly after?: string;
}

/** A conversation between real programs. */
export type Exchange =
  /** A web server gives a page to a web client. */
  | ({ readonly kind: 'http' } & Connection)
  /** Bytes in a fixed order. */
  | ({ readonly kind: 'talk'; readonly turns: readonly Turn[] } & Connection)
  /** ICMP's echo, request and reply, twice. */
  | {
      readonly kind: 'ping';
      readonly name: string;
      /** Bytes of data in a packet; the first four are a time. */
      readonly size: number;
      /** The byte that the others are, as two hexadecimal digits. */
      readonly fill: string;
    };

/** Another protocol whose definition knows a sample too. */
export interface Overlap {
  readonly protocol: string;
  /** Only by a packet behind the one that the sample's own is known by: it comes too late, whatever the rules' order. */
  readonly later: boolean;
}

/** An exchange that was recorded, over a port of its own. */
export interface Sample {
  /** Name of its file, without .yaml. */
  readonly file: string;
  readonly name: string;
  /** What was spoken; undefined for what no definition may know. */
  readonly protocol?: string;
  readonly transport: 'tcp' | 'udp';
  /** A segment or a datagram each. */
  readonly packets: readonly Turn[];
  readonly overlaps: readonly Overlap[];
}

/** The samples of a folder of the project. */
export interface Samples {
  readonly folder: string;
  readonly all: readonly Sample[];
}

export const TABLES = ['filter', 'raw', 'nat', 'mangle'] as const;

export interface Rule {
  /** What expectations call it. */
  readonly name: string;
  /** Default: filter. */
  readonly table?: (typeof TABLES)[number];
  readonly chain: string;
  /** What follows `-A CHAIN` in iptables' arguments. */
  readonly text: string;
}

export type Amount = 'some' | 'none' | number;

/** What has to be seen after the traffic. */
export type Expectation =
  /** The rule, of the table filter, counted packets, none, or so many. */
  | { readonly kind: 'count'; readonly rule: string; readonly packets: Amount }
  /** What /proc/net/layer7 tells under a name. */
  | { readonly kind: 'number'; readonly name: string; readonly value: Amount }
  /** The protocol of an exchange in /proc/net/layer7_conntrack. */
  | { readonly kind: 'verdict'; readonly exchange: string; readonly protocol: string }
  /** Each sample is listed as the first protocol, by the order of rules, of those that know it. */
  | { readonly kind: 'told' }
  /** xtables-monitor, which ran all the while, told of each rule and lived. */
  | { readonly kind: 'monitored' }
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
  /** What the check's hostile patterns came to hold, and the longest time that ten of them took. */
  | {
      readonly kind: 'contained';
      /** Bytes of tables that /proc/net/layer7 may tell of. */
      readonly patternBytes: number;
      /** Bytes of memory that the guest may have less of. */
      readonly memoryBytes: number;
      readonly seconds: number;
    }
  /** With no rule left, the module can be unloaded and loaded again, and rules with it. */
  | { readonly kind: 'reloaded'; readonly module: string };

/** Patterns made to take what they can: a rule for each, ten in a transaction, whatever becomes of it. */
export interface Hostile {
  /** So many rules, a multiple of ten. */
  readonly offered: number;
  /** In turn; NUMBER in them is the rule's, so that no two are the same. */
  readonly patterns: readonly string[];
}

/** One claim and how it is tried, in a network namespace of its own. */
export interface Check {
  /** Such as `http-on-8080`. */
  readonly id: string;
  /** The claim, as a sentence. */
  readonly title: string;
  /** The back ends that it says something of. Default: all. */
  readonly backends?: readonly Backend[];
  /** In a user namespace of its own, whose root is nobody outside. */
  readonly userNamespace?: boolean;
  /** What is written to /proc/sys first, by the path there. */
  readonly sysctls: Readonly<Record<string, number>>;
  /** What is written to /proc/net/layer7_numpackets. */
  readonly numPackets?: number;
  /** The loopback device's; packets that are longer go in fragments. */
  readonly mtu?: number;
  /** Definitions of its own in /run/patterns/ID, by name. */
  readonly patterns?: Readonly<Record<string, string>>;
  /** A rule more for each definition that is installed, by name, in one transaction. */
  readonly allDefinitions?: true;
  /** So many rules more, of all definitions in turn, in one transaction. */
  readonly bulk?: number;
  /** Offered after the check's own rules. */
  readonly hostile?: Hostile;
  readonly rules: readonly Rule[];
  /** Played before the traffic, one after the other. */
  readonly samples?: Samples;
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
