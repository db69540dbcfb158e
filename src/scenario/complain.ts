// SPDX-License-Identifier: GPL-2.0-only

/** Notes a fault at the value that a path of keys and indexes leads to. */
export type Complain = (path: readonly PropertyKey[], message: string, hint?: string) => void;
