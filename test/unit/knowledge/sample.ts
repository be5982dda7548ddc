// A valid object and where it is posted.
import type { KubeObject } from '../../../src/model/object.ts';

export interface Sample {
  /** Where it is posted. */
  readonly path: string;
  readonly object: KubeObject;
}

/** `plural` with the namespace before it where there is one: `namespaces/default/leases`. */
export function sampleOf(apiVersion: string, kind: string, plural: string, fields: object, name = 'v'): Sample {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  return { path: `${root}/${plural}`, object: { apiVersion, kind, metadata: { name }, ...fields } };
}
