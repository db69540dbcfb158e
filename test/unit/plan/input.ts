// SPDX-License-Identifier: GPL-2.0-only
import type {
  BusyboxRecipe,
  IptablesRecipe,
  LinuxRecipe,
  ToolchainRecipe,
} from '../../../src/model/recipe.js';
import type { PlanInput } from '../../../src/plan/input.js';

const file = (path: string) => ({ path, sha256: path.padEnd(64, '0') });

export const linux: LinuxRecipe = {
  kind: 'linux',
  version: '6.1',
  releases: [],
  summary: 'a kernel',
  file: file('recipes/linux/6.1.yaml'),
  arch: 'x86_64',
  era: { name: 'modern', panicNow: '-1', userland: 'host' },
  linux: {
    source: { kind: 'http', urls: ['https://example.org/linux.tar.xz'], sha256: 'a'.repeat(64) },
    unpack: {},
  },
  series: [{ name: 'layer7', patches: [file('patches/hook.patch')], overlays: [] }],
  config: { base: 'allnoconfig', fragments: [file('a.config')], requests: [] },
  toolchain: 'bookworm-gcc-12',
  iptables: '1.8.9',
  protocols: ['l7build'],
  scenarios: ['layer7'],
  families: ['ipv4', 'ipv6'],
  guestModules: ['xt_layer7'],
  module: {
    headers: {
      source: { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'linux-headers-amd64' },
      unpack: { strip: 0 },
    },
    image: {
      source: { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'linux-image-amd64' },
      unpack: { strip: 0 },
    },
  },
};

export const iptables: IptablesRecipe = {
  kind: 'iptables',
  version: '1.8.9',
  summary: 'iptables',
  file: file('recipes/iptables/1.8.9.yaml'),
  iptables: {
    source: { kind: 'apt', suite: 'bookworm', type: 'source', package: 'iptables' },
    unpack: {},
  },
  series: [],
  configure: ['--prefix=/usr'],
  libc: 'glibc',
  backends: ['legacy', 'nft'],
};

export const busybox: BusyboxRecipe = {
  kind: 'busybox',
  version: '1.35.0',
  summary: 'busybox',
  file: file('recipes/busybox/1.35.0.yaml'),
  busybox: {
    source: { kind: 'apt', suite: 'bookworm', type: 'source', package: 'busybox' },
    unpack: {},
  },
  config: { base: 'defconfig', fragments: [file('b.config')], requests: [] },
};

export const toolchain: ToolchainRecipe = {
  kind: 'toolchain',
  name: 'bookworm-gcc-12',
  summary: 'gcc 12',
  file: file('containers/bookworm-gcc-12/toolchain.yaml'),
  containerfile: file('containers/bookworm-gcc-12/Containerfile'),
  suite: 'bookworm',
  compiler: 'gcc-12',
  packages: ['gcc-12'],
  lock: { kind: 'debs', snapshot: '20260101T000000Z', debs: [] },
  base: `debian@sha256:${'a'.repeat(64)}`,
  vm: {
    source: { kind: 'apt', suite: 'bookworm', type: 'binary', package: 'linux-image-amd64' },
    unpack: {},
  },
};

export function planInput(change: Partial<PlanInput> = {}): PlanInput {
  return {
    linux,
    iptables,
    tools: { gcc: '12.2.0', binutils: '2.40', make: '4.3', perl: '5.36.0' },
    mode: 'full',
    version: '1.2.3',
    definitions: [file('recipes/protocols/http.pat')],
    scenarios: [file('recipes/scenarios/layer7.yaml')],
    guest: [file('guest/init')],
    overrides: {},
    verify: true,
    inVm: false,
    host: {
      toolchain: { gcc: 'gcc 12' },
      musl: { musl: '1.2.3' },
      userland: { busybox: '1.35' },
      vm: { qemu: '7.2' },
    },
    ...change,
  };
}
