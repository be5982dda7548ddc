// The fields that field selectors of each resource can name. Models the GetAttrs of pkg/registry and
// pkg/apis/*/conversion.go (v1.36).

import type { KubeObject } from '../../model/object.ts';
import { byText } from '../../model/remember.ts';
import { SelectorError } from '../../model/selectors.ts';
import { type FieldRequirement, matchesFields, parseFieldSelector } from '../../model/selectors-field.ts';
import { badRequest } from '../../model/status.ts';
import { refuse } from './context.ts';

const EXTRA: Record<string, readonly string[]> = {
  '/pods': [
    'spec.nodeName',
    'spec.restartPolicy',
    'spec.schedulerName',
    'spec.serviceAccountName',
    'spec.hostNetwork',
    'status.phase',
    'status.podIP',
    'status.podIPs',
    'status.nominatedNodeName',
  ],
  '/nodes': ['spec.unschedulable'],
  '/namespaces': ['status.phase'],
  '/secrets': ['type'],
  '/services': ['spec.clusterIP', 'spec.type'],
  '/replicationcontrollers': ['status.replicas'],
  'apps/replicasets': ['status.replicas'],
  'batch/jobs': ['status.successful'],
  'certificates.k8s.io/certificatesigningrequests': ['spec.signerName'],
  'resource.k8s.io/resourceslices': ['spec.nodeName', 'spec.driver'],
  '/events': [
    'involvedObject.kind',
    'involvedObject.namespace',
    'involvedObject.name',
    'involvedObject.uid',
    'involvedObject.apiVersion',
    'involvedObject.resourceVersion',
    'involvedObject.fieldPath',
    'reason',
    'reportingComponent',
    'source',
    'type',
  ],
  'events.k8s.io/events': [
    'regarding.kind',
    'regarding.namespace',
    'regarding.name',
    'regarding.uid',
    'regarding.apiVersion',
    'regarding.resourceVersion',
    'regarding.fieldPath',
    'reason',
    'reportingController',
    'type',
  ],
};

/** Fields whose zero value is a word rather than "". */
const ZERO: Record<string, string> = {
  'spec.unschedulable': 'false',
  'spec.hostNetwork': 'false',
  'status.replicas': '0',
  'status.successful': '0',
};

/** Stored Events are of the core group; the newer group's names lead to the same values. */
const STORED: Record<string, string> = { reportingController: 'reportingComponent' };

function pathsOf(field: string): string[] {
  if (field === 'source') return ['source.component'];
  if (field === 'status.successful') return ['status.succeeded'];
  if (field.startsWith('regarding.')) return [`involvedObject.${field.slice('regarding.'.length)}`];
  return [STORED[field] ?? field];
}

/** Of the paths that resources offer, which are few and read of every object. */
const partsOf = byText(1_000, (path): readonly string[] => path.split('.'));

function read(o: KubeObject, path: string): unknown {
  let at: unknown = o;
  for (const part of partsOf(path)) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string, unknown>)[part];
  }
  return at;
}

export function fieldValue(o: KubeObject, field: string): string {
  if (field === 'metadata.name') return o.metadata.name ?? '';
  if (field === 'metadata.namespace') return o.metadata.namespace ?? '';
  for (const path of pathsOf(field)) {
    const value = read(o, path);
    if (value !== undefined && value !== null && value !== '') return String(value);
  }
  if (field === 'source') return String(read(o, 'reportingComponent') ?? '');
  return ZERO[field] ?? '';
}

export interface FieldSelection {
  readonly requirements: readonly FieldRequirement[];
  /** The value that the selector demands of `field`, if it demands one. */
  exact(field: string): string | undefined;
  matches(o: KubeObject): boolean;
}

/** @param selectable further fields, as a CustomResourceDefinition names them. */
export function fieldSelection(
  text: string | undefined,
  group: string,
  resource: string,
  selectable: readonly string[] = [],
): FieldSelection | undefined {
  if (text === undefined || text === '') return undefined;
  const requirements = parse(text);
  const known = EXTRA[`${group}/${resource}`] ?? selectable;
  const renamed = requirements.map((r) =>
    r.field === 'name' && resource === 'namespaces' ? { ...r, field: 'metadata.name' } : r,
  );
  for (const { field } of renamed) {
    if (field !== 'metadata.name' && field !== 'metadata.namespace' && !known.includes(field))
      refuse(badRequest(`field label not supported: ${field}`));
  }
  return {
    requirements: renamed,
    exact: (field) => renamed.find((r) => r.field === field && r.operator === '=')?.value,
    matches: (o) => matchesFields(renamed, (field) => fieldValue(o, field)),
  };
}

function parse(text: string): FieldRequirement[] {
  try {
    return parseFieldSelector(text);
  } catch (e) {
    if (e instanceof SelectorError) refuse(badRequest(e.message));
    throw e;
  }
}
