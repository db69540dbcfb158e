// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEnvironment } from '../../../src/engine/environment.js';
import { runPlan } from '../../../src/engine/run.js';
import { Store } from '../../../src/engine/store.js';
import { sha256 } from '../../../src/host/hash.js';
import type { Event } from '../../../src/model/event.js';
import type { Source } from '../../../src/model/source.js';
import type { FetchPolicy } from '../../../src/model/step.js';
import type { Task } from '../../../src/model/task.js';
import { fetchTask, unpackTask } from '../../../src/plan/tasks.js';
import { failureOf, serve, temporaryDirectory } from '../sources/fixture.js';

const CONTENT = 'the content\n';
/** Nobody listens at the port of discard (RFC 863) here. */
const REFUSES = 'http://127.0.0.1:9';

function http(url: string, content = CONTENT): Source {
  return { kind: 'http', urls: [url], sha256: sha256(content) };
}

/** Runs fetches, each with its unpacking, and tells how the tasks ended. */
async function running(
  sources: Readonly<Record<string, Source>>,
  policy: Partial<FetchPolicy> = {},
): Promise<{ run: ReturnType<typeof runPlan>; ends: () => string[] }> {
  const root = temporaryDirectory();
  const events: Event[] = [];
  const tasks = Object.entries(sources).flatMap(([name, source]): Task[] => [
    fetchTask(name, name, source),
    unpackTask(name, name, {}),
  ]);
  const env: RunEnvironment = {
    store: new Store(join(root, 'store')),
    project: root,
    logs: join(root, 'logs'),
    policy: { mirrors: [], offline: false, ...policy },
    builder: {
      name: 'host',
      why: '',
      confinement: { network: 'off', filesystem: 'open', user: 'root', how: '' },
      open: () => Promise.reject(new Error('nothing is compiled here')),
    },
    jobs: 1,
    signal: new AbortController().signal,
    emit: (event) => events.push(event),
    onResult: () => undefined,
    expected: {},
  };
  const ends = (): string[] =>
    events
      .flatMap((event) => (event.type === 'task-finished' ? [`${event.id} ${event.outcome}`] : []))
      .sort();
  return Promise.resolve({ run: runPlan({ name: 't', mode: 'full', tasks }, env), ends });
}

describe('sources that cannot be brought', () => {
  it('are all told, in the order of the plan; those that can be are kept', async () => {
    const base = await serve((_, response) => setTimeout(() => response.end(CONTENT), 300));
    const { run, ends } = await running({
      a: http(`${REFUSES}/a.tar`),
      slow: http(`${base}/slow.tar`),
      b: http(`${REFUSES}/b.tar`),
      c: http(`${REFUSES}/c.tar`),
      d: http(`${REFUSES}/d.tar`),
    });
    const failure = await failureOf(run);
    expect(failure.reason).toBe('network-failed');
    expect(failure.message).toBe('4 sources could not be brought');
    expect(failure.details).toEqual(
      ['a', 'b', 'c', 'd'].flatMap((name) => [
        `${name}.tar could not be downloaded from 127.0.0.1:9`,
        `  ${REFUSES}/${name}.tar: the host 127.0.0.1:9 refuses the connection`,
        `  SHA-256 of ${name}.tar: ${sha256(CONTENT)}`,
      ]),
    );
    const hints = failure.hints ?? [];
    expect(hints.filter((hint) => hint.includes('--source'))).toHaveLength(4);
    expect(new Set(hints).size).toBe(hints.length);
    expect(hints.at(-1)).toContain('l7build bundle');
    expect(ends()).toContain('fetch:slow done');
    expect(ends().filter((end) => end.endsWith('failed'))).toHaveLength(4);
    expect(ends().filter((end) => end.startsWith('unpack'))).toEqual(
      ['a', 'b', 'c', 'd', 'slow'].map((name) => `unpack:${name} cancelled`),
    );
  });

  it('tell offline every address, at once', async () => {
    const sources = { a: http(`${REFUSES}/a.tar`), b: http(`${REFUSES}/b.tar`) };
    const { run } = await running(sources, { offline: true });
    const failure = await failureOf(run);
    expect(failure.reason).toBe('source-missing');
    expect(failure.details?.filter((line) => line.includes('address: '))).toHaveLength(2);
  });

  it('are of the reason that says most; a single one is told as it is', async () => {
    const base = await serve((_, response) => response.end('another'));
    const wrong = http(`${base}/b.tar`);
    const two = await failureOf((await running({ a: http(`${REFUSES}/a.tar`), wrong })).run);
    expect(two.reason).toBe('checksum-mismatch');
    const one = await failureOf((await running({ wrong })).run);
    expect(one.message).toContain('b.tar has a wrong checksum');
  });

  it('give way to a failure of another kind, which ends all', async () => {
    const dir = temporaryDirectory();
    mkdirSync(join(dir, 'x'));
    writeFileSync(join(dir, 'x/bad.tar'), 'no archive');
    const stalled = await serve((_, response) => response.writeHead(200).write('x'));
    const { run, ends } = await running({
      bad: { kind: 'local', path: join(dir, 'x/bad.tar') },
      stalled: http(`${stalled}/s.tar`),
    });
    expect((await failureOf(run)).reason).toBe('archive-refused');
    expect(ends()).toContain('fetch:stalled cancelled');
  });
});
