// What an object or a pod offers to others: its name, labels, ports, keys and volumes.
import { isRecord } from '../../model/object.ts';
import { resourceForKind } from '../../model/resources.ts';
import type { TextRange } from '../explanation.ts';
import type { PlainObject } from '../plain.ts';
import type { LabelTerm, ObjectFact, PodFact, PortFact } from './facts.ts';
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
    parts: {
      volume: new Map([...(claims ?? []), ...listOf(spec.volumes).flatMap((volume) => named(places, volume))]),
      container: new Map([...containers, ...listOf(spec.ephemeralContainers)].flatMap((one) => named(places, one))),
      claim: new Map(listOf(spec.resourceClaims).flatMap((claim) => named(places, claim))),
    },
    labelTerms: labelTermsOf(places, spec),
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
    const nameRange = places.rangeAt(item, 'name');
    const name = typeof item.name === 'string' ? { name: item.name, ...(nameRange && { nameRange }) } : {};
    const protocol = typeof item.protocol === 'string' ? item.protocol : 'TCP';
    return [{ ...name, port, protocol, range: places.rangeOf(item) }];
  });
}

const LABEL_PATH = /^metadata\.labels\[['"]?(.+?)['"]?\]$/;

/** Where a pod's spec names keys of the pod's own labels. */
function labelTermsOf(places: Places, spec: PlainObject): LabelTerm[] {
  const containers = [...listOf(spec.initContainers), ...listOf(spec.containers)].filter(isRecord);
  const variables = containers.flatMap(({ env }) => listOf(env)).filter(isRecord);
  const sources = variables.map(({ valueFrom }) => valueFrom);
  const files = listOf(spec.volumes).flatMap((volume) => {
    const projected = isRecord(volume) && isRecord(volume.projected) ? listOf(volume.projected.sources) : [];
    const held = [volume, ...projected].map((source) => isRecord(source) && source.downwardAPI);
    return held.flatMap((api) => (isRecord(api) ? listOf(api.items) : []));
  });
  const fields = [...sources, ...files].flatMap((one) =>
    isRecord(one) && isRecord(one.fieldRef) ? [one.fieldRef] : [],
  );
  const paths = fields.flatMap((field) => {
    const [, key] = LABEL_PATH.exec(String(field.fieldPath)) ?? [];
    const range = key === undefined ? undefined : places.partAt(field, 'fieldPath', key);
    return key !== undefined && range ? [{ key, range, values: [] }] : [];
  });
  const spread = listOf(spec.topologySpreadConstraints).flatMap((one) => keyTerms(places, one, 'matchLabelKeys'));
  return [
    ...paths,
    ...spread,
    ...affinityTerms(spec).flatMap((term) => [
      ...keyTerms(places, term, 'matchLabelKeys'),
      ...keyTerms(places, term, 'mismatchLabelKeys'),
    ]),
  ];
}

function affinityTerms({ affinity }: PlainObject): unknown[] {
  const both = isRecord(affinity) ? [affinity.podAffinity, affinity.podAntiAffinity] : [];
  return both
    .filter(isRecord)
    .flatMap((one) => [
      ...listOf(one.requiredDuringSchedulingIgnoredDuringExecution),
      ...listOf(one.preferredDuringSchedulingIgnoredDuringExecution).map((weighted) =>
        isRecord(weighted) ? weighted.podAffinityTerm : undefined,
      ),
    ]);
}

function keyTerms(places: Places, holder: unknown, field: string): LabelTerm[] {
  const list = isRecord(holder) ? holder[field] : undefined;
  if (!Array.isArray(list)) return [];
  return list.flatMap((key: unknown, index) => {
    const range = places.rangeAt(list, index);
    return typeof key === 'string' && range ? [{ key, range, values: [] }] : [];
  });
}

/** The requirements of a selector. */
export function expressionTerms(places: Places, selector: unknown): LabelTerm[] {
  return listOf(isRecord(selector) ? selector.matchExpressions : undefined).flatMap((one) => {
    const range = isRecord(one) ? places.rangeAt(one, 'key') : undefined;
    if (!isRecord(one) || typeof one.key !== 'string' || !range) return [];
    const list: readonly unknown[] & object = listOf(one.values);
    const values = list.flatMap((text, index) => {
      const at = places.rangeAt(list, index);
      return typeof text === 'string' && at ? [{ text, range: at }] : [];
    });
    return [{ key: one.key, range, values }];
  });
}

function keysOf(places: Places, value: PlainObject): ReadonlyMap<string, TextRange> {
  return places.keyRanges(['data', 'stringData', 'binaryData'].map((field) => value[field]).filter(isRecord));
}

function defined(places: Places, { spec }: PlainObject): ObjectFact['defines'] {
  if (!isRecord(spec) || !isRecord(spec.names)) return undefined;
  const { group, names } = spec;
  const range = places.rangeAt(names, 'kind');
  if (typeof group !== 'string' || typeof names.kind !== 'string' || !range) return undefined;
  return { group, kind: names.kind, range };
}
