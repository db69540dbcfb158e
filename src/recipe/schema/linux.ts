// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { BACKENDS, FAMILIES } from '../../model/scenario.js';
import { config } from './config.js';
import { series } from './series.js';
import { license, source, unpack } from './source.js';
import {
  listOf,
  name,
  summary,
  toolchainName,
  unverified,
  version,
  versionedName,
  word,
} from './words.js';

const verify = z
  .strictObject({
    scenarios: listOf(name('A file of recipes/scenarios, without .yaml.'), 'What is tried, in order.'),
    families: z._default(
      z.array(z.enum(FAMILIES).check(z.describe('A family.'))).check(z.minLength(1, 'has to have at least one entry'), z.describe('Families of IP that the match knows.')),
      [...FAMILIES],
    ),
    backends: z.exactOptional(
      listOf(
        z.enum(BACKENDS).check(z.describe('One kind of iptables programs.')),
        'Back ends of iptables that the kernel has tables for, if not all.',
      ),
    ),
    modules: listOf(
      word(/^[a-z0-9][A-Za-z0-9_]*$/, "a module's name with _", 'Module, as lsmod shows it.'),
      'Loaded in the guest in this order, with what they depend on.',
    ),
  })
  .check(z.describe('How it is proven in the guest.'));

const moduleMode = z
  .strictObject({
    headers: source.check(z.describe("Headers of a distribution's kernel, to build with.")),
    image: source.check(z.describe('That kernel itself, to boot.')),
    unverified,
  })
  .check(z.describe("For --mode module: the match alone, in a distribution's own kernel."));

const release = z
  .strictObject({
    summary,
    unverified,
    source: z.exactOptional(source),
    unpack: z.exactOptional(unpack),
  })
  .check(z.describe("Another release that is made in the same way; without a source, the recipe's."));

/** recipes/linux/<version>.yaml */
export const linuxSchema = z
  .strictObject({
    version: version('As typed after --kernel; the same as the name of the file.'),
    summary,
    unverified,
    arch: z.enum(['x86_64']).check(z.describe('Architecture.')),
    era: versionedName('What its generation of kernels does its own way: a recipe of recipes/eras.'),
    source,
    unpack: z.exactOptional(unpack),
    license: z.exactOptional(license),
    releases: z.exactOptional(
      z
        .record(version('Such as 2.6.32.70 in the recipe 2.6.32.'), release)
        .check(z.describe('Releases beside the one that the version stands for, by their versions.')),
    ),
    series,
    layer7: z.exactOptional(
      versionedName(
        'Whose match is patched in: a recipe of recipes/layer7. Left out where the series bring ours.',
      ),
    ),
    config: config(
      ['allnoconfig', 'tinyconfig', 'defconfig'],
      "The kernel's configuration; every symbol asked for is checked afterwards.",
    ),
    toolchain: toolchainName(
      'The toolchain of containers/ that builds it, where the machine has no such compiler itself.',
    ),
    iptables: version('The recipe of recipes/iptables that goes with it.'),
    protocols: listOf(versionedName("A set's name."), 'Sets of protocol definitions that are installed.'),
    verify,
    module: z.exactOptional(moduleMode),
  })
  .check(z.describe('How a Linux kernel with the layer7 match is made and proven.'));

export type LinuxWords = z.infer<typeof linuxSchema>;
