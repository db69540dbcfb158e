// SPDX-License-Identifier: GPL-2.0-only
import { aligned } from '../../host/columns.js';
import type { HostStatus, LabNews, LabStatus } from '../../lab/messages.js';
import { duration } from '../../model/duration.js';
import { clockFaults } from '../../vm/clock.js';

/** A lab's hosts, one a line, and then all that is wrong with them. */
export function statusLines({ hosts, network }: LabStatus): string[] {
  return [
    ...aligned(hosts.map(row)),
    ...(network === undefined ? [] : [`hosts do not reach each other: ${network.message}`]),
    ...hosts.flatMap(troubles),
  ];
}

/** Told as soon as a host is up. @param ms how long that took */
export function upLine(host: string, ms: number): string {
  return `up    ${host} in ${duration(ms)}`;
}

/** What is told of a lab that comes up, as it is told; undefined for what is not for people. */
export function newsLine(news: LabNews): string | undefined {
  switch (news.news) {
    case 'note':
      return `note  ${news.line}`;
    case 'booted':
      return `boot  ${news.host} in ${duration(news.ms)}`;
    case 'host':
      return upLine(news.host, news.ms);
    case 'up':
    case 'failed':
      return undefined;
  }
}

/** True if every host is up and reaches the others. */
export function isWell({ hosts, network }: LabStatus): boolean {
  return network === undefined && hosts.every(({ state }) => state === 'up');
}

function row({ name, state, addresses, release, bootMs, resumed, clock }: HostStatus): string[] {
  return [
    `  ${name}`,
    state,
    addresses.join(', '),
    release,
    `${resumed ? 'resumed' : 'booted'} in ${duration(bootMs)}`,
    clock === undefined ? '' : `clock at ${(clock.rate * 100).toFixed(1)} %`,
  ];
}

function troubles({ name, failure, complaints, clock }: HostStatus): string[] {
  return [
    ...(failure === undefined
      ? []
      : [failure.message, ...(failure.details ?? []).map((line) => `  | ${line}`)]),
    ...complaints.map((line) => `the kernel of ${name} complained: ${line}`),
    ...(clock === undefined ? [] : clockFaults(clock)).map(
      (fault) => `the clock of ${name} ${fault}`,
    ),
  ];
}
