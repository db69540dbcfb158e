// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { Failed } from '../../../src/model/failure.js';
import { Qmp } from '../../../src/vm/qmp.js';

/** A conversation with what stands here for QEMU: it answers commands by their names. */
function conversation(answers: Readonly<Record<string, object>>): { qmp: Qmp; sent: string[] } {
  const sent: string[] = [];
  const qmp = new Qmp((text) => {
    const { execute, id } = JSON.parse(text) as { execute: string; id: string };
    sent.push(execute);
    queueMicrotask(() => {
      qmp.receive('{"event": "RESUME"}');
      qmp.receive(JSON.stringify({ ...answers[execute], id }));
    });
    return Promise.resolve();
  });
  return { qmp, sent };
}

it('waits for the greeting before it asks for anything', async () => {
  const { qmp, sent } = conversation({ qmp_capabilities: { return: {} } });
  const open = qmp.open();
  await new Promise((done) => setTimeout(done, 20));
  expect(sent).toEqual([]);
  qmp.receive('no JSON');
  qmp.receive('{"QMP": {"version": {}}}');
  await open;
  expect(sent).toEqual(['qmp_capabilities']);
});

it("tells what QEMU refuses, in QEMU's words", async () => {
  const { qmp } = conversation({ 'object-add': { error: { desc: 'no such file' } } });
  await expect(qmp.execute('object-add', { id: 'a' })).rejects.toMatchObject({
    failure: { reason: 'command-failed', message: 'QEMU: no such file' },
  });
});

it('gives what QEMU answers, and ends with a failure that it is told, now and later', async () => {
  const { qmp } = conversation({ 'query-migrate': { return: { status: 'active' } } });
  expect(await qmp.execute('query-migrate')).toEqual({ status: 'active' });
  const waiting = qmp.open();
  const failure = new Failed({ reason: 'guest-died', message: 'the guest died' });
  qmp.fail(failure);
  await expect(waiting).rejects.toBe(failure);
  await expect(qmp.execute('stop')).rejects.toBe(failure);
});
