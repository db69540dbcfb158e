// SPDX-License-Identifier: GPL-2.0-only
import type { Era } from '../model/recipe.js';

/** Generations of kernels, by the name that recipes give. */
export const ERAS = {
  /** Linux 3.7 (`make olddefconfig`) and later; tested from 5.10. */
  modern: {
    name: 'modern',
    olddefconfig: true,
    panicNow: '-1',
    nic: 'virtio-net-pci',
  },
} as const satisfies Record<string, Era>;
