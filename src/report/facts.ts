// SPDX-License-Identifier: GPL-2.0-only
import type { CcacheUse } from '../model/ccache.js';
import type { CheckResult, KernelComplaint } from '../model/check.js';
import type { ConfigVerdict } from '../model/config.js';
import type { LedgerLine } from '../model/ledger.js';
import type { Report, ReportedInput } from '../model/report.js';
import type { Fetched } from '../model/source.js';
import type { Facts } from '../model/store.js';
import type { Task, TaskParams } from '../model/task.js';
import { publishedAs } from './published.js';

type Guest = NonNullable<Report['guest']>;

/** The part of a report that one task's facts fill. */
export type ReportedFacts = Partial<
  Pick<Report, 'inputs' | 'patches' | 'config' | 'guest' | 'checks' | 'warnings' | 'ccache'>
> & { readonly toolchain?: Readonly<Record<string, string>> };

/**
 * Reads what a step handed on. The shape of each verb's facts is the step's promise; a step that
 * breaks it is a bug, so nothing is checked again here.
 */
export function reportedFacts(task: Task, facts: Facts): ReportedFacts {
  switch (task.verb) {
    case 'fetch':
      return { inputs: inputsOf(task.params, facts as unknown as Fetched) };
    case 'patch':
      return { patches: (facts['ledger'] ?? []) as LedgerLine[] };
    case 'configure':
      return { config: (facts['config'] ?? []) as ConfigVerdict[] };
    case 'verify':
      return verified(facts);
    case 'toolchain':
      return { toolchain: facts['versions'] as Record<string, string> };
    case 'compile':
      return compiled(task.id, facts);
    case 'unpack':
    case 'userland':
    case 'package':
    case 'image':
    case 'disk':
    case 'container':
      return {};
  }
}

function inputsOf({ name, source }: TaskParams['fetch'], fetched: Fetched): ReportedInput[] {
  return fetched.files.map((file) => ({
    ...file,
    source: name,
    pinned: fetched.pinned,
    ...(fetched.version === undefined ? {} : { version: fetched.version }),
    ...publishedAs(source, file, fetched),
  }));
}

function compiled(step: string, facts: Facts): ReportedFacts {
  const warnings = (facts['warnings'] ?? []) as string[];
  const ccache = facts['ccache'] as CcacheUse | undefined;
  return {
    warnings: warnings.map((text) => ({ step, text })),
    ...(ccache === undefined ? {} : { ccache: [{ step, ...ccache }] }),
  };
}

function verified(facts: Facts): ReportedFacts {
  const checks = (facts['checks'] ?? []) as CheckResult[];
  if (facts['release'] === undefined) return { checks };
  const { accelerator, why, release, bootMs, verdictMs } = facts as unknown as Guest;
  const complaints = (facts['complaints'] ?? []) as KernelComplaint[];
  return { checks, guest: { accelerator, why, release, bootMs, verdictMs, complaints } };
}
