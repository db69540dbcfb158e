// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sha256 } from '../../../src/host/hash.js';
import type { LedgerLine } from '../../../src/model/ledger.js';
import type { ProjectFile, Series } from '../../../src/model/recipe.js';
import { applySeries, type Applied } from '../../../src/series/apply-series.js';

/** The kernel tree in small that the repository carries. */
export const FAKE_LINUX = fileURLToPath(new URL('../../fixtures/fake-linux', import.meta.url));

/** A project folder and a pristine tree of a test's own, made from the fake kernel tree. */
export class Workshop {
  readonly root = mkdtempSync(join(tmpdir(), 'l7build-series-'));
  readonly project = join(this.root, 'project');
  readonly tree = join(this.root, 'tree');
  #scratches = 0;

  constructor() {
    cpSync(FAKE_LINUX, this.tree, { recursive: true });
    mkdirSync(this.project);
  }

  /** Writes a file below the project and gives it as recipes name it. */
  file(path: string, text: string): ProjectFile {
    put(join(this.project, path), text);
    return { path, sha256: sha256(text) };
  }

  /** Writes a file of the pristine tree. */
  treeFile(path: string, text: string): void {
    put(join(this.tree, path), text);
  }

  readTree(path: string): string {
    return readFileSync(join(this.tree, path), 'utf8');
  }

  /** The pristine file with some text in it replaced. */
  changed(path: string, from: string, to: string): string {
    const text = this.readTree(path);
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
    return text.replace(from, to);
  }

  series(patches: readonly ProjectFile[], overlays: Series['overlays'] = []): Series[] {
    return [{ name: 'layer7', patches, overlays }];
  }

  /** An empty directory. */
  scratch(): string {
    this.#scratches += 1;
    const dir = join(this.root, `scratch${String(this.#scratches)}`);
    mkdirSync(dir);
    return dir;
  }

  /** A patch step's output with these files. */
  entry(files: Readonly<Record<string, string>>, removed: readonly string[] = []): string {
    const out = this.scratch();
    mkdirSync(join(out, 'overlay'));
    for (const [path, text] of Object.entries(files)) put(join(out, 'overlay', path), text);
    writeFileSync(join(out, 'removed.json'), JSON.stringify(removed));
    return out;
  }

  /** @param sources folders of sources that the series take files from */
  apply(
    series: readonly Series[],
    fuzz = 0,
    sources: Readonly<Record<string, string>> = {},
  ): Promise<Applied> {
    return applySeries(series, {
      project: this.project,
      sources,
      tree: this.tree,
      scratch: this.scratch(),
      fuzz,
    });
  }

  /** Applies one patch and gives its ledger line. */
  async applyPatch(text: string, fuzz = 0): Promise<LedgerLine> {
    const { ledger } = await this.apply(this.series([this.file('a.patch', text)]), fuzz);
    const [line] = ledger;
    if (line === undefined) throw new Error('no ledger line');
    return line;
  }

  remove(): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function put(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** A patch that inserts `line` into the fake net/netfilter/Makefile below its entry for xt_length. */
export function makefileHook(line: string): string {
  return `Say why

--- a/net/netfilter/Makefile
+++ b/net/netfilter/Makefile
@@ -4,6 +4,7 @@ obj-$(CONFIG_NETFILTER_XTABLES) += x_tables.o
 # matches
 obj-$(CONFIG_NETFILTER_XT_MATCH_HELPER) += xt_helper.o
 obj-$(CONFIG_NETFILTER_XT_MATCH_HL) += xt_hl.o
+${line}
 obj-$(CONFIG_NETFILTER_XT_MATCH_LENGTH) += xt_length.o
 obj-$(CONFIG_NETFILTER_XT_MATCH_LIMIT) += xt_limit.o
 obj-$(CONFIG_NETFILTER_XT_MATCH_MAC) += xt_mac.o
`;
}

export const LAYER7_LINE = 'obj-$(CONFIG_NETFILTER_XT_MATCH_LAYER7) += layer7/';
export const HOOK = makefileHook(LAYER7_LINE);
