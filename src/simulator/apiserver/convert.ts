// Kinds that are served in two groups or versions and stored in one. Models the conversions in pkg/apis/events/v1, v1.36.
import type { Event } from '../../model/generated/core.v1.ts';
import type { Event as EventV1 } from '../../model/generated/events.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { ResourceInfo } from '../../model/resources.ts';

type Convert = (o: KubeObject) => KubeObject;

/** Without what is not set, as Go leaves it out. */
function compact(o: { readonly [key: string]: unknown }): KubeObject {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as unknown as KubeObject;
}

function toCoreEvent(o: KubeObject): KubeObject {
  const e = o as EventV1;
  return compact({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: e.metadata,
    involvedObject: e.regarding ?? {},
    reason: e.reason,
    message: e.note,
    source: e.deprecatedSource ?? {},
    firstTimestamp: e.deprecatedFirstTimestamp ?? null,
    lastTimestamp: e.deprecatedLastTimestamp ?? null,
    count: e.deprecatedCount,
    type: e.type,
    eventTime: e.eventTime ?? null,
    series: e.series,
    action: e.action,
    related: e.related,
    reportingComponent: e.reportingController ?? '',
    reportingInstance: e.reportingInstance ?? '',
  });
}

function fromCoreEvent(o: KubeObject): KubeObject {
  const e = o as Event;
  return compact({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: e.metadata,
    eventTime: e.eventTime ?? null,
    series: e.series,
    reportingController: e.reportingComponent,
    reportingInstance: e.reportingInstance,
    action: e.action,
    reason: e.reason,
    regarding: e.involvedObject,
    related: e.related,
    note: e.message,
    type: e.type,
    deprecatedSource: e.source,
    deprecatedFirstTimestamp: e.firstTimestamp ?? null,
    deprecatedLastTimestamp: e.lastTimestamp ?? null,
    deprecatedCount: e.count,
  });
}

const CONVERSIONS: { readonly [groupResource: string]: { readonly to: Convert; readonly from: Convert } } = {
  'events.k8s.io/v1/events': { to: toCoreEvent, from: fromCoreEvent },
};

function conversionOf(r: ResourceInfo): { readonly to: Convert; readonly from: Convert } | undefined {
  return CONVERSIONS[`${r.group}/${r.version}/${r.plural}`];
}

export function isStorageVersion(r: ResourceInfo): boolean {
  return conversionOf(r) === undefined;
}

/** The object in the version that etcd holds; the same object where that is its own. */
export function toStorage<T extends KubeObject>(r: ResourceInfo, o: T): T {
  return (conversionOf(r)?.to(o) ?? o) as T;
}

/** The stored object in the version of the resource that was asked for. */
export function fromStorage<T extends KubeObject>(r: ResourceInfo, o: T): T {
  return (conversionOf(r)?.from(o) ?? o) as T;
}
