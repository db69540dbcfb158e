// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { exec } from '../../../../src/host/exec.js';
import { Failed } from '../../../../src/model/failure.js';
import { belowFirst, groupDir } from '../../../../src/runtimes/engine/run.js';

test('the control group of a container is found in both versions', () => {
  const v1 = '12:cpu,cpuacct:/a\n8:pids:/libpod_parent/x:y\n0::/unified\n';
  expect(groupDir(v1)).toBe('/sys/fs/cgroup/pids/libpod_parent/x:y');
  expect(groupDir('0::/user.slice/libpod-1.scope\n')).toBe(
    '/sys/fs/cgroup/user.slice/libpod-1.scope',
  );
  expect(groupDir('')).toBeUndefined();
});

test('the first process of a container passes on arguments, output and the exit code', async () => {
  const words = ['', ' ', '$HOME', '-n', "'"];
  const script = 'for word; do printf "%s|" "$word"; done';
  const argv = belowFirst(['sh', '-c', script, 'sh', ...words]);
  expect((await exec(argv)).stdout).toBe(words.map((word) => `${word}|`).join(''));
  const { exitCode } = await exec(belowFirst(['sh', '-c', 'exit 42']), { accept: [42] });
  expect(exitCode).toBe(42);
});

test('a command that is killed is told by its exit code', async () => {
  const argv = belowFirst(['sh', '-c', 'kill -9 $$']);
  const error: unknown = await exec(argv).catch((e: unknown) => e);
  if (!(error instanceof Failed)) throw new Error('it did not fail');
  expect(error.failure.message).toMatch(/exit code 137$/);
});
