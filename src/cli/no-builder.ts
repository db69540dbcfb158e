// SPDX-License-Identifier: GPL-2.0-only
import type { Builder } from '../model/runtime.js';

/** For plans of which no task compiles. */
export const NO_BUILDER: Builder = {
  name: 'host',
  confinement: {
    network: 'on',
    filesystem: 'open',
    user: 'unprivileged',
    how: 'nothing is compiled',
  },
  why: 'nothing is compiled',
  open: () => Promise.reject(new Error('no task of this plan compiles')),
};
