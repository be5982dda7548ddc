// ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, named after a hash of their content.
// Models pkg/controller/history, v1.36.
import { utf8 } from '../../../model/base64.ts';
import type { ControllerRevision } from '../../../model/generated/apps.v1.ts';
import type { PodTemplateSpec } from '../../../model/generated/core.v1.ts';
import type { KubeObject } from '../../../model/object.ts';
import { controllerRef } from './podcontrol.ts';
import { safeEncode } from './templatehash.ts';

/** Go's encoding of text in JSON also escapes what HTML reads. */
function goString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JSON with sorted keys, as Go writes a map. */
export function goJson(x: unknown): string {
  if (Array.isArray(x)) return `[${x.map(goJson).join(',')}]`;
  if (typeof x === 'string') return goString(x);
  if (typeof x !== 'object' || x === null) return JSON.stringify(x) ?? 'null';
  const o = x as { readonly [key: string]: unknown };
  const keys = Object.keys(o).filter((k) => o[k] !== undefined);
  return `{${keys
    .sort()
    .map((k) => `${goString(k)}:${goJson(o[k])}`)
    .join(',')}}`;
}

/** FNV-1, 32 bits. */
export function fnv32(text: string): number {
  let h = 0x811c9dc5;
  for (const byte of utf8(text)) h = Math.imul(h, 0x01000193) ^ byte;
  return h >>> 0;
}

/** What a revision stores: a strategic merge patch that brings the template back. */
export function templatePatch(template: PodTemplateSpec | undefined): { readonly spec: object } {
  return { spec: { template: { ...template, $patch: 'replace' } } };
}

export function revisionHash(data: unknown, collisionCount: number): string {
  return safeEncode(String(fnv32(goJson(data) + String(collisionCount))));
}

export function sameData(a: ControllerRevision, b: ControllerRevision): boolean {
  return goJson(a.data) === goJson(b.data);
}

/** Oldest first. Source: byRevision in controller_history.go. */
export function byRevision(a: ControllerRevision, b: ControllerRevision): number {
  if (a.revision !== b.revision) return a.revision - b.revision;
  const [s, t] = [a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? ''];
  if (s !== t) return s < t ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

export function nextRevision(sorted: readonly ControllerRevision[]): number {
  return (sorted.at(-1)?.revision ?? 0) + 1;
}

export interface RevisionRequest {
  readonly owner: KubeObject;
  readonly ownerKind: 'StatefulSet' | 'DaemonSet';
  readonly template: PodTemplateSpec | undefined;
  readonly hash: string;
  readonly hashLabel: string;
  readonly revision: number;
  readonly annotations?: { readonly [key: string]: string } | undefined;
}

export function newRevision(r: RevisionRequest): ControllerRevision {
  const { name = '', namespace = '' } = r.owner.metadata;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${name}-${r.hash}`,
      namespace,
      labels: { ...r.template?.metadata?.labels, [r.hashLabel]: r.hash },
      ...(r.annotations && Object.keys(r.annotations).length > 0 ? { annotations: r.annotations } : {}),
      ownerReferences: [controllerRef(r.owner, 'apps/v1', r.ownerKind)],
    },
    data: templatePatch(r.template) as ControllerRevision['data'],
    revision: r.revision,
  } as ControllerRevision;
}

/** The template that a revision holds. */
export function templateOf(revision: ControllerRevision): PodTemplateSpec {
  const data = revision.data as
    | { readonly spec?: { readonly template?: PodTemplateSpec & { $patch?: string } } }
    | undefined;
  const { $patch: _, ...template } = data?.spec?.template ?? {};
  return template;
}
