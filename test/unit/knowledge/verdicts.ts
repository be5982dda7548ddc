// What the API server makes of a change to each field of a sample, one after the other.
import { known } from '../../../src/manifest/explain.ts';
import type { FieldFacts } from '../../../src/manifest/explanation.ts';
import type { KubeObject } from '../../../src/model/object.ts';
import { sourceKnowledge } from '../../support/knowledge.ts';
import { ask, type Bench, bench, bodyOf } from '../apiserver/support.ts';
import { NEXT } from './next-values.ts';
import { type Kinded, type Leaf, placeAt } from './places.ts';
import type { Sample } from './sample.ts';

type Stored = KubeObject & Kinded;
type Path = Leaf['path'];

/**
 * Refused because it may not change, changed, or refused for another reason (which says nothing of changes); `mixed` where a
 * value must stay and something in it may change.
 */
export type Verdict = 'fixed' | 'free' | 'mixed' | 'other';

export interface Judged {
  readonly path: string;
  readonly facts: FieldFacts;
  readonly verdict: Verdict;
}

const FIXED = new RegExp(
  [
    'immutable',
    'may not be changed',
    'updates to \\w+ are forbidden',
    '(pod|node) updates may not',
    'updates to statefulset',
    'can not be modified except',
    'only deletion is allowed',
    'may not change once set',
    'cannot change roleRef',
  ].join('|'),
  'i',
);
const OUTSIDE = ['apiVersion', 'kind', 'status'];
const knowledge = sourceKnowledge();

/** What is in a value, and the value itself; entries of lists are not counted by themselves. */
export function partsOf(value: unknown, path: Path = []): Leaf[] {
  const self = typeof path.at(-1) === 'number' && typeof value === 'object' ? [] : [{ path, value }];
  if (typeof value !== 'object' || value === null) return self;
  const within = Object.entries(value).flatMap(([key, inner]) =>
    partsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
  return [...within, ...self];
}

/** Words that only some others may replace, where the schema does not list them. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  Retain: ['Delete'],
  Delete: ['Retain'],
  OnDelete: ['RollingUpdate'],
  Recreate: ['RollingUpdate'],
  Pods: ['Percent'],
  Min: ['Max', 'Disabled'],
  'Etc/UTC': ['Europe/Berlin'],
  '1 * * * *': ['2 * * * *'],
};

/** Another value of the same look; in place of a list a shorter one, and in place of what holds others nothing. */
export function others({ path, value }: Leaf, object: Stored): readonly unknown[] {
  const place = placeAt(object, path);
  const next = place?.owner && NEXT[`${place.owner.type}.${place.owner.field.name}`];
  if (next) {
    const fitting = typeof path.at(-1) === 'number' ? next.flat() : next;
    return fitting.filter((one) => JSON.stringify(one) !== JSON.stringify(value));
  }
  if (Array.isArray(value)) return value.length > 1 ? [value.slice(1), undefined] : [undefined];
  if (typeof value === 'object' && value !== null) {
    return path.length === 1 && path[0] === 'metadata' ? [{ ...value, labels: { other: 'label' } }] : [undefined];
  }
  const words = WORDS[String(value)];
  if (words) return words;
  const choices = place?.owner?.field.enum;
  if (choices) return choices.filter((choice) => choice !== value && choice !== '');
  if (typeof value === 'number') return [value + 1, value - 1];
  if (typeof value === 'boolean') return [!value];
  const text = String(value);
  return [/^\d+[A-Za-z%]*$/.test(text) ? text.replace(/^\d+/, (n) => String(Number(n) + 1)) : `${text}x`];
}

export function replaced(object: unknown, [first, ...rest]: Path, value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(object)) return object.map((item, i) => (i === first ? replaced(item, rest, value) : item));
  const from = object as Record<string, unknown>;
  return { ...from, [first]: replaced(from[String(first)], rest, value) };
}

export function at(object: unknown, path: Path): unknown {
  return path.reduce((value, step) => (value as Record<string, unknown> | undefined)?.[step], object);
}

function verdictOn(b: Bench, path: string, object: Stored, { path: field, value }: Leaf, next: unknown): Verdict {
  const answer = ask(b, `PUT ${path}/${object.metadata.name}`, replaced(object, field, next), { q: { dryRun: 'All' } });
  if (answer.code !== 200) return FIXED.test(String(bodyOf(answer).message)) ? 'fixed' : 'other';
  if (JSON.stringify(at(bodyOf(answer), field)) !== JSON.stringify(value)) return 'free';
  // Some fields keep their value without a word; what was left out may have been filled in again.
  return next === undefined ? 'other' : 'fixed';
}

function verdictOf(b: Bench, path: string, object: Stored, part: Leaf): Verdict {
  const all = new Set<Verdict>();
  for (const next of others(part, object)) {
    all.add(verdictOn(b, path, object, part, next));
    if (all.has('free')) return 'free';
  }
  return all.has('fixed') ? 'fixed' : 'other';
}

export function made({ path, object }: Sample): { readonly b: Bench; readonly stored: Stored } {
  const b = bench();
  ask(b, 'POST /api/v1/namespaces/default/serviceaccounts', { metadata: { name: 'default' } });
  const answer = ask(b, `POST ${path}`, object);
  if (answer.code !== 201) throw new Error(`${object.kind} ${object.metadata.name}: ${bodyOf(answer).message}`);
  return { b, stored: bodyOf(ask(b, `GET ${path}/${object.metadata.name}`)) as Stored };
}

export function judge(sample: Sample): Judged[] {
  const { b, stored } = made(sample);
  const judged: Judged[] = [];
  for (const part of partsOf(stored)) {
    const [top, second] = part.path;
    if (top === undefined || OUTSIDE.includes(String(top)) || (top === 'metadata' && second !== undefined)) continue;
    const place = placeAt(stored, part.path);
    const facts = place && known(knowledge, place);
    if (!facts) continue;
    const path = part.path.join('.');
    const verdict = verdictOf(b, sample.path, stored, part);
    judged.push({ path, facts, verdict: together(verdict, path, judged) });
  }
  return judged;
}

/** Where nothing can be put in its place, what is in it decides. */
function together(verdict: Verdict, path: string, judged: readonly Judged[]): Verdict {
  const inner = new Set(judged.filter((one) => one.path.startsWith(`${path}.`)).map((one) => one.verdict));
  if (verdict === 'fixed' && inner.has('free')) return 'mixed';
  if (verdict !== 'other') return verdict;
  if (inner.has('free')) return 'free';
  return inner.has('fixed') ? 'fixed' : 'other';
}
