// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
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
