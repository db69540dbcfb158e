// SPDX-License-Identifier: GPL-2.0-only

/** One requested symbol compared with what the kernel's own resolution made of it. */
export interface ConfigVerdict {
  readonly symbol: string;
  readonly requested: string;
  /** `n` when the symbol is unset or unknown. */
  readonly resolved: string;
  readonly outcome: 'met' | 'stronger' | 'dropped' | 'changed' | 'unknown-symbol';
  readonly why: string;
  /** For a symbol that was not met: the dependency that is missing, in the kernel's words. */
  readonly unmet?: string;
  /** Where it was requested: file:line of the fragment. */
  readonly from: string;
}
