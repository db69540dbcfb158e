// SPDX-License-Identifier: GPL-2.0-only
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failed, type Failure } from '../../src/model/failure.js';
import type { Era } from '../../src/model/recipe.js';
import type { StepContext, StepResult } from '../../src/model/step.js';
import { image } from '../../src/steps/image.js';
import type { Entry } from '../../src/model/store.js';
import { verify } from '../../src/steps/verify.js';
import { calibrate } from '../../src/vm/calibrate.js';
import { startGuest, type Guest } from '../../src/vm/guest.js';
import type { GuestOptions } from '../../src/vm/guest-options.js';
import { debianKernel, troubleModule } from './debian-kernel.js';
import { muslBusybox } from './musl-busybox.js';

const PROJECT = join(import.meta.dirname, '../..');
const ERA: Era = { name: 'modern', panicNow: '-1', userland: 'host' };

let folder: string;
let kernelDir: string;
let trouble: string;
let guests = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'l7build-guest-'));
  const kernel = await debianKernel(folder);
  kernelDir = kernel.dir;
  trouble = await troubleModule(folder, kernel.release);
  for (const path of ['image', 'scratch', 'match/modules', 'iptables/root']) {
    await mkdir(join(folder, path), { recursive: true });
  }
  await image(
    { modules: ['nf_conntrack'], definitions: [], guest: [] },
    context({ out: join(folder, 'image') }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

function context(change: Partial<StepContext>): StepContext {
  const roles = ['kernel', 'image', 'match', 'iptables'];
  return {
    taskId: 'test',
    project: PROJECT,
    scratch: join(folder, 'scratch'),
    cache: folder,
    needs: Object.fromEntries(roles.map((role) => [role, { dir: join(folder, role) }])),
    signal: new AbortController().signal,
    progress: () => undefined,
    warn: () => undefined,
    ...change,
  } as unknown as StepContext;
}

async function start(
  options: Partial<GuestOptions> = {},
  initrd = join(folder, 'image/initramfs.cpio.gz'),
): Promise<Guest> {
  guests += 1;
  const dir = join(folder, `guest-${String(guests)}`);
  await mkdir(dir);
  const [vmlinuz = ''] = (await readdir(join(kernelDir, 'boot'))).filter((name) =>
    name.startsWith('vmlinuz'),
  );
  return startGuest(
    {
      kernel: join(kernelDir, 'boot', vmlinuz),
      initrd,
      accelerator: (await calibrate(folder)).accelerator,
      memoryMiB: 256,
      cpus: 1,
      panicNow: ERA.panicNow,
      ports: join(dir, 'ports'),
      consoleLog: join(dir, 'console.log'),
    },
    { signal: new AbortController().signal, ...options },
  );
}

/** What becomes of a guest in which this script runs. */
async function outcome(
  script: string,
  options: Partial<GuestOptions> = {},
): Promise<Failure | 'passed'> {
  const guest = await start(options);
  try {
    await guest.run(script);
    await guest.stop();
    return 'passed';
  } catch (error) {
    if (error instanceof Failed) return error.failure;
    throw error;
  } finally {
    await guest.kill();
  }
}

describe('a guest with a real kernel', () => {
  it('comes up, runs scripts, keeps time, and ends clean', async () => {
    const guest = await start();
    expect(guest.release).toMatch(/^6\.1\..*-cloud-amd64$/);
    const both = await Promise.all([guest.run('uname -r; lsmod'), guest.run('sleep 1; exit 3')]);
    expect(both[0].stdout).toContain(guest.release);
    expect(both[0].stdout).toContain('nf_conntrack');
    expect(both[1].exitCode).toBe(3);
    await expect.poll(() => guest.clock?.rate, { timeout: 5000 }).toBeDefined();
    expect(Math.abs((guest.clock?.rate ?? 0) - 1)).toBeLessThan(0.2);
    expect(Math.abs(guest.clock?.offsetMs ?? Infinity)).toBeLessThan(10_000);
    await guest.stop();
    expect(guest.complaints).toEqual([]);
  });

  it('tells a panic', async () => {
    expect(await outcome('echo c >/proc/sysrq-trigger')).toMatchObject({
      reason: 'guest-panic',
      message: expect.stringContaining('sysrq triggered crash') as string,
    });
  });

  it.each([
    ['oops', 'guest-oops', /oopsed: BUG: kernel NULL pointer dereference/],
    ['bug', 'guest-oops', /hit a BUG: kernel BUG at .*trouble\.c/],
    ['warning', 'guest-oops', /warned: WARNING: .*trouble_init/],
  ])('tells a kernel %s, even if all scripts end well', async (kind, reason, message) => {
    const failure = await outcome(`${trouble} kind=${kind}; exit 0`);
    expect(failure).toMatchObject({ reason, message: expect.stringMatching(message) as string });
  });

  it('tells a kernel that went silent', async () => {
    const failure = await outcome(`${trouble} kind=deaf`, { silenceMs: 4000 });
    expect(failure).toMatchObject({
      reason: 'guest-hang',
      message: 'the guest has not answered for 4 s',
    });
  });

  it('tells an agent that went silent', async () => {
    // All of it: the loop, and the job that runs this.
    const stop =
      'kill -STOP $(ps -o pid,args | grep "[/]bin/agent" | while read -r pid rest; do echo $pid; done)';
    expect(await outcome(stop, { silenceMs: 4000 })).toMatchObject({ reason: 'guest-hang' });
  });

  it('tells a guest that ended by itself', async () => {
    expect(await outcome('reboot -f')).toMatchObject({
      reason: 'guest-died',
      message: 'the guest died: QEMU ended with exit code 0',
    });
  });
});

describe('verify', () => {
  const SCENARIO = `name: small
summary: What needs no iptables, and what does
exchanges:
  - name: page
    http: 8080
  - name: chat
    port: 99
    talk:
      - server: "hello\\0\\xff\\n"
      - client: "bye\\r\\n"
      - server: end
checks:
  - id: traffic
    title: Programs talk to each other
    rules: {}
    traffic: [page, chat]
    expect:
      exchanges: { page: completed, chat: completed }
`;
  const RULES = `  - id: rules
    title: Rules are loaded
    rules: { all: -A INPUT }
    expect:
      counts: { all: none }
`;

  async function run(
    scenario: string,
    booted = join(folder, 'image'),
  ): Promise<StepResult & { out: string; notes: string[] }> {
    const project = await mkdtemp(join(folder, 'project-'));
    const out = join(project, 'out');
    await mkdir(join(project, 'recipes'), { recursive: true });
    await mkdir(out);
    await symlink(join(PROJECT, 'guest'), join(project, 'guest'));
    await writeFile(join(project, 'recipes/small.yaml'), scenario);
    const notes: string[] = [];
    const params = {
      scenarios: [{ path: 'recipes/small.yaml', sha256: '' }],
      era: ERA,
      backends: ['legacy'] as const,
      families: ['ipv4', 'ipv6'] as const,
    };
    const ctx = context({});
    const result = await verify(
      params,
      context({
        needs: { ...ctx.needs, image: { dir: booted } as Entry },
        project,
        out,
        scratch: project,
        log: join(project, 'verify.log'),
        progress: ({ done, total, unit }) => notes.push(`${String(done)}/${String(total)} ${unit}`),
      }),
    );
    return { ...result, out, notes };
  }

  it('passes what is so, and keeps checks and console', async () => {
    const { facts, out, notes } = await run(SCENARIO);
    expect(facts).toMatchObject({
      checks: [
        { id: 'traffic', variant: 'legacy, ipv4', outcome: 'passed' },
        { id: 'traffic', variant: 'legacy, ipv6', outcome: 'passed' },
      ],
      complaints: [],
      release: expect.stringMatching(/^6\.1/) as string,
    });
    expect(notes).toEqual(['1/2 checks', '2/2 checks']);
    expect(JSON.parse(await readFile(join(out, 'checks.json'), 'utf8'))).toEqual(facts?.['checks']);
    expect(await readFile(join(out, 'console.log'), 'utf8')).toContain('Linux version 6.1');
  });

  it('passes it as well where the guest has the busybox of musl, and nothing of the host', async () => {
    const out = join(folder, 'musl-image');
    await mkdir(out);
    const { needs } = context({});
    const busybox = { dir: await muslBusybox(folder) } as Entry;
    await image(
      { modules: ['nf_conntrack'], definitions: [], guest: [] },
      context({ out, needs: { ...needs, busybox }, scratch: await mkdtemp(join(folder, 'musl-')) }),
    );
    const { facts } = await run(SCENARIO, out);
    expect(facts).toMatchObject({
      checks: [{ outcome: 'passed' }, { outcome: 'passed' }],
      complaints: [],
    });
    const guest = await start({}, join(out, 'initramfs.cpio.gz'));
    const { stdout } = await guest.run('busybox | head -n 1; lsmod; ls /lib /lib64 2>/dev/null');
    // The date is that of the sources; Debian's own says who made it.
    expect(stdout).toMatch(/^BusyBox v1\.35\.0 \(2021-12-26 [0-9:]+ UTC\) multi-call binary\.\n/);
    expect(stdout).toContain('nf_conntrack');
    expect(stdout).not.toContain('ld-linux');
    await guest.stop();
    expect(guest.complaints).toEqual([]);
  });

  it('fails with a line for each check that did not hold', async () => {
    const failed = run(SCENARIO + RULES).catch((error: unknown) => (error as Failed).failure);
    expect(await failed).toMatchObject({
      reason: 'check-failed',
      message: '2 of 4 checks failed in the guest',
      details: [
        expect.stringMatching(
          /^rules \(legacy, ipv4\): .*refused: .*iptables-restore: not found/,
        ) as string,
        expect.stringMatching(/^rules \(legacy, ipv6\): .*ip6tables-restore: not found/) as string,
      ],
    });
  });
});
