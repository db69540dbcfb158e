// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { processesAt, type Ended, type Running } from './program.js';
import { FakeProject } from './project.js';

const STAND_IN = fileURLToPath(new URL('stand-in', import.meta.url));

/** Where programs keep what is of no use after them. */
const TEMPORARY = 'temporary';

export const PAIR = `name: pair
summary: Two hosts on a link
kernel: '9.9'
links: { lan: 10.0.0.0/24 }
hosts:
  gate: { on: { lan: 10.0.0.1 } }
  leaf: { on: { lan: 10.0.0.2 } }
`;

/**
 * A project with the topology `pair`, built, and labs of it with what stands in for QEMU (stand-in/): real are the
 * supervisor, its locks, sockets and pipes. What machines do is in test/guest.
 */
export class LabProject {
  private constructor(readonly project: FakeProject) {}

  static async make(): Promise<LabProject> {
    const project = await FakeProject.make();
    mkdirSync(join(project.root, TEMPORARY));
    project.put('recipes/topologies/pair.yaml', PAIR);
    const { code, stderr } = await project.build();
    if (code !== 0) throw new Error(stderr);
    return new LabProject(project);
  }

  /**
   * @param deaf hosts that never answer, with commas between
   * @param speed of the hosts' clocks; 1 is right
   */
  start(words: readonly string[], deaf = '', speed = 1): Running {
    const path = `${STAND_IN}:${process.env['PATH'] ?? ''}`;
    const env = {
      PATH: path,
      STAND_IN_DEAF: deaf,
      STAND_IN_SPEED: String(speed),
      TMPDIR: join(this.project.root, TEMPORARY),
    };
    return this.project.start(['lab', ...words], env);
  }

  lab(...words: string[]): Promise<Ended> {
    return this.start(words).ended;
  }

  /** Processes and files of labs; a lock file without a holder is none. */
  left(): string[] {
    const labs = join(this.project.cache, 'labs');
    const files = existsSync(labs) ? readdirSync(labs, { recursive: true }) : [];
    const temporary = readdirSync(join(this.project.root, TEMPORARY));
    return [...processesAt(this.project.root), ...files.map(String), ...temporary];
  }
}
