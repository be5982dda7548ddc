// Two futures beside each other: which steps they share, where they first differ, and why, in sentences.
import type { Change, Comparison } from '../../src/protocol/futures.ts';
import { objectKey } from '../../src/trace/fold.ts';
import { TraceIndex } from '../../src/trace/query.ts';
import type { ObjectRef, Step } from '../../src/trace/step.ts';
import { actorName, duration, gist } from '../../src/trace/words.ts';

/** Who may act, and in whose process. */
export interface Actors {
  component(
    id: string,
  ): { readonly name: string; readonly group: string; readonly process?: string | undefined } | undefined;
}

/** One row of the two columns: a step that both have, or that only one has. */
export interface FutureRow {
  readonly without?: Step;
  readonly with?: Step;
  /**
   * `same`: it happens in both, with the same outcome; `differs`: in both, with another outcome; `change`: what was done
   * differently.
   */
  readonly kind: 'same' | 'differs' | 'only-without' | 'only-with' | 'change';
}

export interface FuturesView {
  readonly rows: readonly FutureRow[];
  /** The first row that differs, the change itself aside; -1 where there is none. */
  readonly first: number;
  readonly sentences: readonly string[];
}

export function futuresView(names: Actors, comparison: Comparison): FuturesView {
  const rows = alignFutures(comparison);
  const first = rows.findIndex(({ kind }) => kind !== 'same' && kind !== 'change');
  return { rows, first, sentences: sentencesOf(names, comparison, rows, rows[first]) };
}

/** Steps of upkeep are left out. */
export function alignFutures({ without, with: changed, changeSteps }: Comparison): FutureRow[] {
  const made = new Set(changeSteps);
  const a = without.steps.filter((step) => !step.routine);
  const b = changed.steps.filter((step) => !step.routine && !made.has(step.id));
  const [nameA, nameB] = [aliases(without.steps), aliases(changed.steps)];
  const rows: FutureRow[] = changed.steps.flatMap((step): FutureRow[] =>
    made.has(step.id) && !step.routine ? [{ with: step, kind: 'change' }] : [],
  );
  let i = 0;
  let j = 0;
  const upTo = (toA: number, toB: number): void => {
    while (i < toA || j < toB) {
      const [one, other] = [i < toA ? a[i] : undefined, j < toB ? b[j] : undefined];
      if (one && (!other || one.at <= other.at)) {
        rows.push({ without: one, kind: 'only-without' });
        i++;
      } else if (other) {
        rows.push({ with: other, kind: 'only-with' });
        j++;
      } else return;
    }
  };
  for (const [inA, inB] of matches(
    a.map((step) => signature(step, nameA)),
    b.map((step) => signature(step, nameB)),
  )) {
    upTo(inA, inB);
    const [one, other] = [a[inA], b[inB]];
    if (!one || !other) continue;
    const kind = outcome(one, nameA) === outcome(other, nameB) ? 'same' : 'differs';
    rows.push({ without: one, with: other, kind });
    i = inA + 1;
    j = inB + 1;
  }
  upTo(a.length, b.length);
  return rows;
}

/** Names that the API server made up → what they were made of and which of its kind it was, which is alike in both. */
function aliases(steps: readonly Step[]): ReadonlyMap<string, string> {
  const counts = new Map<string, number>();
  const out = new Map<string, string>();
  for (const { object, request, changed } of steps) {
    if (!object || request?.verb !== 'create' || request.code >= 300 || request.subresource !== undefined) continue;
    const prefix = changed?.find(({ path }) => path === 'metadata.generateName')?.after;
    if (typeof prefix !== 'string' || out.has(object.name)) continue;
    const family = `${object.resource}/${object.namespace ?? ''}/${prefix}`;
    const number = (counts.get(family) ?? 0) + 1;
    counts.set(family, number);
    out.set(object.name, `${prefix}#${number}`);
  }
  return out;
}

function signature({ actor, kind, action, object, request }: Step, names: ReadonlyMap<string, string>): string {
  const name = object && (names.get(object.name) ?? object.name);
  const what = object ? `${object.resource}.${object.group}/${object.namespace ?? ''}/${name}` : '';
  const asked = request ? `${request.verb} ${request.subresource ?? ''}` : action;
  return [actor.component, object?.kind === 'Pod' ? '' : (actor.node ?? ''), kind, what, asked].join('|');
}

const MADE_UP = /\b[a-z0-9]([-a-z0-9.]*[a-z0-9])?\b/g;

