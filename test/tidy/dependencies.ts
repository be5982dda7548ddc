// The dependency table of ARCHITECTURE.md as data, and the few lines that hold a file against it.
import { imports, resolved, type Source } from './source.ts';

interface Rule {
  /** Folder, or entry points, that the rule is for. The longest prefix that fits decides. */
  readonly folder: string;
  /** Folders (or files) of the project it may import besides itself. */
  readonly folders: readonly string[];
  /** Packages it may import; `node:` stands for every builtin. */
  readonly packages: readonly string[];
  /** What to do instead: shown with the violation. */
  readonly instead: string;
}

const VOCABULARY = ['src/model', 'src/trace', 'src/knowledge'];
const READERS = ['src/manifest', 'src/provenance', 'src/cluster', 'src/protocol'];
const reader = (folder: string, ...more: string[]): Rule => ({
  folder,
  folders: [...VOCABULARY, ...more],
  packages: ['yaml'],
  instead: 'return plain values and let the host or an adapter in src/node connect it to the rest',
});

export const RULES: readonly Rule[] = [
  {
    folder: 'src/kernel',
    folders: [],
    packages: [],
    instead: 'the kernel knows nothing of Kubernetes: pass what it needs as an argument',
  },
  {
    folder: 'src/model',
    folders: [],
    packages: [],
    instead: 'the model is vocabulary only: move what needs more to the folder that has it',
  },
  {
    folder: 'src/trace',
    folders: ['src/model'],
    packages: [],
    instead: 'a step is plain data about the model: put what explains it in src/knowledge',
  },
  {
    folder: 'src/knowledge',
    folders: ['src/model'],
    packages: [],
    instead: 'data and its loader import no code that uses them',
  },
  {
    folder: 'src/cel',
    folders: ['src/model'],
    packages: ['re2js'],
    instead: 'the language knows no cluster: declare variables and functions where they mean something',
  },
  {
    folder: 'src/netfilter',
    folders: ['src/model'],
    packages: ['@noble/hashes'],
    instead: 'rules are worked out from objects alone: time, steps and pictures belong to who asks for them',
  },
  {
    folder: 'src/simulator',
    folders: ['src/kernel', 'src/cel', 'src/netfilter', ...VOCABULARY],
    packages: ['@noble/curves', '@noble/hashes'],
    instead: 'the simulator runs in any worker: pass time, randomness and I/O in from src/node or a worker entry point',
  },
  reader('src/manifest'),
  reader('src/provenance'),
  reader('src/cluster', 'src/manifest'),
  reader('src/protocol', 'src/cluster'),
  {
    folder: 'src/node',
    folders: ['src/kernel', 'src/simulator', ...VOCABULARY, ...READERS],
    packages: ['node:', '@kubernetes/client-node', 'ws', 'yaml'],
    instead: 'what shows something belongs in src/host',
  },
  {
    folder: 'src/host',
    folders: ['src/kernel', ...VOCABULARY, ...READERS],
    packages: ['vscode', 'yaml'],
    instead: 'reach the simulator through src/protocol and what needs Node through a port that the entry point wires',
  },
  {
    folder: 'webview/scene',
    folders: ['src/protocol', 'src/trace', 'src/model', 'src/netfilter'],
    packages: [],
    instead: 'a scene is made of data: draw it in webview/render',
  },
  {
    folder: 'webview/render',
    folders: ['webview/scene', 'src/protocol', 'src/trace', 'src/model'],
    packages: ['d3'],
    instead: 'ask the host for it with a message of src/protocol',
  },
  {
    folder: 'webview/panels',
    folders: ['webview/render', 'webview/scene', 'src/protocol', 'src/trace', 'src/model'],
    packages: ['d3'],
    instead: 'ask the host for it with a message of src/protocol',
  },
];

/** Folders whose code must run wherever ECMAScript does. */
export const ECMASCRIPT_ONLY = [
  ...['src/kernel', 'src/cel', 'src/netfilter', 'src/simulator', 'webview/scene'],
  ...VOCABULARY,
  ...READERS,
];

/** Whether a file or folder is the folder or lies below it. */
export const within = (file: string, folder: string): boolean => file === folder || file.startsWith(`${folder}/`);

/** One line for each import that the table does not allow. */
export function forbiddenImports(source: Source): string[] {
  const rule = RULES.find(({ folder }) => within(source.file, folder));
  if (!rule) return [];
  return imports(source)
    .filter(({ specifier }) => !allowed(rule, source.file, specifier))
    .map(
      ({ specifier, line }) => `${source.file}:${line}: ${rule.folder} may not import ${specifier}: ${rule.instead}`,
    );
}

function allowed(rule: Rule, from: string, specifier: string): boolean {
  const file = resolved(from, specifier);
  if (file !== undefined) return [rule.folder, ...rule.folders].some((folder) => within(file, folder));
  return rule.packages.some((name) => (name.endsWith(':') ? specifier.startsWith(name) : within(specifier, name)));
}
