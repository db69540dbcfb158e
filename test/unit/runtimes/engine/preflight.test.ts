// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { findProgram } from '../../../../src/host/tools.js';
import type { Failed } from '../../../../src/model/failure.js';
import { preflight } from '../../../../src/runtimes/engine/preflight.js';

/** A podman of a host where nothing may be mounted and no limit be set. */
const PODMAN = `#!/bin/sh
[ "$1" = version ] && echo 9.9 && exit
case " $* " in
*' run '*) ;;
*' import '*) exec cat >/dev/null ;;
*) exit 0 ;;
esac
{
	echo 'time="2026-01-02T03:04:05Z" level=error msg="Unmounting /var/lib/x/'$$': invalid argument"'
	echo 'Error: crun: setrlimit: Operation not permitted'
} >&2
exit 126
`;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l7build-preflight-'));
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/podman'), PODMAN, { mode: 0o755 });
  vi.stubEnv('PATH', `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('an engine that runs nothing is told with its own reason, and what else could run containers', async () => {
  const { failure } = await preflight('podman', join(folder, 'cache')).then(
    () => expect.unreachable('it runs something'),
    (error: unknown) => error as Failed,
  );
  expect(failure.message).toBe(
    'podman 9.9 runs no container here that is confined as it has to be',
  );
  expect(failure.details).toEqual(['crun: setrlimit: Operation not permitted']);
  const others = ['runc', 'crun'].filter(
    (name) => findProgram(name, '/usr/bin:/usr/sbin') === undefined,
  );
  expect(failure.hints?.filter((hint) => hint.startsWith('another OCI runtime'))).toEqual(
    others.length === 0 ? [] : [`another OCI runtime may do: install ${others.join(' or ')}`],
  );
});