/** What came of it, without numbers that differ as soon as anything does. */
function outcome(step: Step, names: ReadonlyMap<string, string>): string {
  const said = `${step.request?.code ?? ''} ${step.text} ${gist(step)} ${step.actor.node ?? ''}`;
  return said
    .replace(/\brevision \d+/g, 'revision')
    .replace(/\b\d+(\.\d+){3}\b/g, 'IP')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replace(MADE_UP, (word) => names.get(word) ?? word);
}

/** Pairs of what is alike in both, in the order of both: the n-th of a kind goes with the n-th, as far as nothing crosses. */
function matches(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const places = new Map<string, number[]>();
  b.forEach((key, j) => {
    const list = places.get(key);
    if (list) list.push(j);
    else places.set(key, [j]);
  });
  const taken = new Map<string, number>();
  const pairs = a.flatMap((key, i): (readonly [number, number])[] => {
    const n = taken.get(key) ?? 0;
    const j = places.get(key)?.[n];
    if (j === undefined) return [];
    taken.set(key, n + 1);
    return [[i, j]];
  });
  return longestRise(pairs);
}

/** The longest part of the pairs in which the second numbers rise, too. */
function longestRise(pairs: readonly (readonly [number, number])[]): (readonly [number, number])[] {
  const ends: number[] = [];
  const before: number[] = [];
  pairs.forEach(([, j], n) => {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < j) low = middle + 1;
      else high = middle;
    }
    before[n] = ends[low - 1] ?? -1;
    ends[low] = n;
  });
  const out: (readonly [number, number])[] = [];
  for (let n = ends.at(-1) ?? -1; n >= 0; n = before[n] ?? -1) {
    const pair = pairs[n];
    if (pair) out.push(pair);
  }
  return out.reverse();
}

/** `stop kube-scheduler`, `scale Deployment demo/web to 5`. */
export function changeWords(change: Change): string {
  switch (change.type) {
    case 'stop':
    case 'start': {
      const { component, node } = change.target;
      const what = component === undefined ? `the machine ${node}` : component;
      return `${change.type} ${what}${component !== undefined && node !== undefined ? ` on ${node}` : ''}`;
    }
    case 'cordon':
    case 'uncordon':
      return `${change.type} ${change.node}`;
    case 'delete':
      return `delete ${objectName(change.object)}`;
    case 'scale':
      return `scale ${objectName(change.object)} to ${change.replicas}`;
    case 'apply':
      return `apply ${/^kind:\s*(\S+)/m.exec(change.manifest)?.[1] ?? 'a manifest'} as edited`;
  }
}

export function objectName({ kind, namespace, name }: ObjectRef): string {
  return `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`;
}

const MOST_LINKS = 4;

function sentencesOf(
  names: Actors,
  comparison: Comparison,
  rows: readonly FutureRow[],
  first: FutureRow | undefined,
): string[] {
  const { at, until, change, objects, moreObjects } = comparison;
  const out = [
    `Both futures are one and the same up to step ${comparison.fork}. Then one thing is done in one of them only: ${changeWords(change)}. Both ran on for ${duration(until - at)} of the cluster's time.`,
  ];
  if (!first) {
    out.push('In that time the change made no difference to what the components did.');
  } else {
    const step = first.with ?? first.without;
    const later = duration((step?.at ?? at) - at);
    const which = {
      'only-with': 'happens only with the change',
      'only-without': 'happens only without the change, or not in this order',
      differs: 'has another outcome with the change',
      same: '',
      change: '',
    }[first.kind];
    if (step) out.push(`The first step that differs, ${later} after the fork, ${which}: ${told(names, step)}`);
    if (first.kind === 'differs' && first.without) out.push(`Without the change: ${told(names, first.without)}`);
    out.push(...reasons(names, comparison, rows, first));
  }
  const same = rows.filter(({ kind }) => kind === 'same').length;
  const differing = rows.filter(({ kind }) => kind !== 'same' && kind !== 'change').length;
  if (first)
    out.push(
      `${count(same, 'step is', 'steps are')} alike in both, ${differing} ${differing === 1 ? 'is' : 'are'} not.`,
    );
  const all = objects.length + moreObjects;
  out.push(
    all === 0
      ? 'At the end the objects of both are alike.'
      : `At the end ${count(all, 'object differs', 'objects differ')}: ${objectSummary(comparison)}.`,
  );
  return [...out, ...comparison.notes];
}

