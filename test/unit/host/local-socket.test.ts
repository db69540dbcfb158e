// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  askLocally,
  receiveLocally,
  sendLocally,
  serveLocally,
  type Answer,
} from '../../../src/host/local-socket.js';

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'l7build-socket-'));
  // Longer than the path of a socket may be.
  folder = join(root, 'f'.repeat(100), 'g'.repeat(100));
  mkdirSync(folder, { recursive: true });
});
afterEach(() => {
  rmSync(root, { recursive: true });
});

const never = new AbortController().signal;

async function ask(request: string, signal = never): Promise<string[]> {
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  await askLocally(folder, 'control', request, { onLine, signal });
  return lines;
}

it('answers each that asks, in lines of any length, in a folder with a long name', async () => {
  const answer: Answer = async (request, { say }) => {
    await new Promise((done) => setTimeout(done, 10));
    say(request);
    say('x'.repeat(1_000_000));
  };
  const server = await serveLocally(folder, 'control', answer);
  const answers = await Promise.all(['one', 'two ✓'].map((request) => ask(request)));
  expect(answers.map(([first]) => first)).toEqual(['one', 'two ✓']);
  expect(answers.map(([, second]) => second?.length)).toEqual([1_000_000, 1_000_000]);
  await server.close();
  expect(readdirSync(folder)).toEqual([]);
});

it('learns that nobody listens any more, and is heard all the same', async () => {
  const server = await serveLocally(folder, 'control', async (_, { say, gone }) => {
    say('waiting');
    if (!gone.aborted) await once(gone, 'abort');
    say('gone');
  });
  expect(await ask('wait', AbortSignal.timeout(50))).toEqual(['waiting', 'gone']);
  await server.close();
});

it('passes on what follows a request, also what comes before anybody hears it', async () => {
  const server = await serveLocally(folder, 'control', async (request, { say, hear }) => {
    await new Promise((done) => setTimeout(done, 20));
    await new Promise<void>((done) => {
      hear((line) => {
        say(`${request} ${line}`);
        if (line === 'last') done();
      });
    });
  });
  const lines: string[] = [];
  const onLine = (line: string): void => void lines.push(line);
  await askLocally(folder, 'control', 'heard', {
    ...{ onLine, signal: never },
    talk: (send) => {
      send('one');
      send('two ✓');
      setTimeout(send, 60, 'last');
    },
  });
  expect(lines).toEqual(['heard one', 'heard two ✓', 'heard last']);
  await server.close();
});

it('hangs up on who sends a line without an end', async () => {
  const heard: string[] = [];
  const server = await serveLocally(folder, 'control', (request) => {
    heard.push(request);
    return Promise.resolve();
  });
  await ask('x'.repeat(2 * 1024 * 1024)).catch(() => []);
  await ask('short');
  expect(heard).toEqual(['short']);
  await server.close();
});

it('says that nobody is there', async () => {
  await expect(ask('hello')).rejects.toMatchObject({ code: 'ENOENT' });
});

it('ends with connections open, and takes the place of a socket that was left', async () => {
  const forever: Answer = () => new Promise(() => undefined);
  const server = await serveLocally(folder, 'control', forever);
  const asked = ask('anything').catch(() => []);
  await new Promise((done) => setTimeout(done, 50));
  await server.close();
  expect(await asked).toEqual([]);
  const again = await serveLocally(folder, 'control', (request, { say }) => {
    say(request);
    return Promise.resolve();
  });
  expect(await ask('again')).toEqual(['again']);
  await again.close();
});

it('hands a file over, whole, and leaves no socket', async () => {
  const [from, to] = [join(root, 'from'), join(root, 'to')];
  writeFileSync(from, 'x'.repeat(3_000_000));
  await receiveLocally(folder, 'state', to, () => sendLocally(folder, 'state', from));
  expect(readFileSync(to, 'utf8')).toBe(readFileSync(from, 'utf8'));
  expect(readdirSync(folder)).toEqual([]);
});

it('waits no longer for one who does not come, and replaces no file', async () => {
  const late = new Error('it has ended');
  const to = join(root, 'to');
  await expect(receiveLocally(folder, 'state', to, () => Promise.reject(late))).rejects.toBe(late);
  writeFileSync(to, 'there');
  await expect(
    receiveLocally(folder, 'state', to, () => sendLocally(folder, 'state', to)),
  ).rejects.toMatchObject({ code: 'EEXIST' });
  expect(readFileSync(to, 'utf8')).toBe('there');
  await expect(sendLocally(folder, 'state', to)).rejects.toMatchObject({ code: 'ENOENT' });
});
