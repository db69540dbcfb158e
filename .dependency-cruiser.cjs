// SPDX-License-Identifier: GPL-2.0-only

/**
 * Who may see whom below src/. The flow has one direction:
 *   argv -> Recipe (checked data) -> Plan (pure) -> Run (effects) -> Events -> Report, exit code
 * A folder always sees itself and, beside what stands here, nothing else of src/.
 */
const SEES = {
  model: [],
  plan: ['model'],
  host: ['model'],
  kconfig: ['model', 'host'],
  recipe: ['model', 'host', 'kconfig'],
  series: ['model', 'host'],
  // A scenario is a file of recipes/ too: read, bounded and complained of in the same way.
  scenario: ['model', 'host', 'recipe'],
  protocols: ['model', 'host'],
  vm: ['model', 'host'],
  // What a lab's machines boot into is kept in the store, as what tasks make is.
  lab: ['model', 'host', 'vm', 'engine'],
  // The builder qemu runs commands in a virtual machine.
  runtimes: ['model', 'host', 'vm'],
  sources: ['model', 'host'],
  formats: ['model', 'host'],
  report: ['model', 'host'],
  ui: ['model'],
  steps: [
    'model',
    'host',
    'sources',
    'runtimes',
    'formats',
    'vm',
    'series',
    'kconfig',
    'scenario',
    'protocols',
  ],
  // The engine resolves apt sources before it makes cache keys, through the folder's front door.
  engine: ['model', 'host', 'plan', 'steps', 'sources/index.ts'],
  // A bundle is read from the store and put into one, by the keys that a plan gives.
  bundle: ['model', 'host', 'plan', 'engine', 'formats', 'sources/index.ts'],
};

/** Everything of src/ except a folder's own files and those it may see. */
function beyond(folder, seen) {
  const allowed = [folder, ...seen].map((name) => (name.endsWith('.ts') ? `${name}$` : `${name}/`));
  return `^src/(?!${allowed.join('|')})`;
}

const layers = Object.entries(SEES).map(([folder, seen]) => ({
  name: `${folder}-sees`,
  comment: `src/${folder} may import from: ${seen.join(', ') || 'nothing else'}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: beyond(folder, seen) },
}));

/** npm packages with one home each; a package that is not listed may not be imported at all. */
const HOMES = {
  commander: ['cli'],
  execa: ['host'],
  'fast-xml-builder': ['formats', 'report'],
  got: ['host'],
  listr2: ['ui'],
  ora: ['ui'],
  'packageurl-js': ['report'],
  'simple-git': ['host'],
  tar: ['host'],
  yaml: ['recipe', 'scenario'],
  zod: ['recipe', 'scenario', 'bundle'],
};

const packages = Object.entries(HOMES).map(([name, homes]) => ({
  name: `${name}-lives-in-${homes.join('-and-')}`,
  severity: 'error',
  from: { path: '^src/', pathNot: `^src/(${homes.join('|')})/` },
  to: { path: `node_modules/${name}/` },
}));

module.exports = {
  forbidden: [
    ...layers,
    ...packages,
    {
      name: 'known-folders',
      comment: 'a new folder of src/ says above what it may see',
      severity: 'error',
      from: {},
      to: { path: `^src/(?!(${[...Object.keys(SEES), 'cli'].join('|')})/)` },
    },
    {
      name: 'known-packages',
      comment: 'a new npm package says above where it lives',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: `node_modules/(?!(${Object.keys(HOMES).join('|')})/)` },
    },
    {
      name: 'effects-in-host',
      comment:
        'processes, sockets, streams and synchronous files only in src/host; node:fs/promises is ' +
        'free to the folders whose work is reading and writing files',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/host/' },
      to: {
        dependencyTypes: ['core'],
        path: '^(node:)?(fs|child_process|cluster|dgram|dns|dns/promises|http|http2|https|net|tls|worker_threads)$',
      },
    },
    {
      name: 'no-files-in-pure-folders',
      comment: 'model, plan, report and ui compute and print; they touch no file',
      severity: 'error',
      from: { path: '^src/(model|plan|report|ui)/' },
      to: { dependencyTypes: ['core'], path: '^(node:)?fs/promises$' },
    },
    {
      name: 'model-is-alone',
      comment: 'the contract depends on nothing, not even on Node',
      severity: 'error',
      from: { path: '^src/model/' },
      to: { pathNot: '^src/model/' },
    },
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'nobody imports it and it imports nobody',
      severity: 'error',
      from: { orphan: true, path: '^src/' },
      to: {},
    },
    {
      name: 'nothing-unresolved',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'src-stands-alone',
      comment: 'the product imports no test, script or bench',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(test|scripts|bench)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.check.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
