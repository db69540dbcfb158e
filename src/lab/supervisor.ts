// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { interrupted } from '../host/exec.js';
import { serveLocally, type Answer, type Asker } from '../host/local-socket.js';
import { withLock } from '../host/lock.js';
import { ownIdentity } from '../host/processes.js';
import { Failed } from '../model/failure.js';
import { alreadyUp } from './failures.js';
import { clear, CONTROL, labLock, makeFolder } from './folder.js';
import { Lab } from './lab.js';
import { passOn } from './pass-on.js';
import type { LabNews, LabOrder, LabReply, LabRequest } from './messages.js';

/**
 * Brings a lab up and holds it until the signal fires; then nothing of it is left. All of it dies with
 * this process, by whatever death, but for the files.
 *
 * @param tell told of what comes up, and of the failure if there is one
 * @param signal ends the lab, at any moment
 */
export async function supervise(
  order: LabOrder,
  tell: (news: LabNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const { name, store } = order;
  try {
    const held = (): Failed => alreadyUp(name);
    await withLock(labLock(store, name), () => hold(order, tell, signal), { signal, held });
  } catch (error) {
    if (!(error instanceof Failed)) throw error;
    tell({ news: 'failed', failure: error.failure });
  }
}

async function hold(
  order: LabOrder,
  tell: (news: LabNews) => void,
  signal: AbortSignal,
): Promise<void> {
  const { name, store, topology } = order;
  const since = new Date().toISOString();
  const hosts = topology.hosts.map((host) => host.name);
  const record = { name, topology: topology.name, hosts, supervisor: ownIdentity(), since };
  const folder = await makeFolder(store, record);
  const lab = new Lab(order, folder);
  try {
    await lab.start(tell, signal);
    const server = await serveLocally(folder, CONTROL, answering(lab));
    try {
      tell({ news: 'up', status: lab.status() });
      await aborted(signal);
    } finally {
      await server.close();
    }
  } catch (error) {
    throw error instanceof Failed ? withoutLog(error) : error;
  } finally {
    await lab.kill();
    await clear(folder);
  }
}

/** The console goes with the lab; its lines that matter are in the failure. */
function withoutLog({ failure: { log: _, ...rest } }: Failed): Failed {
  return new Failed(rest);
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw interrupted();
  await once(signal, 'abort');
}

function answering(lab: Lab): Answer {
  return async (request, asker) => {
    const say = (reply: LabReply): void => {
      asker.say(JSON.stringify(reply));
    };
    try {
      await answer(lab, JSON.parse(request) as LabRequest, asker, say);
    } catch (error) {
      if (error instanceof Failed) say({ say: 'failed', failure: error.failure });
      else say({ say: 'failed', failure: { reason: 'command-failed', message: String(error) } });
    }
  };
}

async function answer(
  lab: Lab,
  request: LabRequest,
  asker: Asker,
  say: (reply: LabReply) => void,
): Promise<void> {
  switch (request.do) {
    case 'status':
      say({ say: 'status', status: lab.status() });
      return;
    case 'exec':
      await lab.settled();
      await passOn(lab.machine(request.host), request, asker, say);
      return;
    case 'snapshots':
      say({ say: 'snapshots', snapshots: await lab.saved() });
      return;
    case 'save':
      say({ say: 'snapshots', snapshots: [await lab.saveAs(request.label)] });
      return;
    case 'restore':
      say({ say: 'status', status: await lab.goBackTo(request.label) });
      return;
    case 'remove':
      await lab.forget(request.label);
      say({ say: 'snapshots', snapshots: await lab.saved() });
      return;
    case 'capture': {
      const stop = await lab.capture(request.link, request.file);
      say({ say: 'capturing' });
      if (!asker.gone.aborted) await once(asker.gone, 'abort');
      await stop();
      say({ say: 'captured' });
      return;
    }
  }
}
