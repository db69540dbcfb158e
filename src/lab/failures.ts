// SPDX-License-Identifier: GPL-2.0-only
import { Failed } from '../model/failure.js';

/** A second lab of that name was to be brought up. */
export function alreadyUp(name: string): Failed {
  return new Failed({
    reason: 'usage',
    message: `the lab ${name} is up already`,
    hints: [`take it down: l7build lab down --name ${name}`, 'or give this one another --name'],
  });
}

/** A lab's supervisor does not answer. */
export function gone(name: string): Failed {
  return new Failed({
    reason: 'check-failed',
    message: `the lab ${name} is not up: its supervisor has ended, or is not ready yet`,
    hints: [`take it down: l7build lab down --name ${name}`],
  });
}

/** Somebody who has told nobody its number yet holds a lab's lock. */
export function busy(name: string): Failed {
  return new Failed({
    reason: 'store-unusable',
    message: `the lab ${name} is being started or taken down by another`,
    hints: ['try again in a moment'],
  });
}

/** A name is no host's. */
export function noHost(name: string, hosts: readonly string[]): Failed {
  return new Failed({
    reason: 'usage',
    message: `the lab has no host ${name}`,
    hints: [`its hosts: ${hosts.join(', ')}`],
  });
}
