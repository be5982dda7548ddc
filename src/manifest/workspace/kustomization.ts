// What a kustomization says of other files, so that these are not judged by themselves, and can be opened from it.
// Models sigs.k8s.io/kustomize/api/types/kustomization.go.
import { isRecord } from '../../model/object.ts';
import type { TextRange } from '../explanation.ts';
import type { PlainObject } from '../plain.ts';
import { listOf } from './describe.ts';
import type { FileFact, KustomizationFact, ObjectFact } from './facts.ts';
import type { Places } from './places.ts';

const GENERATES = ['configMapGenerator', 'secretGenerator', 'generators', 'helmCharts', 'namePrefix', 'nameSuffix'];
const RELABELS = ['labels', 'commonLabels', 'transformers', 'components'];
const LISTS = ['resources', 'bases', 'patches', 'patchesStrategicMerge', 'components', 'configMapGenerator'];

/** Lists of files, or of folders with a kustomization. Some may hold the text itself in the place of a name. */
const FILES = [
  'resources',
  'bases',
  'components',
  'crds',
  'configurations',
  'generators',
  'transformers',
  'validators',
  'patchesStrategicMerge',
];
/** Lists of objects, and the fields of these that name files: one, or a list. */
const FILES_INSIDE: Readonly<Record<string, readonly string[]>> = {
  patches: ['path'],
  patchesJson6902: ['path'],
  replacements: ['path'],
  configMapGenerator: ['files', 'envs', 'env'],
  secretGenerator: ['files', 'envs', 'env'],
  helmCharts: ['valuesFile', 'additionalValuesFiles'],
};

/** The facts of a kustomization, whose file may leave out apiVersion and kind; undefined for anything else. */
export function kustomizationOf(value: PlainObject, places: Places): KustomizationFact | undefined {
  const { apiVersion, kind } = value;
  const named = typeof apiVersion === 'string' && apiVersion.startsWith('kustomize.config.k8s.io/');
  const looks = apiVersion === undefined && kind === undefined && LISTS.some((name) => Array.isArray(value[name]));
  if (!named && !looks) return undefined;
  const patches = ['patches', 'patchesStrategicMerge', 'patchesJson6902'].flatMap((name) => listOf(value[name]));
  return {
    generates: GENERATES.some((name) => name in value),
    relabels: RELABELS.some((name) => name in value),
    patches: patches.flatMap((patch) => {
      const path = isRecord(patch) ? patch.path : patch;
      return typeof path === 'string' && !path.includes('\n') ? [path] : [];
    }),
    files: filesOf(value, places),
  };
}

function filesOf(value: PlainObject, places: Places): FileFact[] {
  const whole = FILES.flatMap((field) => inField(value, field, places));
  const inside = Object.entries(FILES_INSIDE).flatMap(([list, fields]) =>
    listOf(value[list]).flatMap((item) =>
      isRecord(item) ? fields.flatMap((field) => inField(item, field, places)) : [],
    ),
  );
  const openapi = isRecord(value.openapi) ? inField(value.openapi, 'path', places) : [];
  return [...whole, ...inside, ...openapi];
}

function inField(holder: PlainObject, field: string, places: Places): FileFact[] {
  const value = holder[field];
  if (!Array.isArray(value)) return fileAt(value, places.rangeAt(holder, field));
  return value.flatMap((item, index) => fileAt(item, places.rangeAt(value, index)));
}

function fileAt(value: unknown, range: FileFact['range'] | undefined): FileFact[] {
  if (typeof value !== 'string' || !range) return [];
  // A file of a generator may stand behind the key that it gets.
  const path = value.replace(/^[^=/]+=/, '');
  return path === '' || isElsewhere(path) ? [] : [{ path, range }];
}

/** What is no file beside the kustomization: an address, a repository, or the text of a patch itself. */
function isElsewhere(path: string): boolean {
  return /\n|\s|:\/\/|^[\w.-]+@|^[\w-]+\.(com|org|io|net)\/|[?{]/.test(path);
}

/** The ConfigMaps and Secrets that a kustomization makes, by the names that manifests know them by. */
export function generatedObjects(value: PlainObject, places: Places): ObjectFact[] {
  const of = (list: string, kind: string): ObjectFact[] =>
    listOf(value[list]).flatMap((item) => (isRecord(item) ? generated(item, kind, places) : []));
  return [...of('configMapGenerator', 'ConfigMap'), ...of('secretGenerator', 'Secret')];
}

function generated(item: PlainObject, kind: string, places: Places): ObjectFact[] {
  const range = places.rangeAt(item, 'name');
  if (typeof item.name !== 'string' || !range) return [];
  const { name, namespace } = item;
  const at = typeof namespace === 'string' ? { namespace } : {};
  // A file of variables has keys that only the file knows.
  const keys = item.envs === undefined && item.env === undefined ? { keys: keysOf(item, places) } : {};
  const whole = places.rangeOf(item);
  return [
    {
      apiVersion: 'v1',
      group: '',
      kind,
      name,
      namespaced: true,
      ...at,
      range,
      whole,
      labels: {},
      ...keys,
      partial: false,
    },
  ];
}

function keysOf(item: PlainObject, places: Places): ReadonlyMap<string, TextRange> {
  const named = (field: string, keyOf: (text: string) => string | undefined): [string, TextRange][] => {
    const list: readonly unknown[] & object = listOf(item[field]);
    return list.flatMap((text, index): [string, TextRange][] => {
      const range = places.rangeAt(list, index);
      const key = typeof text === 'string' ? keyOf(text) : undefined;
      return key !== undefined && range ? [[key, range]] : [];
    });
  };
  const before = (text: string): string | undefined => /^([^=]+)=/.exec(text)?.[1];
  return new Map([...named('literals', before), ...named('files', (text) => before(text) ?? text.split('/').at(-1))]);
}

/** Whether a file that a kustomization names is this one. Both are URIs. */
export function isNamed(kustomization: string, path: string, uri: string): boolean {
  const parts = kustomization.split('/').slice(0, -1);
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.' && part !== '') parts.push(encodeURIComponent(part));
  }
  return decoded(parts.join('/')) === decoded(uri);
}

function decoded(uri: string): string {
  try {
    return decodeURIComponent(uri);
  } catch {
    return uri;
  }
}
