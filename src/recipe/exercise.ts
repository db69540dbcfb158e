// SPDX-License-Identifier: GPL-2.0-only
import type { Exception, Exercise, ExerciseStep, Observation } from '../model/exercise.js';
import type { Backend } from '../model/scenario.js';
import { realRoot, recipeVersions } from './directory.js';
import { readRecipe } from './read.js';
import type { References } from './references.js';
import { refused } from './refuse.js';
import { exerciseSchema, type ExerciseWords } from './schema/exercise.js';
import { loadTopology } from './topology.js';
import { compareVersions } from './version.js';
import type { Path } from './yaml.js';

type StepWords = ExerciseWords['steps'][number];
type ObservationWords = NonNullable<StepWords['observe']>[number];
type ExceptionWords = NonNullable<ExerciseWords['not-applicable']>[number];

const KINDS = ['rule', 'run', 'start'] as const;

/**
 * An exercise, checked: its hosts are those of its topology, it has a rule to be about and something to
 * be observed.
 *
 * @param projectRoot the project's folder
 * @param name as the user typed it; need not be well-formed
 * @throws Failed `unknown-recipe` with suggestions, `recipe-invalid` with all faults and their places
 */
export async function loadExercise(projectRoot: string, name: string): Promise<Exercise> {
  const root = await realRoot(projectRoot);
  const { words, file, references } = await readRecipe(root, 'exercise', name, exerciseSchema);
  await references.recipe('topology', words.topology, ['topology']);
  if (references.faults.length > 0) throw refused(references.faults);
  const { hosts } = await loadTopology(root, words.topology);
  const known = hosts.map((host) => host.name);
  const steps = words.steps.map((step, index) => toStep(step, ['steps', index], known, references));
  if (!steps.some(({ essential }) => essential)) {
    references.complain(
      ['steps'],
      'no step is a rule, or essential: nothing that the exercise could fail without',
    );
  }
  if (!steps.some(({ observe }) => observe.length > 0)) {
    references.complain(['steps'], 'nothing is observed');
  }
  const { summary, teaches, topology, 'not-applicable': exceptions = [] } = words;
  const notApplicable = exceptions.map((one, index) =>
    toException(one, ['not-applicable', index], references),
  );
  if (references.faults.length > 0) throw refused(references.faults);
  return { kind: 'exercise', name, summary, file, teaches, topology, steps, notApplicable };
}

/**
 * Why an exercise is not to be tried with a back end of iptables where its rules are on a kernel; undefined where it is.
 *
 * @param kernel name of the kernel's recipe, which is a version
 */
export function whyNot(
  { notApplicable }: Pick<Exercise, 'notApplicable'>,
  kernel: string,
  backend: Backend,
): string | undefined {
  return notApplicable.find(
    ({ backends, from, below }) =>
      (backends?.includes(backend) ?? true) &&
      (from === undefined || compareVersions(kernel, from) >= 0) &&
      (below === undefined || compareVersions(kernel, below) < 0),
  )?.why;
}

/** Names of all exercises, in order. */
export async function exerciseNames(projectRoot: string): Promise<string[]> {
  return recipeVersions(await realRoot(projectRoot), 'exercise');
}

function toStep(
  words: StepWords,
  path: Path,
  hosts: readonly string[],
  references: References,
): ExerciseStep {
  const { on, port, essential, observe = [] } = words;
  if (!hosts.includes(on)) {
    references.complain([...path, 'on'], `there is no host ${on}`, `there is: ${hosts.join(', ')}`);
  }
  const named = KINDS.filter((kind) => words[kind] !== undefined);
  const [kind = 'run'] = named;
  if (named.length !== 1) references.complain(path, `a step is one of ${KINDS.join(', ')}`);
  if (kind === 'rule' && essential === true) {
    references.complain([...path, 'essential'], 'a rule always is');
  }
  if (kind !== 'start' && port !== undefined) {
    references.complain([...path, 'port'], 'only what is started has a port to wait for');
  }
  if (kind === 'start' && observe.length > 0) {
    references.complain([...path, 'observe'], 'what is started tells nothing before the end');
  }
  return {
    kind,
    host: on,
    command: words[kind] ?? '',
    essential: kind === 'rule' || essential === true,
    ...(port === undefined ? {} : { port }),
    observe: observe.map((one, index) =>
      toObservation(one, [...path, 'observe', index], references),
    ),
  };
}

function toException(words: ExceptionWords, path: Path, references: References): Exception {
  const { why, backends, from, below } = words;
  if ((backends ?? from ?? below) === undefined) {
    references.complain(path, 'it would never be tried: say backends, from or below');
  }
  return {
    why,
    ...(backends === undefined ? {} : { backends }),
    ...(from === undefined ? {} : { from }),
    ...(below === undefined ? {} : { below }),
  };
}

function toObservation(words: ObservationWords, path: Path, references: References): Observation {
  const { what, line, is } = words;
  const least = is ?? words.least ?? 0;
  const most = is ?? words.most;
  const bounds = [is, words.least, words.most].filter((bound) => bound !== undefined);
  if (bounds.length === 0 || (is !== undefined && bounds.length > 1)) {
    references.complain(path, `${what}: say what it is, or its least or most`);
  }
  if (most !== undefined && least > most) references.complain(path, `${what}: least is above most`);
  if (line.split('<n>').length > 2) {
    references.complain([...path, 'line'], 'one number is observed: one <n> in a line');
  }
  return { what, line, least, ...(most === undefined ? {} : { most }) };
}
