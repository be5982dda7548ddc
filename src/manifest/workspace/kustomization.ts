// What a kustomization says of other files, so that these are not judged by themselves.
import { isRecord } from '../../model/object.ts';
import type { PlainObject } from '../plain.ts';
import { listOf } from './describe.ts';
import type { KustomizationFact } from './facts.ts';

const GENERATES = ['configMapGenerator', 'secretGenerator', 'generators', 'helmCharts', 'namePrefix', 'nameSuffix'];
const RELABELS = ['labels', 'commonLabels', 'transformers', 'components'];
const LISTS = ['resources', 'bases', 'patches', 'patchesStrategicMerge', 'components', 'configMapGenerator'];

/** The facts of a kustomization, whose file may leave out apiVersion and kind; undefined for anything else. */
export function kustomizationOf(value: PlainObject): KustomizationFact | undefined {
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
  };
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
