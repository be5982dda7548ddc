// The recorded answers of a real API server, played through decoding, defaulting and validation.
import { readFileSync } from 'node:fs';
import type { Status } from '../../../src/model/generated/meta.v1.ts';
import { isRecord, type Json, type KubeObject } from '../../../src/model/object.ts';
import { splitApiVersion } from '../../../src/model/resources.ts';
import { isStatus } from '../../../src/model/status.ts';
import { completed, decodeBody, withEmpties } from '../../../src/simulator/apiserver/machinery/index.ts';
import { invalidStatus, validateCreate } from '../../../src/simulator/apiserver/validation/index.ts';
import { sharedPath } from '../../support/shared.ts';

export interface Case {
  readonly kind: string;
  readonly pointer: string;
  readonly op: 'remove' | 'replace' | 'duplicate' | 'unknown';
  readonly value?: unknown;
  readonly code: number;
  readonly reason?: string;
  readonly message?: string;
  readonly causes?: readonly unknown[];
}

interface Base {
  readonly path: string;
  readonly object: KubeObject & Json;
}

type Mutable = { [key: string]: unknown };

function read(name: string): string {
  return readFileSync(sharedPath('validation', name), 'utf8');
}

const bases = new Map((JSON.parse(read('bases.json')) as Base[]).map((b) => [String(b.object.kind), b]));

export function baseOf(kind: string): Base {
  const base = bases.get(kind);
  if (!base) throw new Error(`no base for ${kind}`);
  return base;
}

/** Cases whose answer is that of validation; refusals by decoding and admission are tested where those live. */
export function loadCases(): readonly Case[] {
  const all = read('cases.jsonl').split('\n').filter(Boolean);
  return all.map((line) => JSON.parse(line) as Case).filter((c) => c.code === 422 || c.code === 201);
}

function changed({ kind, pointer, op, value }: Case): Mutable {
  const object = structuredClone(baseOf(kind).object) as Mutable;
  const parts = pointer
    .split('/')
    .slice(1)
    .map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = parts.pop() ?? '';
  let parent: unknown = object;
  for (const part of parts) parent = (parent as Mutable)[part];
  const owner = parent as Mutable;
  if (op === 'remove' && Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (op === 'remove') delete owner[last];
  else if (op === 'replace') owner[last] = value;
  else if (op === 'duplicate') (owner[last] as unknown[]).push(structuredClone((owner[last] as unknown[])[0]));
  else (owner[last] as Mutable).bogus = 1;
  return object;
}

/** What the registry's strategies and the allocators do before validation, as far as the cases need it. */
function prepare(object: KubeObject, path: string): KubeObject {
  const o = structuredClone(object) as unknown as Mutable;
  const meta = (o.metadata ?? {}) as Mutable;
  o.metadata = meta;
  const namespace = /\/namespaces\/([^/]+)\//.exec(path)?.[1];
  if (namespace) meta.namespace = namespace;
  meta.uid = '6d7b1b0e-7a0c-4b9e-8f6e-2f5a3a1c9d10';
  const spec = isRecord(o.spec) ? (o.spec as Mutable) : undefined;
  if (object.kind === 'LimitRange' && !meta.name) meta.name = 'generated';
  if (object.kind === 'Pod' && spec) spec.serviceAccountName ??= 'default';
  if (object.kind === 'Service' && spec) allocate(spec);
  if (object.kind === 'Job' && spec) generateSelector(spec, meta);
  if (object.kind === 'CustomResourceDefinition') acceptNames(o);
  return o as unknown as KubeObject;
}

function allocate(spec: Mutable): void {
  if (spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local') spec.healthCheckNodePort ??= 30001;
  if (spec.type === 'ExternalName') return;
  spec.clusterIP ??= '10.96.0.9';
  spec.clusterIPs ??= [spec.clusterIP];
  spec.ipFamilies ??= ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}

function generateSelector(spec: Mutable, meta: Mutable): void {
  const template = (spec.template ?? {}) as Mutable;
  const head = (template.metadata ?? {}) as Mutable;
  const labels = {
    ...(isRecord(head.labels) ? head.labels : {}),
    'controller-uid': meta.uid,
    'job-name': meta.name ?? '',
    'batch.kubernetes.io/controller-uid': meta.uid,
    'batch.kubernetes.io/job-name': meta.name ?? '',
  };
  spec.template = { ...template, metadata: { ...head, labels } };
  spec.selector = { matchLabels: { 'batch.kubernetes.io/controller-uid': meta.uid } };
}

/** A new definition's storage version is what it stores from the start. */
function acceptNames(o: Mutable): void {
  const spec = isRecord(o.spec) ? o.spec : {};
  const versions = Array.isArray(spec.versions) ? spec.versions : [];
  const names = versions.filter((v) => isRecord(v) && v.storage === true).map((v) => String(v.name ?? ''));
  const stored = [...new Set(names)];
  o.status = { ...(isRecord(o.status) ? o.status : {}), ...(stored.length > 0 ? { storedVersions: stored } : {}) };
}

export interface Answer {
  readonly code: number;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly causes?: readonly unknown[] | undefined;
}

function answerOf(status: Status): Answer {
  return { code: status.code ?? 0, reason: status.reason, message: status.message, causes: status.details?.causes };
}

export function play(c: Case): Answer {
  const { path, object } = baseOf(c.kind);
  const { group, version } = splitApiVersion(String(object.apiVersion));
  const gvk = { group, version, kind: c.kind };
  const decoded = decodeBody({ raw: JSON.stringify(changed(c)) }, gvk, { fieldValidation: 'Strict' });
  if (isStatus(decoded)) return answerOf(decoded);
  const { object: complete, sent } = completed(decoded.object, decoded.sent);
  const prepared = withEmpties(prepare(complete, path), sent);
  const errors = validateCreate(gvk, prepared);
  if (errors.length === 0) return { code: 201 };
  return answerOf(invalidStatus(gvk, prepared.metadata.name ?? '', errors));
}
