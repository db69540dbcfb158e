// SPDX-License-Identifier: GPL-2.0-only
import { basename } from 'node:path';
import type { Reporter, TestModule } from 'vitest/node';
import { aligned } from '../../src/host/columns.js';
import './campaign.js';

const HEAD = ['kind', 'cases', 'right', 'clear error', 'wrong', 'not tried'];

/** How the cases of a kind ended, as numbers under HEAD. */
function counted(module: TestModule): number[] {
  const tests = [...module.children.allTests()];
  const ended = (end: string): number => tests.filter((test) => test.meta().end === end).length;
  const inState = (state: string): number =>
    tests.filter((test) => test.result().state === state).length;
  const wrong = inState('failed');
  return [tests.length, ended('right'), ended('clear error'), wrong, inState('skipped')];
}

/** A table of the campaign, at its end: a row a kind. */
export default class Table implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = [...modules]
      .sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1))
      .map((module) => ({
        kind: basename(module.moduleId, '.test.ts'),
        numbers: counted(module),
      }));
    const sum = HEAD.slice(1).map((_, column) =>
      rows.reduce((total, { numbers }) => total + (numbers[column] ?? 0), 0),
    );
    const lines = [...rows, { kind: 'all', numbers: sum }];
    const table = aligned([
      HEAD,
      ...lines.map(({ kind, numbers }) => [kind, ...numbers.map(String)]),
    ]);
    process.stdout.write(`\n${table.join('\n')}\n`);
  }
}
