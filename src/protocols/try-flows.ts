// SPDX-License-Identifier: GPL-2.0-only
import { exec } from '../host/exec.js';
import { Failed } from '../model/failure.js';

/** What cuts a connection's data, as the match's parameters do; 0 for no limit. */
export interface Limits {
  readonly numPackets: number;
  /** Bytes. */
  readonly maxdatalen: number;
}

/** One end of a flow. */
export interface Endpoint {
  readonly address: string;
  /** Of ICMP the identifier of the echo. */
  readonly port: number;
}

/** A flow, and what the kernel's match would make of it. */
export interface TriedFlow {
  readonly protocol: 'tcp' | 'udp' | 'icmp';
  /** Who sent the first packet. */
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** A protocol's name, `unset` while undecided, or `unknown` once given up. */
  readonly verdict: string;
  /** The packet of the flow that brought the verdict, from 1; of an undecided flow there is none. */
  readonly packet?: number;
  readonly packets: number;
  /** Of payload. */
  readonly bytes: number;
}

/** Packets that the match would not look at. */
export interface Skipped {
  readonly packets: number;
  readonly why: string;
}

export interface Tried {
  readonly flows: readonly TriedFlow[];
  readonly skipped: readonly Skipped[];
}

/** What is tried. */
export interface Trial {
  /** `capture`: each file is a pcap or pcapng; `raw`: each is the payload of the next packet of one flow. */
  readonly kind: 'capture' | 'raw';
  readonly files: readonly string[];
  /** Paths of .pat files, in the order of their rules. */
  readonly definitions: readonly string[];
  readonly limits: Limits;
}

/**
 * Tries definitions on packets, with a rule for each.
 *
 * @param program see `tryProgram`
 * @throws Failed `usage` naming the file that cannot be read or used, and why; `interrupted`
 */
export async function tryFlows(
  program: string,
  { kind, files, definitions, limits }: Trial,
  signal: AbortSignal,
): Promise<Tried> {
  const { exitCode, stdout, stderr } = await exec(
    [program, kind, ...limitWords(limits), ...files, '--', ...definitions],
    { signal, accept: [0, 1] },
  );
  if (exitCode !== 0) {
    const [message = 'the packets cannot be tried', ...details] = stderr.trim().split('\n');
    throw new Failed({
      reason: 'usage',
      message,
      ...(details.length === 0 ? {} : { details }),
      hints: [
        kind === 'capture'
          ? 'a capture is a file of tcpdump -w or dumpcap; add --raw for files that are the payloads of packets'
          : 'each file is the payload of one packet; leave --raw out for a capture',
      ],
    });
  }
  return parseTried(stdout);
}

/** The program's words for limits. */
export function limitWords({ numPackets, maxdatalen }: Limits): [string, string] {
  return [String(numPackets), String(maxdatalen)];
}

/** Reads what the program prints. */
export function parseTried(text: string): Tried {
  const rows = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
  return {
    flows: rows.filter(([first]) => first !== 'skipped').map(flowOf),
    skipped: rows
      .filter(([first]) => first === 'skipped')
      .map(([, packets = '', why = '']) => ({ packets: Number(packets), why })),
  };
}

function flowOf(row: readonly string[]): TriedFlow {
  const [protocol = '', from = '', fromPort, to = '', toPort, verdict = '', at, packets, bytes] =
    row;
  return {
    protocol: protocol as TriedFlow['protocol'],
    client: { address: from, port: Number(fromPort) },
    server: { address: to, port: Number(toPort) },
    verdict,
    ...(at === '0' ? {} : { packet: Number(at) }),
    packets: Number(packets),
    bytes: Number(bytes),
  };
}
