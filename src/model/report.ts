// SPDX-License-Identifier: GPL-2.0-only
import type { CcacheUse } from './ccache.js';
import type { CheckResult, KernelComplaint } from './check.js';
import type { TaskOutcome } from './event.js';
import type { ExitCode, Failure } from './failure.js';
import type { ConfigVerdict } from './config.js';
import type { LedgerLine } from './ledger.js';
import type { Confinement } from './runtime.js';
import type { ProjectFile } from './recipe.js';
import type { FetchedFile } from './source.js';

/** Raised with every incompatible change of Report. */
export const REPORT_SCHEMA = 1;

export interface ReportedStep {
  readonly id: string;
  readonly title: string;
  readonly outcome: TaskOutcome | 'pending' | 'running';
  readonly ms?: number;
  readonly key?: string;
  readonly digest?: string;
  readonly log?: string;
}

export interface ReportedInput extends FetchedFile {
  /** The recipe's name for it: linux, iptables, headers, … */
  readonly source: string;
  readonly version?: string;
  readonly pinned: boolean;
  /** Of a package of Debian's, as the purl specification writes it: `pkg:deb/debian/…`. */
  readonly purl?: string;
  /** Where its publisher has it, as the recipe says; missing for packages and for what the user brought. */
  readonly urls?: readonly string[];
}

/** What a recipe calls a source. */
export interface ReportedRecipe {
  readonly name: string;
  readonly version?: string;
  /** SPDX licence expression, where the recipe states one. */
  readonly license?: string;
}

export interface ReportedArtifact {
  readonly name: string;
  readonly sha256: string;
  readonly size: number;
}

/** A warning of a compiler. */
export interface ReportedWarning {
  /** Id of the step that compiled. */
  readonly step: string;
  /** `file:line:column: warning: text`, the file as the tree names it. */
  readonly text: string;
}

/** What ccache did in a step that compiled. */
export type ReportedCcache = CcacheUse & { readonly step: string };

/** The record of a run: on disk from its first second, replaced atomically at every change. */
export interface Report {
  readonly schema: typeof REPORT_SCHEMA;
  readonly tool: string;
  readonly recipe: { readonly kernel: string; readonly iptables: string; readonly mode: string };
  readonly started: string;
  readonly ended?: string;
  readonly exitCode?: ExitCode;
  readonly failure?: Failure;
  readonly host: Readonly<Record<string, string>>;
  readonly builder: {
    readonly name: string;
    readonly why: string;
    readonly toolchain: Readonly<Record<string, string>>;
    readonly confinement: Confinement;
  };
  readonly inputs: readonly ReportedInput[];
  /** What the recipes call the sources, by source; missing in reports of earlier versions. */
  readonly recipes?: Readonly<Record<string, ReportedRecipe>>;
  /** Protocol definitions of the project that are installed; missing in reports of earlier versions. */
  readonly definitions?: readonly ProjectFile[];
  readonly steps: readonly ReportedStep[];
  readonly patches: readonly LedgerLine[];
  readonly config: readonly ConfigVerdict[];
  readonly artifacts: readonly ReportedArtifact[];
  /** Of the compilers, each once; missing when there are none. */
  readonly warnings?: readonly ReportedWarning[];
  /** Of each compile that could use it, as it was when it compiled; missing when there was none. */
  readonly ccache?: readonly ReportedCcache[];
  readonly guest?: {
    readonly accelerator: string;
    readonly why: string;
    readonly release: string;
    /** From QEMU's start to the agent's first word. */
    readonly bootMs: number;
    /** From QEMU's start to the last check's result. */
    readonly verdictMs: number;
    readonly complaints: readonly KernelComplaint[];
  };
  readonly checks: readonly CheckResult[];
  /** The command that does the same again. */
  readonly reproduce: string;
  /** Its words, without the program's name; missing in reports of earlier versions. */
  readonly words?: readonly string[];
}
