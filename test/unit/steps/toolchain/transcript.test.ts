// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../../src/model/event.js';
import { Failed } from '../../../../src/model/failure.js';
import { Transcript } from '../../../../src/steps/toolchain/transcript.js';

function listen(...lines: readonly string[]): { transcript: Transcript; told: Progress[] } {
  const told: Progress[] = [];
  const transcript = new Transcript(2, (progress) => told.push(progress));
  for (const line of lines) transcript.take(line);
  return { transcript, told };
}

const ended = (reason: 'command-failed' | 'interrupted'): Failed =>
  new Failed({ reason, message: 'mmdebstrap: exit code 25', details: ['the end'], log: '/log' });

describe('what mmdebstrap prints', () => {
  it('tells how far it is; what is unpacked is half done', () => {
    const { told } = listen(
      'I: installing essential packages...',
      'Unpacking base-files (12.4) ...',
      'Unpacking libc6:amd64 (2.36) over (2.36) ...',
      'Unpacking libc6:amd64 (2.36) over (2.36) ...',
      'Setting up libc6:amd64 (2.36) ...',
      'Setting up base-files (12.4) ...',
    );
    expect(told.map(({ done }) => done)).toEqual([0, 1, 1, 1, 2]);
    expect(told[0]).toEqual({ done: 0, total: 2, unit: 'files', note: 'unpack base-files' });
    expect(told[4]?.note).toBe('set up base-files');
  });

  it('is a failure with the lines that tell the cause, not the last ones', () => {
    const { transcript } = listen(
      'dpkg: error processing package libc6 (--install):',
      ' installed libc6 package post-installation script returned 1',
      'E: run_chroot failed: E: install failed',
      'I: removing tempdir',
    );
    const { failure } = transcript.explain(ended('command-failed')) as Failed;
    expect(failure).toMatchObject({ reason: 'command-failed', log: '/log' });
    expect(failure.details).toEqual([
      'dpkg: error processing package libc6 (--install):',
      'E: run_chroot failed: E: install failed',
    ]);
  });

  it('without such a line is told by its end', () => {
    const { failure } = listen('I: x').transcript.explain(ended('command-failed')) as Failed;
    expect(failure.details).toEqual(['the end']);
  });

  it('of a user without users of their own says how to be lent some', () => {
    const { transcript } = listen(
      'E: unable to pick chroot mode automatically (use --mode for manual selection)',
    );
    const { failure } = transcript.explain(ended('command-failed')) as Failed;
    expect(failure.reason).toBe('host-lacks');
    expect(failure.hints?.join()).toContain('usermod --add-subuids');
  });

  it('says nothing of an interruption', () => {
    const error = ended('interrupted');
    expect(listen('E: x').transcript.explain(error)).toBe(error);
  });
});
