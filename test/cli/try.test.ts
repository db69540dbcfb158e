// SPDX-License-Identifier: GPL-2.0-only
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ethernet, ipv4, IPV4, pcap, tcp, TCP } from '../unit/protocols/captures.js';
import { COUNTED, MAIN } from './program.js';

const dir = mkdtempSync(join(tmpdir(), 'l7build-try-'));
afterAll(() => {
  rmSync(dir, { recursive: true });
});
const env = { ...process.env, ...COUNTED, L7BUILD_CACHE: join(dir, 'cache') };
const words = (args: readonly string[]): string[] => [MAIN, 'protocols', 'try', ...args];

/** Runs `l7build protocols try` with some input. */
function run(args: readonly string[], input = ''): [number | null, string, string] {
  const options = { env, cwd: dir, input, encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, words(args), options);
  return [status, stdout, stderr];
}

writeFileSync(join(dir, 'greeting.pat'), 'greeting\n^hello$\n');
const hex = (text: string): string => Buffer.from(text).toString('hex');
const line = (text: string): string => `greeting.pat\t>\t${hex(text)}\n`;

test('--lines answers a line for each packet, flow by flow', () => {
  const input = [line('hel'), line(''), line('LO'), line('!'), '\n', line('x'), line('hello')];
  expect(run(['--lines'], input.join(''))).toEqual([0, '0\n0\n1\n1\n0\n0\n', '']);
});

test('--lines cuts nothing, but what it is told to', () => {
  const input = 'x'.repeat(20).replaceAll('x', line('')) + line('hello');
  expect(run(['--lines'], input)[1]).toBe(`${'0\n'.repeat(20)}1\n`);
  expect(run(['--lines', '--num-packets', '20'], input)[1]).toBe('0\n'.repeat(21));
  expect(run(['--lines', '--maxdatalen', '5'], input)[1]).toBe('0\n'.repeat(21));
});

test('--lines answers who waits for each answer', async () => {
  const child = spawn(process.execPath, words(['--lines']), { env, cwd: dir });
  const answers: string[] = [];
  for (const text of ['hel', 'lo', '!']) {
    child.stdin.write(line(text));
    const [answer] = (await once(child.stdout, 'data')) as [Buffer];
    answers.push(answer.toString());
  }
  child.stdin.end();
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(answers).toEqual(['0\n', '1\n', '1\n']);
});

test.each([
  ['greeting.pat > 61\n', /stdin:2: wanted: pattern file, TAB/],
  ['greeting.pat\t?\t61\n', /stdin:2: the direction/],
  ['greeting.pat\t>\t6\n', /stdin:2: the payload is not hex/],
  ['none.pat\t>\t61\n', /none\.pat: No such file/],
])('--lines names the line that is wrong: %j', (wrong, complaint) => {
  const [code, stdout, stderr] = run(['--lines'], line('hello') + wrong + line('hello'));
  expect([code, stdout]).toEqual([2, '1\n']);
  expect(stderr).toMatch(complaint);
});

test('a capture is told flow by flow, in words and as JSON', () => {
  const frame = ethernet(ipv4(TCP, tcp(1000, 8080, 'hello')), IPV4);
  writeFileSync(join(dir, 'two.pcap'), pcap([frame, Buffer.alloc(20)]));
  expect(run(['--folder', '.', 'two.pcap'])).toEqual([
    0,
    'tcp  10.0.0.1:1000 > 10.0.0.2:8080  greeting  at packet 1  1 packets, 5 bytes\n' +
      'not looked at: 1 packets (not IP)\n',
    '',
  ]);
  const [, stdout] = run(['--folder', '.', '--json', 'two.pcap']);
  expect(
    stdout
      .split('\n')
      .slice(0, -1)
      .map((each) => JSON.parse(each) as unknown),
  ).toMatchObject([
    { protocol: 'tcp', client: { port: 1000 }, verdict: 'greeting', packet: 1 },
    { skipped: { packets: 1, why: 'not IP' } },
  ]);
});

test.each([
  [[], /say which capture to read, or --lines/],
  [['--lines', 'two.pcap'], /packets come from standard input/],
  [['--l7proto', 'nothing', 'two.pcap'], /there is no definition of nothing/],
  [['--num-packets', '-1', 'two.pcap'], /has to be a number from 0/],
  [['--set', 'others', 'two.pcap'], /there is no definition set others/],
  [['none.pcap'], /none\.pcap: No such file/],
])('%j is refused in words', (args, complaint) => {
  const [code, stdout, stderr] = run(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(complaint);
});
