// SPDX-License-Identifier: GPL-2.0-only

/** A range of addresses, as numbers; both ends are part of it. */
export interface Network {
  readonly first: number;
  readonly last: number;
  readonly prefix: number;
  /** What was written is the network's first address. */
  readonly exact: boolean;
}

/** A dotted address as a number. */
export function ipv4(address: string): number {
  return address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
}

/** The network that `192.168.1.0/24` stands for (RFC 4632). */
export function networkOf(cidr: string): Network {
  const [base = '', bits = ''] = cidr.split('/');
  const prefix = Number(bits);
  const size = 2 ** (32 - prefix);
  const address = ipv4(base);
  const first = address - (address % size);
  return { first, last: first + size - 1, prefix, exact: first === address };
}

/** True if the address is one that a host can have there: neither the network's own nor broadcast. */
export function isHostOf(address: number, { first, last }: Network): boolean {
  return address > first && address < last;
}

/**
 * A MAC address of those that anybody may give out (IEEE 802, bit "local"), with the IPv4 address in
 * it: unique where that is.
 */
export function macOf(address: string): string {
  const octets = address.split('.').map((octet) => Number(octet).toString(16).padStart(2, '0'));
  return ['02', '00', ...octets].join(':');
}
