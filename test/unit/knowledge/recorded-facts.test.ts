// Defaults and writers, as the records say, against what a real cluster filled in and who owned it in managedFields.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findComponent } from '../../../src/knowledge/components.ts';
import type { FieldRecord } from '../../../src/knowledge/record.ts';
import { known } from '../../../src/manifest/explain.ts';
import type { ExplainedHandler } from '../../../src/manifest/explanation.ts';
import { descend, type PathSegment, type Place, rootPlace } from '../../../src/manifest/typing.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';

interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
}
interface Exchange {
  readonly request: KubernetesObject;
  readonly response: KubernetesObject;
}
interface Golden {
  readonly final: Record<string, { leaves: Record<string, unknown>; managers: Record<string, string[]> }>;
}

const knowledge = sourceKnowledge();
const recordedTypes = new Set(knowledge.recordedTypes().map(({ type }) => type));

/** Fields whose recorded value is no default but depends on the object that was sent. */
const COMPUTED = new Set([
  // The sample names the class system-node-critical.
  'core.v1.PodSpec.priority',
]);

describe('defaults', () => {
  const exchanges = JSON.parse(fs.readFileSync(sharedPath('validation', 'defaulted.json'), 'utf8')) as Exchange[];
  const filled = exchanges.flatMap(({ request, response }) =>
    added(request, response, []).map(({ path, value }) => ({
      kind: response.kind,
      path,
      value,
      place: at(response, path),
    })),
  );

  test('the recording has defaults to compare with', () => {
    expect(filled.length).toBeGreaterThan(100);
  });

  test('equal what the server filled in', () => {
    const wrong: string[] = [];
    let compared = 0;
    for (const { kind, path, value, place } of filled) {
      const record = recordOf(place);
      const fallback = record?.default;
      const name = `${place?.owner?.type}.${place?.owner?.field.name}`;
      if (!fallback || !('value' in fallback) || COMPUTED.has(name) || place?.entry !== undefined) continue;
      if (FILLED_BY_OTHERS.has(place?.owner?.type ?? '')) continue;
      compared++;
      if (fallback.stored === false) wrong.push(`${kind} ${path.join('.')}: said not to be stored, but is`);
      else if (JSON.stringify(fallback.value) !== JSON.stringify(value)) {
        wrong.push(
          `${kind} ${path.join('.')}: ${JSON.stringify(value)}, the record says ${JSON.stringify(fallback.value)}`,
        );
      }
    }
    expect(wrong).toEqual([]);
    expect(compared).toBeGreaterThan(40);
  });

  test('every field that the server fills in says so', () => {
    const silent = filled
      .filter(({ place }) => place?.owner && recordedTypes.has(place.owner.type) && place.entry === undefined)
      .filter(({ path }) => path[0] !== 'status')
      .filter(({ place, value }) => {
        const facts = place && known(knowledge, place);
        const listEntry = typeof value === 'object' || place?.value.kind !== place?.owner?.field.kind;
        return (
          !listEntry &&
          !facts?.default &&
          facts?.writtenBy.length === 0 &&
          !FILLED_BY_OTHERS.has(place?.owner?.type ?? '')
        );
      })
      .map(({ kind, path }) => `${kind} ${path.join('.')}`);
    expect(silent).toEqual([]);
  });
});

/** Types whose fields stand in a list entry that defaulting or an admission plugin adds as a whole. */
const FILLED_BY_OTHERS = new Set([
  'autoscaling.v2.HPAScalingPolicy',
  'core.v1.Taint',
  'core.v1.Toleration',
  'core.v1.Volume',
  'core.v1.VolumeMount',
  'core.v1.KeyToPath',
  'core.v1.ConfigMapProjection',
  'core.v1.DownwardAPIVolumeFile',
  'core.v1.ObjectFieldSelector',
  'core.v1.ServiceAccountTokenProjection',
]);

describe('writers', () => {
  test('of status fields are the owners in managedFields', () => {
    const folder = sharedPath('conformance', 'golden');
    const wrong = new Set<string>();
    let compared = 0;
    for (const file of fs.readdirSync(folder)) {
      const golden = JSON.parse(fs.readFileSync(`${folder}/${file}`, 'utf8')) as Golden;
      for (const { leaves, managers } of Object.values(golden.final)) {
        const object = { apiVersion: String(leaves.apiVersion), kind: String(leaves.kind) };
        for (const [manager, paths] of Object.entries(managers)) {
          const owner = manager.split(' ')[0] ?? '';
          for (const path of paths.filter((one) => one.startsWith('status.'))) {
            const place = fieldAt(object, path);
            const facts = place && known(knowledge, place);
            if (!facts?.recorded || place?.owner?.type === undefined) continue;
            compared++;
            if (!isWriter(facts.writtenBy, owner))
              wrong.add(`${place.owner.type}.${place.owner.field.name} is written by ${owner}`);
          }
        }
      }
    }
    expect([...wrong]).toEqual([]);
    expect(compared).toBeGreaterThan(300);
  });
});

function isWriter(writers: readonly ExplainedHandler[], manager: string): boolean {
  // The hollow node of the recordings is a kubelet with another name; kubectl stands for the scenario's own hand.
  const name = manager === 'hollow-kubelet' ? 'kubelet' : manager;
  if (name.startsWith('kubectl')) return true;
  return writers.some(({ component }) => {
    const found = findComponent(component);
    return (found?.fieldManager ?? found?.id) === name;
  });
}

function recordOf(place: Place | undefined): FieldRecord | undefined {
  return place?.owner && knowledge.record(place.owner.type, place.owner.field.name);
}

function at(object: KubernetesObject, path: readonly PathSegment[]): Place | undefined {
  let place: Place | undefined = rootPlace(object.apiVersion, object.kind);
  for (const segment of path) place = place && descend(place, segment);
  return place;
}

/** `status.conditions[{"type":"Ready"}].status` → its place; what is in brackets only says that a list is entered. */
function fieldAt(object: KubernetesObject, text: string): Place | undefined {
  const segments = text.split(/\.(?![^[]*\])/).flatMap((part): PathSegment[] => {
    const bracket = part.indexOf('[');
    return bracket === -1 ? [part] : [part.slice(0, bracket), 0];
  });
  return at(object, segments);
}

interface Leaf {
  readonly path: PathSegment[];
  readonly value: unknown;
}

/** What is in `after` and not in `before`, as the highest paths that are new. */
function added(before: unknown, after: unknown, path: PathSegment[]): Leaf[] {
  if (before === undefined) return leaves(after, path);
  if (typeof after !== 'object' || after === null) return [];
  return Object.entries(after).flatMap(([key, value]) => {
    const segment = Array.isArray(after) ? Number(key) : key;
    return added((before as Record<string, unknown> | null)?.[key], value, [...path, segment]);
  });
}

function leaves(value: unknown, path: PathSegment[]): Leaf[] {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) =>
    leaves(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}
