// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exec, type Argv } from '../../src/host/exec.js';
import { Failed } from '../../src/model/failure.js';
import type { Entry } from '../../src/model/store.js';
import {
  CONTAINER_LABEL,
  engineArgv,
  runArgv,
  type Container,
} from '../../src/runtimes/engine/argv.js';
import { sweep } from '../../src/runtimes/engine/guard.js';
import { ensureImage, imageOf } from '../../src/runtimes/engine/image.js';
import { ownedName } from '../../src/runtimes/owner.js';
import { preflight, type Preflight } from '../../src/runtimes/engine/preflight.js';
import { makeTinyRoot } from '../../src/runtimes/engine/tiny-root.js';

/** An engine of this machine, or why there is none. */
async function engineHere(name: 'podman' | 'docker', cache: string): Promise<Preflight | string> {
  try {
    return await preflight(name, cache);
  } catch (error) {
    if (error instanceof Failed) return error.failure.message;
    throw error;
  }
}

const cache = await mkdtemp(join(tmpdir(), 'l7build-engine-'));

for (const name of ['podman', 'docker'] as const) {
  const found = await engineHere(name, cache);
  if (typeof found === 'string') {
    test.skip(`${name}: ${found}`);
    continue;
  }
  const { engine } = found;
  const prefix = engineArgv(engine);
  const said = async (...words: string[]): Promise<string> =>
    (await exec([...prefix, ...words] as Argv)).stdout.trim();

  describe(name, () => {
    let toolchain: Entry;

    beforeAll(async () => {
      const dir = join(cache, name);
      await mkdir(dir);
      await makeTinyRoot(join(dir, 'root'));
      const digest = `${Date.now().toString(16)}${name === 'podman' ? '0' : '1'}`.padEnd(64, '0');
      const facts = { versions: { gcc: 'gcc (a "quoted" $word) 12' } };
      toolchain = { dir, manifest: { digest, facts } as unknown as Entry['manifest'] };
    });

    afterAll(async () => {
      await exec([...prefix, 'image', 'rm', '--force', imageOf(toolchain)], { accept: [0, 1] });
    });

    test('what was found is kept, and asked for no second time', async () => {
      const file = join(cache, `engine-${name}.json`);
      const kept = JSON.parse(await readFile(file, 'utf8')) as { found: { refused?: string } };
      await writeFile(file, JSON.stringify({ ...kept, found: { ...kept.found, refused: 'kept' } }));
      expect((await preflight(name, cache)).found.refused).toBe('kept');
      await writeFile(file, JSON.stringify({ ...kept, host: {} }));
      expect((await preflight(name, cache)).found.refused).not.toBe('kept');
      expect((await readdir(cache)).filter((entry) => entry.includes('probe'))).toEqual([]);
    }, 120_000);

    test('an import that is killed gives no image its name; the next one does, and tidies up', async () => {
      const stop = new AbortController();
      const { signal } = stop;
      // So much that no engine has taken it in when it is killed.
      const much = join(toolchain.dir, 'root/much');
      await writeFile(much, '');
      await truncate(much, 2 ** 29);
      const making = ensureImage(prefix, toolchain, { cache, signal }).catch((e: unknown) => e);
      await sleep(150);
      stop.abort();
      expect(await making).toBeInstanceOf(Failed);
      await rm(much);
      expect(await said('image', 'ls', '--quiet', imageOf(toolchain))).toBe('');
      const whole = { cache, signal: new AbortController().signal };
      const reference = await ensureImage(prefix, toolchain, whole);
      const labels = await said(
        'image',
        'inspect',
        '--format',
        '{{json .Config.Labels}}',
        reference,
      );
      expect(JSON.parse(labels)).toEqual({
        'l7build.toolchain': toolchain.manifest.digest,
        'l7build.gcc': 'gcc (a quoted word) 12',
      });
      const id = await said('image', 'inspect', '--format', '{{.Id}}', reference);
      const label = `label=l7build.toolchain=${toolchain.manifest.digest}`;
      const format = ['--format', '{{.Repository}}:{{.Tag}}'];
      expect(await said('image', 'ls', '--all', '--filter', label, ...format)).toBe(reference);
      expect(await ensureImage(prefix, toolchain, whole)).toBe(reference);
      expect(await said('image', 'inspect', '--format', '{{.Id}}', reference)).toBe(id);
    }, 120_000);

    /** What containers of this engine stand on here. */
    const standing = async (): Promise<Container['root']> => {
      if (engine.manner.root === 'folder') return { folder: join(toolchain.dir, 'root') };
      const { signal } = new AbortController();
      return { image: await ensureImage(prefix, toolchain, { cache, signal }) };
    };

    test('a container that lost its owner is swept, and no other', async () => {
      const gone = spawn('true');
      await once(gone, 'close');
      const own = await ownedName();
      const orphan = own.split('-').with(1, String(gone.pid)).join('-');
      const root = await standing();
      for (const one of [own, orphan]) {
        const words = runArgv(engine, {
          ...{ name: one, root, argv: ['/bin/sh', '-c', 'read -r line < /dev/zero'] },
          ...{ cwd: '/', readable: [], writable: {} },
        });
        // In the background, as if its client had been killed.
        const nth = words.indexOf('run') + 1;
        await exec(words.toSpliced(nth, 0, '--detach') as unknown as Argv);
      }
      await sweep(prefix);
      const filter = `label=${CONTAINER_LABEL}`;
      const left = await said('ps', '--all', '--filter', filter, '--format', '{{.Names}}');
      expect(left.split('\n')).toContain(own);
      expect(left.split('\n')).not.toContain(orphan);
      await said('rm', '--force', own);
    }, 120_000);

    test('runs over a path with every character that engines care about', async () => {
      // Podman's answer to Docker's client takes no comma and no quote.
      const odd = join(cache, name === 'podman' ? 'a,readonly:b=c "$d"' : 'a:b=c $d');
      await mkdir(odd, { recursive: true });
      await chmod(cache, 0o700);
      const own = await ownedName();
      const argv = runArgv(engine, {
        ...{ name: own, root: await standing(), argv: ['/bin/sh', '-c', 'echo text > made'] },
        ...{ cwd: odd, readable: [], writable: { [odd]: odd } },
      });
      await exec(argv);
      await said('rm', '--force', own);
      expect(await readFile(join(odd, 'made'), 'utf8')).toBe('text\n');
    }, 60_000);
  });
}

afterAll(() => rm(cache, { recursive: true }));
