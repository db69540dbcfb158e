// SPDX-License-Identifier: GPL-2.0-only

/** How many exchanges of one protocol were told as what. */
export interface ToldRow {
  /** Id of the check whose matrix it is of. */
  readonly matrix: string;
  /** A protocol, or `unknown` for what no definition may know. */
  readonly spoken: string;
  readonly as: readonly { readonly protocol: string; readonly count: number }[];
}

/** What one check of a scenario came to in the guest. */
export interface CheckResult {
  /** Such as `http-on-8080`. */
  readonly id: string;
  /** The claim, as a sentence. */
  readonly title: string;
  /** Back end and address family it ran with, such as `nft`, `ipv6`. */
  readonly variant: string;
  readonly outcome: 'passed' | 'failed' | 'not-applicable';
  /** What was seen, or why it does not apply. */
  readonly observed: string;
  /** What had to be seen. */
  readonly expected: string;
  readonly ms: number;
  /** A row of the matrix, where the check is about one. */
  readonly told?: ToldRow;
}

/** What the guest's kernel complained of on its console. */
export interface KernelComplaint {
  readonly kind: 'panic' | 'oops' | 'bug' | 'warning' | 'lockdep' | 'kasan' | 'hung-task' | 'leak';
  readonly line: string;
}
