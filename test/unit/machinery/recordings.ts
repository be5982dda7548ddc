// The recordings of a real API server that these tests hold the machinery against.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { KubeObject } from '../../../src/model/object.ts';
import { splitApiVersion } from '../../../src/model/resources.ts';
import type { GroupVersionKind } from '../../../src/simulator/apiserver/machinery/index.ts';
import { sharedPath } from '../../support/shared.ts';

export function readJson<T>(...parts: string[]): T {
  return JSON.parse(readFileSync(sharedPath(...parts), 'utf8')) as T;
}

function readLines<T>(...parts: string[]): T[] {
  const text = gunzipSync(readFileSync(sharedPath(...parts))).toString();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
}

export interface AuditEvent {
  readonly verb: string;
  readonly requestURI: string;
  readonly userAgent: string;
  readonly stageTimestamp: string;
  readonly objectRef: { readonly resource: string; readonly subresource?: string };
  readonly responseStatus: { readonly code: number };
  readonly requestObject?: unknown;
  readonly responseObject?: KubeObject;
}

export interface Recording {
  readonly name: string;
  readonly audit: readonly AuditEvent[];
  readonly watched: readonly KubeObject[];
}

/** The recorded minutes of a real cluster. */
export function recordings(): Recording[] {
  const names = readdirSync(sharedPath('live'), { withFileTypes: true }).filter((d) => d.isDirectory());
  return names.map(({ name }) => ({
    name,
    audit: readLines<AuditEvent>('live', path.join(name, 'audit.jsonl.gz')),
    watched: readLines<{ object: KubeObject }>('live', path.join(name, 'watch.jsonl.gz')).map((w) => w.object),
  }));
}

export function gvkOf(o: { readonly apiVersion?: string; readonly kind?: string }): GroupVersionKind {
  return { ...splitApiVersion(o.apiVersion ?? ''), kind: o.kind ?? '' };
}

export function isObject(o: KubeObject | undefined): o is KubeObject {
  return o?.metadata !== undefined && o.kind !== 'Status' && o.apiVersion !== undefined;
}
