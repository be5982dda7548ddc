// What differs between the objects of two clusters that were one: what exists only in one, and which fields differ.
import type { KubeObject } from '../model/object.ts';
import { diff, type FieldChange } from '../model/paths.ts';
import type { ObjectRef } from '../trace/step.ts';
import { FORK_LIMITS, type ObjectDifference } from './futures.ts';

export interface StoredObject {
  readonly ref: ObjectRef;
  readonly value: KubeObject;
}

/** They record that something happened, rather than what is. */
const RECORDS = new Set(['events', 'leases']);

/** Counts, dates and made-up ids, which say nothing by themselves. */
const BOOKKEEPING =
  /^(metadata\.(resourceVersion|uid|managedFields|generation|creationTimestamp|name|selfLink)|status\.(observedGeneration|podIPs?|containerStatuses.*\.containerID))(\.|\[|$)|(^|\.)uid$|[tT]ime(stamp)?$|resourceVersion$/;
const MADE_UP = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^\d{4}-\d\d-\d\dT[\d:.]+Z$/;

const FIRST = ['Deployment', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob', 'ReplicaSet', 'Pod', 'Node', 'Service'];

export function compareObjects(
  without: readonly StoredObject[],
  withIt: readonly StoredObject[],
  wasThere: (ref: ObjectRef) => boolean,
): { readonly objects: readonly ObjectDifference[]; readonly more: number } {
  const others = new Map(keyed(withIt, wasThere));
  const found: ObjectDifference[] = [];
  for (const [key, { ref, value }] of keyed(without, wasThere)) {
    const other = others.get(key);
    others.delete(key);
    if (other === undefined) {
      found.push({ ref, where: 'without', fields: [] });
      continue;
    }
    const fields = diff(value, other.value).filter(tells);
    const renamed = other.ref.name === ref.name ? {} : { nameWith: other.ref.name };
    if (fields.length > 0) found.push({ ref, where: 'both', ...renamed, fields: fields.slice(0, FORK_LIMITS.fields) });
  }
  for (const { ref } of others.values()) found.push({ ref, where: 'with', fields: [] });
  const sorted = found.toSorted((a, b) => rank(a) - rank(b) || nameIn(a).localeCompare(nameIn(b), 'en'));
  return { objects: sorted.slice(0, FORK_LIMITS.objects), more: Math.max(0, sorted.length - FORK_LIMITS.objects) };
}

function nameIn({ ref }: ObjectDifference): string {
  return `${ref.namespace ?? ''}/${ref.name}`;
}

function rank({ ref, where }: ObjectDifference): number {
  const kind = FIRST.indexOf(ref.kind);
  return (kind < 0 ? FIRST.length : kind) * 2 + (where === 'both' ? 1 : 0);
}

function tells({ path, before, after }: FieldChange): boolean {
  return !BOOKKEEPING.test(path) && !(isMadeUp(before) && isMadeUp(after));
}

function isMadeUp(value: unknown): boolean {
  return typeof value === 'string' && MADE_UP.test(value);
}

/**
 * Each object under what tells it apart in both: its name; or, where the API server made the name up after the fork, what it
 * was made of and which of its kind it was.
 */
function* keyed(
  objects: readonly StoredObject[],
  wasThere: (ref: ObjectRef) => boolean,
): Generator<readonly [string, StoredObject]> {
  const counts = new Map<string, number>();
  const byAge = objects.toSorted((a, b) => age(a) - age(b));
  for (const object of byAge) {
    const { ref, value } = object;
    if (RECORDS.has(ref.resource)) continue;
    const prefix = value.metadata.generateName;
    const place = `${ref.resource}.${ref.group}/${ref.namespace ?? ''}`;
    if (!prefix || wasThere(ref)) {
      yield [`${place}/${ref.name}`, object];
      continue;
    }
    const family = `${place}/${prefix}*`;
    const number = (counts.get(family) ?? 0) + 1;
    counts.set(family, number);
    yield [`${family}${number}`, object];
  }
}

/** When it came to be, ms since 1970. */
function age({ value }: StoredObject): number {
  return Date.parse(value.metadata.creationTimestamp ?? '') || 0;
}
