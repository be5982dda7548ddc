// Defaults and writers, as the records say, against what a real cluster filled in and who owned it in managedFields.
import fs from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findComponent } from '../../../src/knowledge/components.ts';
import type { FieldRecord } from '../../../src/knowledge/record.ts';
import { known } from '../../../src/manifest/explain.ts';
import type { ExplainedHandler, FieldFacts } from '../../../src/manifest/explanation.ts';
import type { Place } from '../../../src/manifest/typing.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { sharedPath } from '../../support/shared.ts';
import { added, type Kinded, placeAt, placeOfText } from './places.ts';

interface Exchange {
  readonly request: Kinded;
  readonly response: Kinded;
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
    added(request, response).map(({ path, value }) => ({
      kind: response.kind,
      path,
      value,
      place: placeAt(response, path),
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
    const wrong = new Set<string>();
    let compared = 0;
    for (const { leaves, managers } of finals()) {
      const object = { apiVersion: String(leaves.apiVersion), kind: String(leaves.kind) };
      for (const [manager, paths] of Object.entries(managers)) {
        for (const path of paths.filter((one) => one.startsWith('status.'))) {
          const facts = factsOf(object, path);
          if (!facts) continue;
          compared++;
          if (!isWriter(facts.writtenBy, ownerOf(manager))) {
            wrong.add(`${facts.type}.${facts.field} is written by ${ownerOf(manager)}`);
          }
        }
      }
    }
    expect([...wrong]).toEqual([]);
    expect(compared).toBeGreaterThan(300);
  });

  test('of what components add outside the status are the owners too', () => {
    const wrong = new Set<string>();
    let compared = 0;
    for (const { leaves, managers } of finals()) {
      const object = { apiVersion: String(leaves.apiVersion), kind: String(leaves.kind) };
      const made = Object.keys(managers).every((manager) => isComponent(ownerOf(manager)));
      for (const [manager, paths] of Object.entries(managers)) {
        const owner = ownerOf(manager);
        if (!isComponent(owner)) continue;
        // A controller that made the object wrote its template's fields as well; those are the user's.
        for (const path of paths.filter((one) => !one.startsWith('status.') && !(made && /^spec\./.test(one)))) {
          const facts = factsOf(object, path);
          if (!facts) continue;
          compared++;
          if (!isWriter(facts.writtenBy, owner))
            wrong.add(`${object.kind} ${path} (${facts.type}) is written by ${owner}`);
        }
      }
    }
    expect([...wrong]).toEqual([]);
    expect(compared).toBeGreaterThan(100);
  });
});

function finals(): Golden['final'][string][] {
  const folder = sharedPath('conformance', 'golden');
  return fs.readdirSync(folder).flatMap((file) => {
    const golden = JSON.parse(fs.readFileSync(`${folder}/${file}`, 'utf8')) as Golden;
    return Object.values(golden.final);
  });
}

const ownerOf = (manager: string): string => manager.split(' ')[0] ?? '';

const isComponent = (owner: string): boolean => !owner.startsWith('kubectl') && !owner.startsWith('team-');

function factsOf(object: Kinded, path: string): FieldFacts | undefined {
  // A key of a map may have dots in it: what cannot be entered belongs to the field above.
  for (let text = path; text.includes('.'); text = text.slice(0, text.lastIndexOf('.'))) {
    const place = placeOfText(object, text);
    const facts = place && known(knowledge, place);
    if (facts) return facts.recorded ? facts : undefined;
  }
  return undefined;
}

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
