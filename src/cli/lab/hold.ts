// SPDX-License-Identifier: GPL-2.0-only
import type { LabNews, LabOrder } from '../../lab/messages.js';
import { supervise } from '../../lab/supervisor.js';
import { EXIT, Failed, type ExitCode } from '../../model/failure.js';
import { writeLine } from '../screen.js';

/**
 * Holds a lab, for bringUp: its order comes as a line on standard input. Should that end before the
 * lab is up, whoever wanted it has died, and the lab ends too.
 */
export async function hold(signal: AbortSignal): Promise<ExitCode> {
  const abandoned = new AbortController();
  let up = false;
  const order = await firstLine(() => {
    if (!up) abandoned.abort();
  });
  const tell = (news: LabNews): void => {
    if (abandoned.signal.aborted) return;
    up ||= news.news === 'up';
    writeLine(JSON.stringify(news));
  };
  await supervise(order, tell, AbortSignal.any([signal, abandoned.signal]));
  // As long as it is open this process does not end, for which the other side waits.
  process.stdin.destroy();
  return EXIT.verified;
}

async function firstLine(onEnd: () => void): Promise<LabOrder> {
  const { stdin } = process;
  const line = await new Promise<string>((done) => {
    let text = '';
    stdin.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('\n')) done(text);
    });
    stdin.once('end', () => {
      onEnd();
      done(text);
    });
  });
  if (line.endsWith('\n')) return JSON.parse(line) as LabOrder;
  const message = 'l7build lab hold is not for people';
  throw new Failed({ reason: 'usage', message, hints: ['bring a lab up: l7build lab up'] });
}
