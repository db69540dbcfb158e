// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { summary, version, versionedName, word } from './words.js';

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const ADDRESS = `${OCTET}(?:\\.${OCTET}){3}`;
/** From 8 to 30 bits: with fewer addresses there is no room for two hosts. */
const NETWORK = `${ADDRESS}/(?:[89]|[12]\\d|30)`;

const address = (description: string): z.ZodMiniString =>
  word(new RegExp(`^${ADDRESS}$`), 'an address of IPv4, such as 192.168.1.11', description);

const network = word(
  new RegExp(`^${NETWORK}$`),
  'a network of IPv4, such as 192.168.1.0/24',
  'Its IPv4 network.',
);

const destination = word(
  new RegExp(`^(?:default|${NETWORK})$`),
  'a network such as 192.168.2.0/24, or default',
  'Where packets go.',
);

/** A name that is a host's (RFC 1123), a file's and a QEMU identifier. */
const label = (description: string): z.ZodMiniString =>
  word(
    /^[a-z][a-z0-9-]{0,14}$/,
    'a name of small letters, digits and -, 15 characters at most',
    description,
  );

const host = z
  .strictObject({
    on: z
      .record(label('A link.'), address('The address that the host has there.'))
      .check(z.describe('The links that it is on, each with its address there; eth0 first.')),
    forwards: z._default(
      z.boolean().check(z.describe('It passes packets on from one link to another.')),
      false,
    ),
    routes: z.exactOptional(
      z
        .record(destination, address('Of a host that forwards.'))
        .check(z.describe('Ways to networks that it is not on: the network, and through whom.')),
    ),
    kernel: z.exactOptional(
      version('The recipe of recipes/linux that this host boots, whatever the others do.'),
    ),
    userland: z.exactOptional(
      versionedName(
        'Programs, of recipes/userlands; left out: the small ones that every guest has.',
      ),
    ),
    'memory-mib': z._default(
      z
        .int()
        .check(
          z.gte(128, 'has to be at least 128'),
          z.lte(4096, 'has to be at most 4096'),
          z.describe('Memory in MiB.'),
        ),
      256,
    ),
  })
  .check(z.describe('A virtual machine.'));

/** recipes/topologies/<name>.yaml */
export const topologySchema = z
  .strictObject({
    name: versionedName('As typed after --topology; the same as the name of the file.'),
    summary,
    kernel: version('The recipe of recipes/linux that hosts boot if nobody asks for another.'),
    links: z
      .record(label('What hosts call it.'), network)
      .check(z.describe('Pieces of Ethernet, each with its IPv4 network. None reaches the machine.')),
    hosts: z.record(label("The host's name."), host).check(z.describe('The virtual machines.')),
  })
  .check(z.describe('Virtual machines and how they are joined, for l7build lab.'));

export type TopologyWords = z.infer<typeof topologySchema>;
