// API versions that manifests on the web still name and no server answers to any more.
import data from './removed-apis.json' with { type: 'json' };

export interface RemovedApi {
  readonly apiVersion: string;
  readonly kinds: readonly string[];
  /** First version without it. */
  readonly in: string;
  /** The version to use instead; absent where the kind is gone for good. */
  readonly use?: string;
}

const removed: readonly RemovedApi[] = data.removed;

export function removedApi(apiVersion: string, kind: string): RemovedApi | undefined {
  return removed.find((api) => api.apiVersion === apiVersion && api.kinds.includes(kind));
}
