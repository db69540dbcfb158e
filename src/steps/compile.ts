// SPDX-License-Identifier: GPL-2.0-only
import type { Step } from '../model/step.js';
import { compileBusybox } from './compile/busybox.js';
import { compileIptables } from './compile/iptables.js';
import { compileLinux } from './compile/linux.js';
import { compileMatch } from './compile/match.js';

/** Compiles a kernel, the match alone, iptables, or the guest's busybox, inside the builder. */
export const compile: Step<'compile'> = (params, ctx) => {
  switch (params.what) {
    case 'linux':
      return compileLinux(params, ctx);
    case 'match':
      return compileMatch(params, ctx);
    case 'iptables':
      return compileIptables(params, ctx);
    case 'busybox':
      return compileBusybox(params, ctx);
  }
};
