// SPDX-License-Identifier: GPL-2.0-only
import type { Backend, Family } from './scenario.js';
import type { DebsSource, Source, Unpack } from './source.js';

/** A file of the project that a recipe refers to; its digest makes it part of every cache key it enters. */
export interface ProjectFile {
  /** Path below the project's root, with `/`. */
  readonly path: string;
  readonly sha256: string;
}

/** A file of a source that is fetched beside the tree that it goes to. */
export interface SourceFile {
  /** The source's name, such as `layer7`. */
  readonly source: string;
  /** Path in its tree. */
  readonly path: string;
}

/** Tools that patches answer to. */
export const PATCHED_FOR = ['gcc', 'binutils', 'make', 'perl'] as const;

/** A tool, and the version from which on a patch is needed. */
export interface ToolNeed {
  readonly tool: (typeof PATCHED_FOR)[number];
  readonly from: string;
}

/** A patch of ours. */
export interface ProjectPatch extends ProjectFile {
  /** From its header's `Needed-with:`. Missing: it is needed with any tools. */
  readonly neededWith?: ToolNeed;
  /** Why a run leaves it out; set when the run's tools are known. */
  readonly notNeeded?: string;
}

/** Files laid over a tree as they are. */
export interface Overlay {
  /** Directory below the project's root, or in the files' source. */
  readonly from: string;
  /** Directory in the tree; `.` is its root. */
  readonly to: string;
  /** What `from` holds, sorted by path. */
  readonly files: readonly (ProjectFile | SourceFile)[];
}

/** An ordered series of patches and, after them, whole files. */
export interface Series {
  readonly name: string;
  readonly patches: readonly (ProjectPatch | SourceFile)[];
  readonly overlays: readonly Overlay[];
}

/** A layer7 match that others publish: a patch for the kernel, and an extension for iptables. */
export interface ProviderRecipe {
  readonly kind: 'layer7';
  readonly name: string;
  readonly summary: string;
  readonly file: ProjectFile;
  readonly layer7: SourceSpec;
  /** What is changed in a kernel's tree: the publisher's patch, and our corrections of it. */
  readonly linux: readonly Series[];
  /** What is changed in iptables' tree. */
  readonly iptables: readonly Series[];
}

/** Protocol definitions that others publish. */
export interface DefinitionsRecipe {
  readonly kind: 'definitions';
  readonly name: string;
  readonly summary: string;
  readonly file: ProjectFile;
  readonly protocols: SourceSpec;
}

/** One requested Kconfig symbol with the place and the reason of the request. */
export interface SymbolRequest {
  /** Without the `CONFIG_` prefix. */
  readonly symbol: string;
  /** `y`, `m`, `n`, a number or a quoted string, as in a .config. */
  readonly value: string;
  /** Why it is needed, from the fragment's comment. */
  readonly why: string;
  readonly file: string;
  readonly line: number;
}

export interface ConfigSpec {
  /** The make target that the fragments are merged onto. */
  readonly base: 'allnoconfig' | 'tinyconfig' | 'defconfig';
  readonly fragments: readonly ProjectFile[];
  readonly requests: readonly SymbolRequest[];
}

/** The compiler as a generation of kernels needs it. */
export interface CompilerNeeds {
  /** Options that every call gets, before all else; `@src@` in them stands for the tree's folder. */
  readonly flags: readonly string[];
  /** Major versions of gcc that such trees were built with, both included. */
  readonly oldest: number;
  readonly newest: number;
}

/** What a generation of kernels does its own way. */
export interface Era {
  readonly name: string;
  /** `panic=-1` reboots at once; older kernels need a positive number. */
  readonly panicNow: '-1' | '1';
  /** What the guest's programs are of: the host's busybox, or one compiled with musl. */
  readonly userland: 'host' | 'musl';
  /** The network card that these kernels have a driver for, as QEMU calls it; missing where that is virtio's. */
  readonly card?: 'e1000';
  /** Missing where any compiler will do as it is. */
  readonly compiler?: CompilerNeeds;
}

export interface SourceSpec {
  readonly source: Source;
  readonly unpack: Unpack;
  /** SPDX licence expression; missing where the recipe states none. */
  readonly license?: string;
}

