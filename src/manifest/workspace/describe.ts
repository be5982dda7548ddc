// What an object or a pod offers to others: its name, labels, ports, keys and volumes.
import { isRecord } from '../../model/object.ts';
import { resourceForKind } from '../../model/resources.ts';
import type { TextRange } from '../explanation.ts';
import type { PlainObject } from '../plain.ts';
import type { ObjectFact, PodFact, PortFact } from './facts.ts';
import { groupOf } from './naming.ts';
import type { Places } from './places.ts';
import { labelsOf } from './selector.ts';

export function objectFact(places: Places, value: PlainObject, apiVersion: string, kind: string): ObjectFact {
  const metadata = isRecord(value.metadata) ? value.metadata : {};
  const namespaced = resourceForKind(apiVersion, kind)?.namespaced ?? true;
  const labels = places.labelPlaces(metadata, 'labels');
  const isCore = apiVersion === 'v1';
  const defines = kind === 'CustomResourceDefinition' ? defined(places, value) : undefined;
  return {
    apiVersion,
    group: groupOf(apiVersion),
    kind,
    name: typeof metadata.name === 'string' ? metadata.name : '',
    namespaced,
    ...(namespaced && typeof metadata.namespace === 'string' && { namespace: metadata.namespace }),
    range: places.rangeAt(metadata, 'name') ?? places.rangeAt(value, 'kind') ?? places.rangeOf(value),
    whole: places.rangeOf(value),
    labels: labelsOf(metadata.labels),
    ...(labels && { labelPlaces: labels }),
    ...(isCore && (kind === 'ConfigMap' || kind === 'Secret') && { keys: keysOf(places, value) }),
    ...(isCore && kind === 'Service' && { servicePorts: portsOf(places, value.spec, 'port') }),
    ...(defines && { defines }),
    partial: places.source.templated,
  };
}

/** What `holder` describes: a Pod, or the template of one. `claims` are the volumes that a StatefulSet adds. */
export function podFact(
  places: Places,
  holder: PlainObject,
  owner: ObjectFact,
  claims: ReadonlyMap<string, TextRange> | undefined,
): PodFact {
  const metadata = isRecord(holder.metadata) ? holder.metadata : {};
  const spec = isRecord(holder.spec) ? holder.spec : {};
  const containers = [...listOf(spec.initContainers), ...listOf(spec.containers)];
  const labels = places.labelPlaces(metadata, 'labels');
  return {
    owner,
    ...(owner.namespace !== undefined && { namespace: owner.namespace }),
    labels: labelsOf(metadata.labels),
    ...(labels && { labelPlaces: labels }),
    ports: containers.flatMap((container) => portsOf(places, container, 'containerPort')),
    volumes: new Map([...(claims ?? []), ...listOf(spec.volumes).flatMap((volume) => named(places, volume))]),
    partial: places.source.templated,
  };
}

export function claimsOf(places: Places, spec: PlainObject): ReadonlyMap<string, TextRange> {
  const templates = listOf(spec.volumeClaimTemplates);
  return new Map(templates.flatMap((one) => (isRecord(one) ? named(places, one.metadata) : [])));
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function named(places: Places, item: unknown): [string, TextRange][] {
  if (!isRecord(item) || typeof item.name !== 'string') return [];
  return [[item.name, places.rangeAt(item, 'name') ?? places.rangeOf(item)]];
}

function portsOf(places: Places, holder: unknown, number: 'port' | 'containerPort'): PortFact[] {
  return listOf(isRecord(holder) ? holder.ports : undefined).flatMap((item) => {
    const port = isRecord(item) ? item[number] : undefined;
    if (!isRecord(item) || typeof port !== 'number') return [];
    const name = typeof item.name === 'string' ? { name: item.name } : {};
    const protocol = typeof item.protocol === 'string' ? item.protocol : 'TCP';
    return [{ ...name, port, protocol, range: places.rangeOf(item) }];
  });
}

function keysOf(places: Places, value: PlainObject): ReadonlyMap<string, TextRange> {
  const held = ['data', 'stringData', 'binaryData'].map((field) => value[field]).filter(isRecord);
  return new Map(held.flatMap((map) => places.keyRanges(map)));
}

function defined(places: Places, { spec }: PlainObject): ObjectFact['defines'] {
  if (!isRecord(spec) || !isRecord(spec.names)) return undefined;
  const { group, names } = spec;
  const range = places.rangeAt(names, 'kind');
  if (typeof group !== 'string' || typeof names.kind !== 'string' || !range) return undefined;
  return { group, kind: names.kind, range };
}
