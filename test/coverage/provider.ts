// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mergeProcessCovs, type ProcessCov } from '@bcoe/v8-coverage';
import { parse } from 'acorn';
import v8 from '@vitest/coverage-v8';
import { V8CoverageProvider } from '@vitest/coverage-v8/dist/provider.js';
import { convert } from 'ast-v8-to-istanbul';
import type { CoverageMap } from 'istanbul-lib-coverage';
import type { CoverageProviderModule, ReportContext, Vitest } from 'vitest/node';

const DIST = new URL('../../dist/', import.meta.url).href;

/**
 * vitest's count of the lines that tests reach in their own process, and with it those of the program
 * that tests start as users do: test/cli/program.ts has it write down what it ran.
 */
class WithPrograms extends V8CoverageProvider {
  readonly #records = mkdtempSync(join(tmpdir(), 'l7build-coverage-'));

  override initialize(ctx: Vitest): void {
    super.initialize(ctx);
    process.env['L7BUILD_TEST_COVERAGE'] = this.#records;
  }

  override async generateCoverage(context: ReportContext): Promise<CoverageMap> {
    const map = await super.generateCoverage(context);
    for (const { url, functions } of (await recorded(this.#records)).result) {
      const [code, sourceMap] = await Promise.all(
        [url, `${url}.map`].map((file) => readFile(fileURLToPath(file), 'utf8')),
      );
      if (code === undefined || sourceMap === undefined) throw new Error(`no text of ${url}`);
      map.merge(
        await convert({
          code,
          ast: parse(code, { ecmaVersion: 'latest', sourceType: 'module' }),
          coverage: { url, functions },
          sourceMap: JSON.parse(sourceMap) as SourceMap,
        }),
      );
    }
    map.filter((file) => this.isIncluded(file));
    await rm(this.#records, { recursive: true });
    return map;
  }
}

type SourceMap = NonNullable<Parameters<typeof convert>[0]['sourceMap']>;

/** What all programs ran of dist/. One that was killed has left no record. */
async function recorded(folder: string): Promise<ProcessCov> {
  let all: ProcessCov = { result: [] };
  for (const name of await readdir(folder)) {
    const { result } = JSON.parse(await readFile(join(folder, name), 'utf8')) as ProcessCov;
    all = mergeProcessCovs([all, { result: result.filter(({ url }) => url.startsWith(DIST)) }]);
  }
  return all;
}

const provider: CoverageProviderModule = { ...v8, getProvider: () => new WithPrograms() };
export default provider;
