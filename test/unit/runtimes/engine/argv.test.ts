// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import {
  engineArgv,
  runArgv,
  withEnv,
  type Container,
  type Engine,
} from '../../../../src/runtimes/engine/argv.js';

const MANNER = {
  runtime: '',
  ulimits: 'own',
  limits: 'set',
  root: 'folder',
  labels: 'own',
} as const satisfies Engine['manner'];

function engine(change: Partial<Engine> = {}): Engine {
  const allowed = { memory: 2 ** 30, processes: 192 };
  return { name: 'podman', manner: MANNER, uid: 501, gid: 20, allowed, ...change };
}

function container(change: Partial<Container> = {}): Container {
  return {
    name: 'l7build-1-2-3-ab',
    root: { folder: '/store/root' },
    argv: ['make', '-j2'],
    cwd: '/store/work/src',
    readable: ['/store'],
    writable: { '/store/work/src': '/store/work/src' },
    ...change,
  };
}

/** The words that follow each appearance of a word. */
function after(argv: readonly string[], word: string): string[] {
  return argv.flatMap((found, nth) => (found === word ? [argv[nth + 1] ?? ''] : []));
}

describe('argv of a container', () => {
  test('keeps the command in, whoever the engine is', () => {
    for (const name of ['podman', 'docker'] as const) {
      const argv = runArgv(engine({ name }), container());
      expect(argv.slice(0, 2)).toEqual([name, 'run']);
      expect(argv).toContain('--read-only');
      expect(after(argv, '--network')).toEqual(['none']);
      expect(after(argv, '--cap-drop')).toEqual(['all']);
      expect(after(argv, '--security-opt')).toEqual(['no-new-privileges']);
      expect(after(argv, '--pids-limit')).toEqual(['192']);
      expect([...after(argv, '--memory'), ...after(argv, '--memory-swap')]).toEqual([
        '1073741824',
        '1073741824',
      ]);
      expect(after(argv, '--pull')).toEqual(['never']);
      expect(argv).not.toContain('--privileged');
    }
  });

  test('ends in the root and the command', () => {
    const ending = (argv: readonly string[]): readonly string[] => argv.slice(-4);
    expect(ending(runArgv(engine(), container()))).toEqual([
      ...['--rootfs', '/store/root:O'],
      ...['make', '-j2'],
    ]);
    const image = container({ root: { image: 'localhost/x:1' } });
    expect(ending(runArgv(engine(), image))).toEqual([
      ...['/store/work/src', 'localhost/x:1'],
      ...['make', '-j2'],
    ]);
  });

  test('podman maps the caller to a user without powers, docker takes the caller’s numbers', () => {
    const podman = runArgv(engine(), container());
    expect(after(podman, '--uidmap')).toEqual(['1000:0:1', '0:1:1']);
    expect(after(podman, '--gidmap')).toEqual(['1000:0:1', '0:1:1']);
    expect(after(podman, '--user')).toEqual(['1000:1000']);
    const docker = runArgv(engine({ name: 'docker' }), container());
    expect(after(docker, '--user')).toEqual(['501:20']);
    expect(after(docker, '--uidmap')).toEqual([]);
  });

  test('mounts the outer before the inner, and what is writable only so', () => {
    const argv = runArgv(
      engine(),
      container({ readable: ['/s/w', '/s'], writable: { '/s/w': '/s/w', '/s/v': '/copy' } }),
    );
    expect(after(argv, '--mount')).toEqual([
      'type=bind,src=/s,dst=/s,readonly',
      'type=bind,src=/s/w,dst=/s/w',
      'type=bind,src=/copy,dst=/s/v',
    ]);
  });

  test('a path is a path, whatever is in it', () => {
    const odd = '/s/a,readonly:b "c"';
    const argv = runArgv(engine(), container({ readable: [], writable: { [odd]: odd } }));
    const quoted = '/s/a,readonly:b ""c""';
    expect(after(argv, '--mount')).toEqual([`type=bind,"src=${quoted}","dst=${quoted}"`]);
  });

  test('departs where the host needs it', () => {
    const manner = { ...MANNER, runtime: 'runc', ulimits: 'low', limits: 'none', labels: 'off' };
    const odd = engine({ manner: manner as Engine['manner'] });
    const argv = runArgv(odd, container());
    expect(engineArgv(odd)).toEqual(['podman', '--runtime', 'runc']);
    expect(argv.slice(0, 4)).toEqual(['podman', '--runtime', 'runc', 'run']);
    expect(after(argv, '--ulimit')).toEqual(['nofile=4096:4096', 'nproc=4096:4096']);
    expect(after(argv, '--security-opt')).toEqual(['no-new-privileges', 'label=disable']);
    expect(argv).not.toContain('--memory');
    expect(argv).not.toContain('--pids-limit');
  });

  test('hands input on only when it is asked to', () => {
    expect(runArgv(engine(), container())).not.toContain('--interactive');
    expect(runArgv(engine(), container({ input: 'stream' }))).not.toContain('--tty');
    expect(runArgv(engine(), container({ input: 'terminal' }))).toContain('--tty');
  });
});

test('a command’s environment is set from nothing', () => {
  expect(withEnv(['make', 'A=1'], { PATH: '/bin', NAME: 'a b' })).toEqual([
    ...['/usr/bin/env', '-i', 'PATH=/bin', 'NAME=a b'],
    ...['make', 'A=1'],
  ]);
});
