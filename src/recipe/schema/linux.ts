// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { config } from './config.js';
import { series } from './series.js';
import { source, unpack } from './source.js';
import { eraName, listOf, name, summary, toolchainName, version, word } from './words.js';

const verify = z
  .strictObject({
    scenario: name('A file of recipes/scenarios, without .yaml.'),
    modules: listOf(
      word(/^[a-z0-9][a-z0-9_]*$/, "a module's name with _", 'Module, as lsmod shows it.'),
      'Loaded in the guest in this order, with what they depend on.',
    ),
  })
  .check(z.describe('How it is proven in the guest.'));

const moduleMode = z
  .strictObject({
    headers: source.check(z.describe("Headers of a distribution's kernel, to build with.")),
    image: source.check(z.describe('That kernel itself, to boot.')),
  })
  .check(z.describe("For --mode module: the match alone, in a distribution's own kernel."));

/** recipes/linux/<version>.yaml */
export const linuxSchema = z
  .strictObject({
    version: version('As typed after --kernel; the same as the name of the file.'),
    summary,
    arch: z.enum(['x86_64']).check(z.describe('Architecture.')),
    era: eraName('What its generation of kernels does its own way: a recipe of recipes/eras.'),
    source,
    unpack: z.exactOptional(unpack),
    series,
    config: config(
      ['allnoconfig', 'tinyconfig', 'defconfig'],
      "The kernel's configuration; every symbol asked for is checked afterwards.",
    ),
    toolchain: toolchainName(
      'The toolchain of containers/ that builds it, where the machine has no such compiler itself.',
    ),
    iptables: version('The recipe of recipes/iptables that goes with it.'),
    protocols: listOf(name("A set's name."), 'Sets of protocol definitions that are installed.'),
    verify,
    module: z.exactOptional(moduleMode),
  })
  .check(z.describe('How a Linux kernel with the layer7 match is made and proven.'));

export type LinuxWords = z.infer<typeof linuxSchema>;
