// SPDX-License-Identifier: GPL-2.0-only
import { join } from 'node:path';
import { writeAtomically } from '../host/files.js';
import { sha256 } from '../host/hash.js';
import type { Event } from '../model/event.js';
import { REPORT_SCHEMA, type Report } from '../model/report.js';
import { renderJunit } from '../report/junit.js';
import { renderMarkdown } from '../report/markdown.js';
import { renderProvenance } from '../report/provenance.js';
import { Recorder } from '../report/recorder.js';
import { renderSbom } from '../report/sbom.js';
import type { BuildOptions } from './build-options.js';
import type { Chosen, Job } from './job.js';
import { recipeSources } from './recipe-sources.js';
import { buildWords, reproducer } from './reproducer.js';
import { PROVENANCE } from './signature.js';
import { VERSION } from './version.js';

/** The bill of materials in an output folder; the name is the one that CycloneDX recommends. */
const SBOM = 'sbom.cdx.json';

/** A Recorder whose report is on disk from the first second. */
export class Record extends Recorder {
  #writing: Promise<void> = Promise.resolve();
  #stale = false;

  constructor(
    readonly out: string,
    ...start: ConstructorParameters<typeof Recorder>
  ) {
    super(...start);
  }

  override take(event: Event): boolean {
    const changed = super.take(event);
    if (changed) this.#schedule();
    return changed;
  }

  /** Writes all renderings; the bill of materials and the provenance are of what was delivered. */
  async close(): Promise<void> {
    await this.#writing;
    await this.write();
    await writeAtomically(join(this.out, 'report.md'), renderMarkdown(this.report));
    await writeAtomically(join(this.out, 'junit.xml'), renderJunit(this.report));
    if (this.report.artifacts.length > 0) {
      const sbom = renderSbom(this.report, sourceDate());
      await writeAtomically(join(this.out, SBOM), sbom);
      const beside = [{ name: SBOM, sha256: sha256(sbom) }];
      await writeAtomically(join(this.out, PROVENANCE), renderProvenance(this.report, beside));
    }
  }

  async write(): Promise<void> {
    await writeAtomically(
      join(this.out, 'report.json'),
      `${JSON.stringify(this.report, null, 2)}\n`,
    );
  }

  /**
   * One write at a time; changes during a write are written together after it. A write that fails
   * is made up for by the next one, and by the one in `close`, which throws.
   */
  #schedule(): void {
    if (this.#stale) return;
    this.#stale = true;
    const write = async (): Promise<void> => {
      this.#stale = false;
      await this.write();
    };
    this.#writing = this.#writing.then(write).catch(() => undefined);
  }
}

/** Starts the record of a run; its first version is on disk when this returns. */
export async function openRecord(job: Job, options: BuildOptions, out: string): Promise<Record> {
  const { linux, iptables } = job.chosen;
  const same = { ...options, source: job.source };
  const start: Omit<Report, 'inputs' | 'steps' | 'patches' | 'config' | 'artifacts' | 'checks'> = {
    schema: REPORT_SCHEMA,
    tool: `l7build ${VERSION}`,
    recipe: { kernel: linux.version, iptables: iptables.version, mode: options.mode },
    started: new Date().toISOString(),
    host: job.host,
    builder: {
      name: job.builder.name,
      why: job.builder.why,
      toolchain: job.builder.toolchain ?? {},
      confinement: job.builder.confinement,
    },
    reproduce: reproducer(same),
    words: buildWords(same),
    recipes: recipesOf(job.chosen),
    definitions: job.chosen.definitions,
  };
  const record = new Record(out, start, job.plan.tasks);
  await record.write();
  return record;
}

/** What the recipes call the sources of a run. */
function recipesOf(chosen: Chosen): NonNullable<Report['recipes']> {
  return Object.fromEntries(
    Object.entries(recipeSources(chosen)).map(([source, { spec, ...called }]) => [
      source,
      { ...called, ...(spec.license === undefined ? {} : { license: spec.license }) },
    ]),
  );
}

/** The time that the environment wants in place of the clock's (reproducible-builds.org), if it says one. */
function sourceDate(): number | undefined {
  const epoch = process.env['SOURCE_DATE_EPOCH'] ?? '';
  return /^\d{1,11}$/.test(epoch) ? Number(epoch) : undefined;
}
