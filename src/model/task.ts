// SPDX-License-Identifier: GPL-2.0-only
import type {
  ConfigSpec,
  Era,
  IptablesRecipe,
  ProjectFile,
  Series,
  ToolchainRecipe,
  UserlandRecipe,
} from './recipe.js';
import type { Family } from './scenario.js';
import type { Source, Unpack } from './source.js';

/** The pipeline's verbs, in the order in which a run meets them. */
export const VERBS = [
  'toolchain',
  'userland',
  'fetch',
  'unpack',
  'patch',
  'configure',
  'compile',
  'package',
  'image',
  'disk',
  'container',
  'verify',
] as const;

export type Verb = (typeof VERBS)[number];

export type CompileParams =
  /** Needs `tree`, `patch`, `config`. Yields bzImage, System.map, config, release, modules/, headers/. */
  | { readonly what: 'linux'; readonly arch: 'x86_64'; readonly era: Era }
  /** Needs `headers` of that version, `patch`. Yields release and modules/ with the match alone. */
  | { readonly what: 'match'; readonly version: string }
  /** Needs `tree`, `patch`. Yields root/, the install tree below `/`. */
  | {
      readonly what: 'iptables';
      readonly configure: readonly string[];
      readonly libc: IptablesRecipe['libc'];
    }
  /** Needs `tree`. Yields busybox, linked statically with musl. */
  | { readonly what: 'busybox'; readonly config: ConfigSpec };

/** What DKMS calls a package of sources. */
export interface DkmsPackage {
  readonly name: string;
  readonly version: string;
}

export interface PackageParams {
  /** Name of the archive, such as `modules.tar.zst`. */
  readonly archive: string;
  /** Directory of the entry `from` to pack, or definition files to pack below `prefix`. */
  readonly directory?: string;
  readonly definitions?: readonly ProjectFile[];
  /** The directory holds a module's sources, which DKMS is told to build. */
  readonly dkms?: DkmsPackage;
  /** Where the content stands in the archive; `.` is its root. */
  readonly prefix: string;
}

export interface ImageParams {
  /** Modules loaded at boot, in order; dependencies are found through modules.dep. */
  readonly modules: readonly string[];
  /** Definition files for /etc/l7-protocols. */
  readonly definitions: readonly ProjectFile[];
  /** The guest's own programs: all of guest/. */
  readonly guest: readonly ProjectFile[];
  /**
   * The guest is a host on a network, with rules that nobody knows yet: all of netfilter's modules are
   * there to be loaded when a rule asks for them, and so is the network card's driver.
   */
  readonly networked?: true;
  /** It may also have a userland of its own, on a disk, and serve files: the modules for that. */
  readonly userland?: true;
}

/** The forms that QEMU's tools write disks in. */
export const DISK_FORMATS = ['qcow2', 'raw'] as const;
export type DiskFormat = (typeof DISK_FORMATS)[number];

export interface DiskParams {
  /** The guest's own programs: all of guest/. */
  readonly guest: readonly ProjectFile[];
  readonly format: DiskFormat;
  readonly hostname: string;
  /** What iptables-save and ip6tables-save print; loaded before the first network card is up. */
  readonly rules: { readonly iptables: string; readonly ip6tables: string };
  /** Root's, as crypt(3) makes it; empty for none. */
  readonly password: string;
  /** Root has a distribution's programs: then who may log in as root by ssh, one public key a line, or nobody. */
  readonly userland?: { readonly authorizedKeys: string };
}

export interface ContainerParams {
  /** What engines call the image. */
  readonly reference: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Definition files for /etc/l7-protocols. */
  readonly definitions: readonly ProjectFile[];
  /** What calls the iptables that was built. */
  readonly wrapper: ProjectFile;
}

export interface VerifyParams {
  /** Scenario files below recipes/scenarios. */
  readonly scenarios: readonly ProjectFile[];
  /** What the scenarios bring beside their own files; missing where they bring nothing. */
  readonly brought?: readonly ProjectFile[];
  readonly families: readonly Family[];
  readonly era: Era;
  readonly backends: readonly ('legacy' | 'nft')[];
}

/** What a toolchain's root is made of beside the packages that were fetched. */
export type ToolchainParams = Pick<ToolchainRecipe, 'suite' | 'compiler' | 'packages'>;

/** What the programs of a lab's hosts are made of beside the packages that were fetched. */
export type UserlandParams = Pick<UserlandRecipe, 'suite' | 'answers' | 'packages'>;

/** What each verb is told. Everything here is data and enters the cache key. */
export interface TaskParams {
  /** Needs `fetch`. Yields root/, the file system that a builder compiles in, and its tools' versions. */
  readonly toolchain: ToolchainParams;
  /** Needs `fetch`. Yields root.squashfs, the file system of a lab's hosts. */
  readonly userland: UserlandParams;
  readonly fetch: { readonly name: string; readonly source: Source };
  /** Needs `fetch`. */
  readonly unpack: {
    readonly name: string;
    readonly unpack: Unpack;
    /** The version of Linux that has to come out; for trees that nobody vouches for. */
    readonly kernel?: string;
  };
  /**
   * Needs `tree` unless the series has whole files only, and `layer7` where it takes files from that source.
   * Yields overlay/, ledger.json, layer7.patch.
   */
  readonly patch: { readonly series: readonly Series[]; readonly fuzz: number };
  /** Needs `tree` and `patch`. Yields config and contract.json. */
  readonly configure: { readonly config: ConfigSpec; readonly era: Era };
  readonly compile: CompileParams;
  readonly package: PackageParams;
  /**
   * Needs `iptables` and either `linux` or both `match` and `kernel`; libraries come from `toolchain`
   * where one is needed, from the host otherwise, and so does busybox without the role `busybox`. Yields
   * initramfs.cpio.gz.
   */
  readonly image: ImageParams;
  /**
   * Needs `image` and `linux` or `kernel`, and `userland` where root has one. Yields disk.FORMAT, which boots by
   * itself.
   */
  readonly disk: DiskParams;
  /** Needs `userland` and `iptables`, and libraries as `image` does. Yields image.oci.tar. */
  readonly container: ContainerParams;
  /** Needs `image` and `linux` or `kernel`. Boots, checks, yields checks.json and console.log. */
  readonly verify: VerifyParams;
}

/** One node of a plan. `needs` names, by role, the tasks whose output it reads. */
export type Task = {
  [V in Verb]: {
    readonly id: string;
    readonly verb: V;
    /** For people: "patch linux 6.1 with layer7". */
    readonly title: string;
    readonly needs: Readonly<Record<string, string>>;
    /** Tasks whose output the step works with, but which leave no trace in what it yields. */
    readonly tools?: Readonly<Record<string, string>>;
    readonly params: TaskParams[V];
    /** Facts about the host that the result depends on (compiler, busybox, QEMU versions). */
    readonly host: Readonly<Record<string, string>>;
  };
}[Verb];

/** Tasks in an order in which every task comes after those it needs. */
export interface Plan {
  readonly name: string;
  readonly mode: 'full' | 'module';
  readonly tasks: readonly Task[];
}
