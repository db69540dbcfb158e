// SPDX-License-Identifier: GPL-2.0-only
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/host/hash.js';
import { hostsByKernel } from '../../../src/model/topology.js';
import { loadTopology } from '../../../src/recipe/index.js';
import { edited, failureOf, marked, place, project } from './project.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const FILE = 'recipes/topologies/pair.yaml';

const PAIR = `name: pair
summary: Two hosts on a link
kernel: '6.1'
links:
  lan: 10.0.0.0/24
  far: 10.0.1.0/30
hosts:
  gate:
    on: { far: 10.0.1.1, lan: 10.0.0.1 }
    forwards: true
  leaf:
    on: { lan: 10.0.0.200 }
    routes: { default: 10.0.0.1 }
    memory-mib: 512
`;

/** What is wrong with a topology: the complaints, and whether they are where the marks are. */
async function faultsOf(text: string): Promise<string[]> {
  const { text: plain, places } = marked(text);
  const failure = await failureOf(loadTopology(await project({ [FILE]: plain }), 'pair'));
  expect(failure.reason).toBe('recipe-invalid');
  const diagnostics = failure.diagnostics ?? [];
  expect(diagnostics.map(place)).toEqual(places);
  return diagnostics.map(({ message }) => message);
}

describe('a topology', () => {
  it('becomes the model: cards in order, and MAC addresses that follow from the addresses', async () => {
    expect(await loadTopology(await project({ [FILE]: PAIR }), 'pair')).toEqual({
      kind: 'topology',
      name: 'pair',
      summary: 'Two hosts on a link',
      file: { path: FILE, sha256: sha256(PAIR) },
      kernel: '6.1',
      links: [
        { name: 'lan', network: '10.0.0.0/24' },
        { name: 'far', network: '10.0.1.0/30' },
      ],
      hosts: [
        {
          name: 'gate',
          memoryMiB: 256,
          forwards: true,
          cards: [
            {
              device: 'eth0',
              link: 'far',
              mac: '02:00:0a:00:01:01',
              address: '10.0.1.1',
              prefix: 30,
            },
            {
              device: 'eth1',
              link: 'lan',
              mac: '02:00:0a:00:00:01',
              address: '10.0.0.1',
              prefix: 24,
            },
          ],
          routes: [],
        },
        {
          name: 'leaf',
          memoryMiB: 512,
          forwards: false,
          cards: [
            {
              device: 'eth0',
              link: 'lan',
              mac: '02:00:0a:00:00:c8',
              address: '10.0.0.200',
              prefix: 24,
            },
          ],
          routes: [{ to: 'default', via: '10.0.0.1' }],
        },
      ],
    });
  });

  it.each([
    [
      'an address outside of its link',
      ['lan: 10.0.0.200', 'lan: ▸10.0.1.2'],
      "10.0.1.2 is no host's address in 10.0.0.0/24, the network of lan",
    ],
    [
      "a link's broadcast address",
      ['lan: 10.0.0.200', 'lan: ▸10.0.0.255'],
      "10.0.0.255 is no host's address in 10.0.0.0/24, the network of lan",
    ],
    [
      'an address that two hosts have',
      ['lan: 10.0.0.200', 'lan: ▸10.0.0.1'],
      "10.0.0.1 is gate's address already",
    ],
    [
      'a link that there is not',
      ['{ lan: 10.0.0.200 }', '{ lam: ▸10.0.0.200 }'],
      'there is no link lam',
    ],
    [
      'an address for a network',
      ['far: 10.0.1.0/30', 'far: ▸10.0.1.1/30'],
      '10.0.1.1/30 is an address in a network',
    ],
    [
      'networks with addresses in common',
      ['far: 10.0.1.0/30', 'far: ▸10.0.0.0/8'],
      "the network of far has addresses of lan's",
    ],
    [
      'a route through nobody',
      ['default: 10.0.0.1', 'default: ▸10.0.0.9'],
      'no host has the address 10.0.0.9 on a link of leaf',
    ],
    [
      'a route through a host on another link',
      ['default: 10.0.0.1', 'default: ▸10.0.1.1'],
      'no host has the address 10.0.1.1 on a link of leaf',
    ],
    [
      'a number for an address',
      ['lan: 10.0.0.200', 'lan: ▸10.5'],
      'hosts.leaf.on.lan has to be text, not the number 10.5',
    ],
    [
      'an octet that is none',
      ['lan: 10.0.0.200', 'lan: ▸10.0.0.256'],
      'hosts.leaf.on.lan has to be an address of IPv4, such as 192.168.1.11, not the text "10.0.0.256"',
    ],
    [
      'programs that nobody knows',
      ['memory-mib: 512', 'userland: ▸gentoo'],
      'there is no recipe for userland gentoo',
    ],
    [
      'an unknown kernel of a host',
      ['memory-mib: 512', "kernel: ▸'6.0'"],
      'there is no recipe for linux 6.0',
    ],
    ['an unknown kernel', ["kernel: '6.1'", "kernel: ▸'6.0'"], 'there is no recipe for linux 6.0'],
    [
      'another name than its file',
      ['name: pair', 'name: ▸pear'],
      'the name is pear, but the recipe is recipes/topologies/pair.yaml',
    ],
  ])('is refused with the place: %s', async (_, [from = '', to = ''], message) => {
    expect(PAIR).toContain(from);
    expect(await faultsOf(PAIR.replace(from, to))).toContain(message);
  });

  it('has hosts with programs of their own', async () => {
    const files = {
      [FILE]: PAIR.replace('memory-mib: 512', 'userland: small'),
      'recipes/userlands/small.yaml': '',
    };
    const { hosts } = await loadTopology(await project(files), 'pair');
    expect(hosts.map(({ userland }) => userland)).toEqual([undefined, 'small']);
  });

  it('has hosts with kernels of their own, and those without boot what the others do', async () => {
    const text = PAIR.replace('memory-mib: 512', "kernel: '6.1'");
    const { hosts } = await loadTopology(await project({ [FILE]: text }), 'pair');
    expect(hosts.map(({ kernel }) => kernel)).toEqual([undefined, '6.1']);
    const groups = (otherwise: string): [string, string[]][] =>
      [...hostsByKernel(hosts, otherwise)].map(([kernel, own]) => [
        kernel,
        own.map(({ name }) => name),
      ]);
    expect(groups('6.1')).toEqual([['6.1', ['gate', 'leaf']]]);
    expect(groups('6.12')).toEqual([
      ['6.12', ['gate']],
      ['6.1', ['leaf']],
    ]);
  });

  it('gives no host programs that its own kernel is too old for', async () => {
    const { text, places } = marked(
      PAIR.replace('memory-mib: 512', "kernel: '6.1'\n    userland: ▸small"),
    );
    const files = {
      [FILE]: text,
      'recipes/userlands/small.yaml': '',
      'recipes/eras/modern.yaml': await edited('recipes/eras/modern.yaml', [
        'userland: host',
        'userland: musl',
      ]),
    };
    const { diagnostics = [] } = await failureOf(loadTopology(await project(files), 'pair'));
    expect(diagnostics.map(place)).toEqual(places);
    expect(diagnostics[0]).toMatchObject({
      message: 'the programs of small need a C library that does not run on linux 6.1',
      hint: 'leave userland out, or give leaf a newer kernel',
    });
  });

  it('names the host that has to forward', async () => {
    const text = PAIR.replace('    forwards: true\n', '').replace('default: 10', 'default: ▸10');
    expect(await faultsOf(text)).toEqual([
      'gate, which has the address 10.0.0.1, does not forward',
    ]);
  });

  it('knows the keys of a host', async () => {
    const failure = await failureOf(
      loadTopology(await project({ [FILE]: PAIR.replace('forwards', 'forward') }), 'pair'),
    );
    expect(failure.diagnostics?.[0]).toMatchObject({
      line: 10,
      column: 5,
      message: 'unknown key "forward" in hosts.gate',
      hint: expect.stringContaining('did you mean "forwards"?') as string,
    });
  });

  it('that nobody knows is refused by its name', async () => {
    const failure = await failureOf(loadTopology(await project({ [FILE]: PAIR }), 'peer'));
    expect(failure).toMatchObject({
      reason: 'unknown-recipe',
      message: 'there is no recipe for topology peer',
    });
  });
});

it("the project's own are sound, and the guide's has the guide's hosts", async () => {
  const files = await readdir(`${ROOT}/recipes/topologies`);
  const all = await Promise.all(
    files.map((file) => loadTopology(ROOT, file.replace(/\.yaml$/, ''))),
  );
  const guide = all.find(({ name }) => name === 'guide');
  const addresses = guide?.hosts.map(({ name, cards }) => [name, cards[0]?.address]);
  expect(addresses).toEqual([
    ['node1', '192.168.1.11'],
    ['node2', '192.168.1.13'],
    ['node3', '192.168.2.12'],
  ]);
});
