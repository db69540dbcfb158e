// SPDX-License-Identifier: GPL-2.0-only
import { interrupted } from '../../host/exec.js';
import { startDetached } from '../../host/detached.js';
import type { LabNews, LabOrder, LabStatus } from '../../lab/messages.js';
import { Failed } from '../../model/failure.js';
import { newsLine } from './status-text.js';

/**
 * Starts the lab's supervisor, which is this program once more in a session of its own, and waits until
 * the lab is up. When this fails or is interrupted, nothing of the lab is left.
 *
 * @param log gets what the supervisor has to say of its own faults
 * @throws Failed of the lab, `interrupted`
 */
export async function bringUp(
  order: LabOrder,
  log: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<LabStatus> {
  const ends: { status?: LabStatus; failed?: Failed } = {};
  const [, program = ''] = process.argv;
  const supervisor = startDetached([process.execPath, program, 'lab', 'hold'], {
    input: JSON.stringify(order),
    log,
    onLine: (line) => {
      const news = JSON.parse(line) as LabNews;
      const told = newsLine(news);
      if (told !== undefined) say(told);
      if (news.news === 'failed') ends.failed = new Failed(news.failure);
      if (news.news === 'up') {
        ends.status = news.status;
        supervisor.leave();
      }
    },
  });
  const stop = (): void => {
    supervisor.stop();
  };
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  await supervisor.ended;
  signal.removeEventListener('abort', stop);
  if (ends.status !== undefined) return ends.status;
  if (signal.aborted) throw interrupted();
  throw (
    ends.failed ?? new Failed({ reason: 'command-failed', message: 'the supervisor died', log })
  );
}
