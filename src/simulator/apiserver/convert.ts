// Versions of one resource. Objects are stored in one version and shown in the one that is asked for. Models
// pkg/apis/events/v1/conversion.go and pkg/apis/autoscaling/v1/conversion.go.
import type { KubeObject } from '../../model/object.ts';
import { byObject } from '../../model/remember.ts';
import { apiVersionOf, type ResourceInfo } from '../../model/resources.ts';
import { withSchemaDefaults } from './crd/prune.ts';
import { isCustom } from './crd/types.ts';

type Fields = Record<string, unknown>;
type Convert = (o: KubeObject) => KubeObject;

/** From `apiVersion` to `apiVersion`, for kinds whose versions differ in more than their name. */
const CONVERSIONS: Record<string, Convert> = {
  'Event v1 events.k8s.io/v1': toNewEvent,
  'Event events.k8s.io/v1 v1': toCoreEvent,
  'HorizontalPodAutoscaler autoscaling/v1 autoscaling/v2': toAutoscalerV2,
  'HorizontalPodAutoscaler autoscaling/v2 autoscaling/v1': toAutoscalerV1,
};

/** In which version a resource is stored, where that is not the version of the request. */
const STORED: Record<string, string> = {
  'events.k8s.io/v1/events': 'v1',
  'autoscaling/v1/horizontalpodautoscalers': 'autoscaling/v2',
};

export const storedVersion = byObject((r: ResourceInfo): string => {
  if (isCustom(r)) return r.storageVersion;
  return STORED[`${r.group}/${r.version}/${r.plural}`] ?? apiVersionOf(r);
});

/** The object in another version; itself where it is that already. */
export function toVersion(o: KubeObject, apiVersion: string): KubeObject {
  if (o.apiVersion === apiVersion) return o;
  const convert = CONVERSIONS[`${o.kind} ${o.apiVersion} ${apiVersion}`];
  return convert === undefined ? { ...o, apiVersion } : convert(o);
}

/** A stored object as readers see it: in the version asked for, with the defaults that a custom schema has by now. */
export function asRead(r: ResourceInfo, stored: KubeObject): KubeObject {
  const o = toVersion(stored, apiVersionOf(r));
  return isCustom(r) ? (withSchemaDefaults(o, r.custom.schema) as KubeObject) : o;
}

/** Renames fields, leaving out what is absent. */
function renamed(o: Fields, names: readonly (readonly [from: string, to: string])[]): Fields {
  const out: Fields = {};
  for (const [from, to] of names) if (o[from] !== undefined) out[to] = o[from];
  return out;
}

const EVENT_FIELDS: readonly (readonly [core: string, later: string])[] = [
  ['metadata', 'metadata'],
  ['eventTime', 'eventTime'],
  ['series', 'series'],
  ['reportingComponent', 'reportingController'],
  ['reportingInstance', 'reportingInstance'],
  ['action', 'action'],
  ['reason', 'reason'],
  ['involvedObject', 'regarding'],
  ['related', 'related'],
  ['message', 'note'],
  ['type', 'type'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
];

function toNewEvent(o: KubeObject): KubeObject {
  const fields = renamed(o as unknown as Fields, EVENT_FIELDS);
  const always = { eventTime: null, deprecatedFirstTimestamp: null, deprecatedLastTimestamp: null };
  return { apiVersion: 'events.k8s.io/v1', kind: 'Event', ...always, ...fields } as unknown as KubeObject;
}

function toCoreEvent(o: KubeObject): KubeObject {
  const back = EVENT_FIELDS.map(([core, later]) => [later, core] as const);
  const always = { involvedObject: {}, source: {}, firstTimestamp: null, lastTimestamp: null, eventTime: null };
  const fields = renamed(o as unknown as Fields, back);
  return {
    apiVersion: 'v1',
    kind: 'Event',
    ...always,
    reportingComponent: '',
    reportingInstance: '',
    ...fields,
  } as unknown as KubeObject;
}

interface CpuMetric {
  readonly type?: string;
  readonly resource?: { readonly name?: string; readonly target?: Fields; readonly current?: Fields };
}

const isCpu = (m: CpuMetric): boolean => m.type === 'Resource' && m.resource?.name === 'cpu';

/** Metrics other than the cpu's are in an annotation in version 1; the simulator keeps them as version 2 writes them. */
const METRICS = 'autoscaling.alpha.kubernetes.io/metrics';

function toAutoscalerV2(o: KubeObject): KubeObject {
  const { spec = {}, status = {} } = o as unknown as { spec?: Fields; status?: Fields };
  const { targetCPUUtilizationPercentage: cpu, ...rest } = spec;
  const { currentCPUUtilizationPercentage: now, ...others } = status;
  const { [METRICS]: kept, ...annotations } = o.metadata.annotations ?? {};
  const resource = (field: string, value: unknown): object => ({
    type: 'Resource',
    resource: { name: 'cpu', [field]: value },
  });
  const metrics = [
    ...(cpu === undefined ? [] : [resource('target', { type: 'Utilization', averageUtilization: cpu })]),
    ...(kept === undefined ? [] : (JSON.parse(kept) as object[])),
  ];
  const currentMetrics = now === undefined ? null : [resource('current', { averageUtilization: now })];
  return {
    ...o,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(o, annotations),
    spec: { ...rest, ...(metrics.length > 0 ? { metrics } : {}) },
    status: { ...others, currentMetrics },
  } as unknown as KubeObject;
}

function toAutoscalerV1(o: KubeObject): KubeObject {
  const { spec = {}, status = {} } = o as unknown as { spec?: Fields; status?: Fields };
  const { metrics = [], behavior: _, ...rest } = spec as { metrics?: CpuMetric[]; behavior?: unknown };
  const {
    currentMetrics,
    conditions: __,
    ...others
  } = status as { currentMetrics?: CpuMetric[]; conditions?: unknown };
  const cpu = metrics.find(isCpu)?.resource?.target?.averageUtilization;
  const now = currentMetrics?.find(isCpu)?.resource?.current?.averageUtilization;
  const kept = metrics.filter((m) => !isCpu(m));
  const annotations = { ...o.metadata.annotations, ...(kept.length > 0 ? { [METRICS]: JSON.stringify(kept) } : {}) };
  return {
    ...o,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(o, annotations),
    spec: { ...rest, ...(cpu === undefined ? {} : { targetCPUUtilizationPercentage: cpu }) },
    status: { currentReplicas: 0, ...others, ...(now === undefined ? {} : { currentCPUUtilizationPercentage: now }) },
  } as unknown as KubeObject;
}

function withAnnotations(o: KubeObject, annotations: { [key: string]: string }): KubeObject['metadata'] {
  const { annotations: _, ...metadata } = o.metadata;
  return Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata;
}
