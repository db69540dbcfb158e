// SPDX-License-Identifier: GPL-2.0-only
import * as z from 'zod/mini';
import { source } from './source.js';
import { listOf, packageName, suite, summary, toolchainName, word } from './words.js';

/** containers/<name>/toolchain.yaml */
export const toolchainSchema = z
  .strictObject({
    name: toolchainName('As typed after --toolchain; the same as the name of the folder.'),
    summary,
    suite,
    compiler: word(
      /^gcc-[0-9]+$/,
      "a compiler's program, such as gcc-12",
      'What gcc and cc stand for in the root.',
    ),
    packages: listOf(
      packageName("Debian package's name."),
      'Installed in the root; what they depend on follows, and packages.lock pins all of it.',
    ),
    base: word(
      /^[a-z0-9][a-z0-9.:/_-]+@sha256:[0-9a-f]{64}$/,
      'an image with its digest: registry/name@sha256:…',
      'Image of the same suite in a registry, for the Containerfile.',
    ),
    vm: source.check(z.describe('Kernel that the qemu builder boots.')),
  })
  .check(z.describe('The root file system that kernels and iptables are compiled in.'));