function told(names: Actors, step: Step): string {
  return `${actorName(names, step)}: ${step.text}`;
}

function count(n: number, one: string, many: string): string {
  return `${n} ${n === 1 ? one : many}`;
}

function objectSummary({ objects }: Comparison): string {
  const groups = new Map<string, number>();
  const words = { without: 'only without the change', with: 'only with it', both: 'in both, not alike' };
  for (const { ref, where } of objects) {
    const group = `${ref.kind}|${words[where]}`;
    groups.set(group, (groups.get(group) ?? 0) + 1);
  }
  return [...groups]
    .map(([group, n]) => {
      const [kind, where] = group.split('|');
      return `${n} ${kind} ${where}`;
    })
    .join(', ');
}

/** Why the first step differs: by its causes where they lead to the change, else because nothing else was done differently. */
function reasons(names: Actors, comparison: Comparison, rows: readonly FutureRow[], first: FutureRow): string[] {
  const { change, changeSteps } = comparison;
  if (first.kind === 'only-without') {
    const silenced = first.without && stoppedBy(names, change, first.without);
    return silenced === undefined ? [ELSE] : [`With the change it cannot happen: ${silenced} is stopped there.`];
  }
  const index = new TraceIndex(comparison.with.steps);
  const made = new Set(changeSteps);
  const way = first.with ? wayTo(index, first.with, (one) => made.has(one.id)) : [];
  if (way.length > 1) return [`It goes back to the change: ${becauseOf(names, way)}`];
  for (const row of rows) {
    if (!row.with || (row.kind !== 'differs' && row.kind !== 'only-with')) continue;
    const later = wayTo(index, row.with, (one) => made.has(one.id));
    if (later.length > 1)
      return [
        ELSE,
        `The first whose causes go back to the change: ${told(names, row.with)}; ${becauseOf(names, later)}`,
      ];
  }
  return [ELSE];
}

/** The causes of the first step of a way, up to the change. */
function becauseOf(names: Actors, way: readonly Step[]): string {
  const shown = way.slice(1, 1 + MOST_LINKS).map((one) => `because ${told(names, one)}`);
  const left = way.length - 1 - shown.length;
  return `${shown.join('; ')}${left > 0 ? `; and ${count(left, 'step', 'steps')} before` : ''}`;
}

const ELSE =
  'Its causes are not recorded back to the change; but seed, inputs and everything up to the fork are the same, so nothing else can have made the difference.';

/** The shortest way over causes from a step back to one that is looked for, the step first; empty where there is none. */
export function wayTo(index: TraceIndex, step: Step, wanted: (step: Step) => boolean): Step[] {
  const via = new Map<Step, Step | undefined>([[step, undefined]]);
  for (const one of via.keys()) {
    if (wanted(one)) {
      const out: Step[] = [];
      for (let at: Step | undefined = one; at; at = via.get(at)) out.unshift(at);
      return out;
    }
    for (const id of one.causes) {
      const cause = index.get(id);
      if (cause && !via.has(cause)) via.set(cause, one);
    }
  }
  return [];
}

/** Who cannot act any more because of the change, where that is who took the step. */
function stoppedBy(names: Actors, change: Change, { actor }: Step): string | undefined {
  if (change.type !== 'stop') return undefined;
  const { node, component } = change.target;
  if (component === undefined) return actor.node === node ? node : undefined;
  if (node !== undefined && actor.node !== node) return undefined;
  const process = names.component(actor.component)?.process;
  return actor.component === component || process === component ? component : undefined;
}

/** The step that made an object differ: in the future with the change where it is there to be seen, else in the other. */
export function cueOf(
  { without, with: changed }: Comparison,
  { ref, where, nameWith, fields }: Comparison['objects'][number],
): { readonly in: 'without' | 'with'; readonly step: Step } | undefined {
  const paths = new Set(fields.map(({ path }) => path));
  const last = (steps: readonly Step[], name: string): Step | undefined => {
    const key = objectKey({ ...ref, name });
    const about = steps.filter((s) => !s.routine && s.object && objectKey(s.object) === key && s.request && s.changed);
    return about.findLast((s) => s.changed?.some(({ path }) => paths.has(path))) ?? about.at(-1);
  };
  const inWith = last(changed.steps, nameWith ?? ref.name);
  if (inWith) return { in: 'with', step: inWith };
  const inWithout = where === 'with' ? undefined : last(without.steps, ref.name);
  return inWithout && { in: 'without', step: inWithout };
}