/** The match alone, against a distribution's kernel: its headers to build with and its image to boot. */
export interface ModuleMode {
  readonly headers: SourceSpec;
  readonly image: SourceSpec;
  /** Why nobody has seen it match in a guest yet; missing where it was. */
  readonly unverified?: string;
}

export interface LinuxRecipe {
  readonly kind: 'linux';
  /** As typed after `--kernel`. */
  readonly version: string;
  /** Versions that the same file says how to make; for a version that is not the file's own, none. */
  readonly releases: readonly string[];
  readonly summary: string;
  /** Why nobody has seen the patched kernel match in a guest yet; missing where it was. */
  readonly unverified?: string;
  readonly file: ProjectFile;
  readonly arch: 'x86_64';
  readonly era: Era;
  readonly linux: SourceSpec;
  readonly series: readonly Series[];
  /** Whose match is patched in beside the series; missing where the series bring ours. */
  readonly layer7?: ProviderRecipe;
  readonly config: ConfigSpec;
  /** Toolchain that a builder with a root of its own compiles with, by name. */
  readonly toolchain: string;
  /** Default iptables recipe. */
  readonly iptables: string;
  /** Definition sets, by name. */
  readonly protocols: readonly string[];
  /** Scenarios to verify with, by name. */
  readonly scenarios: readonly string[];
  /** Families of IP that the match knows. */
  readonly families: readonly Family[];
  /** Back ends of iptables that it has tables for; missing where it has those of all. */
  readonly backends?: readonly Backend[];
  /** Modules loaded in the guest, in order, beyond what their dependencies bring. */
  readonly guestModules: readonly string[];
  readonly module?: ModuleMode;
}

/** A compiler with all that a kernel and an iptables need beside it: a Debian suite and packages of it. */
export interface ToolchainRecipe {
  readonly kind: 'toolchain';
  /** The folder's name below containers/, such as `bookworm-gcc-12`. */
  readonly name: string;
  readonly summary: string;
  readonly file: ProjectFile;
  readonly containerfile: ProjectFile;
  /** Debian suite's codename. */
  readonly suite: string;
  /** The program that `gcc` and `cc` stand for in the root, such as `gcc-12`. */
  readonly compiler: string;
  /** Debian packages; what they depend on follows. */
  readonly packages: readonly string[];
  /** All packages of the root, pinned: those above, the suite's essential ones, and what they need. */
  readonly lock: DebsSource;
  /** Image of a registry with that suite, by digest: `docker.io/library/debian@sha256:…`. */
  readonly base: string;
  /** Kernel that the qemu builder boots. */
  readonly vm: SourceSpec;
}

/** The programs of a lab's hosts: packages of a Debian suite. */
export interface UserlandRecipe {
  readonly kind: 'userland';
  readonly name: string;
  readonly summary: string;
  readonly file: ProjectFile;
  /** Debian suite's codename. */
  readonly suite: string;
  /** Lines of debconf-set-selections(1). */
  readonly answers: readonly string[];
  /** Debian packages; what they depend on follows. */
  readonly packages: readonly string[];
  /** All packages, pinned: those above, the suite's essential ones, and what they need. */
  readonly lock: DebsSource;
}

/** The guest's programs for kernels that the host's busybox does not run on. */
export interface BusyboxRecipe {
  readonly kind: 'busybox';
  readonly version: string;
  readonly summary: string;
  readonly file: ProjectFile;
  readonly busybox: SourceSpec;
  readonly config: ConfigSpec;
}

export interface IptablesRecipe {
  readonly kind: 'iptables';
  readonly version: string;
  readonly summary: string;
  /** Why nobody has seen it match in a guest yet; missing where it was. */
  readonly unverified?: string;
  readonly file: ProjectFile;
  readonly iptables: SourceSpec;
  readonly series: readonly Series[];
  /** Whose extension is laid in beside the series; missing where the series bring ours. */
  readonly layer7?: ProviderRecipe;
  /** Arguments for ./configure beside the prefix. */
  readonly configure: readonly string[];
  /** The libc of its programs; with musl they are linked statically and run on kernels of any age. */
  readonly libc: 'glibc' | 'musl';
  /** Back ends it yields. */
  readonly backends: readonly Backend[];
}
