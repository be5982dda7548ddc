// Messages cross a boundary that types do not: what arrives is looked at before it is believed. The answer is the message,
// or a sentence that says what is wrong with it. Steps are looked at one by one by `parseSteps`, not here.
import { isRecord, type Json } from '../model/object.ts';
import type { FromFlow, ToFlow } from './flow.ts';

export type Parsed<T> = { readonly ok: true; readonly message: T } | { readonly ok: false; readonly problem: string };

type Check = (value: unknown) => boolean;
type Shape = { readonly [field: string]: Check };

const isString: Check = (v) => typeof v === 'string';
const isFlag: Check = (v) => typeof v === 'boolean';
const isNumber: Check = (v) => typeof v === 'number' && Number.isFinite(v);
const isCount: Check = (v) => Number.isSafeInteger(v) && (v as number) >= 0;
const isList: Check = (v) => Array.isArray(v);
const listOf =
  (check: Check): Check =>
  (v) =>
    Array.isArray(v) && v.every(check);
const record =
  (shape: Shape): Check =>
  (v) =>
    isRecord(v) && Object.entries(shape).every(([field, check]) => check(v[field]));
const maybe =
  (check: Check): Check =>
  (v) =>
    v === undefined || check(v);
const oneOf =
  (...values: readonly string[]): Check =>
  (v) =>
    typeof v === 'string' && values.includes(v);

const isRef = record({
  group: isString,
  resource: isString,
  kind: isString,
  name: isString,
  namespace: maybe(isString),
});
const isClock = record({ running: isFlag, speed: isNumber, atUs: isNumber });
const isTopology = record({
  nodes: listOf(record({ name: isString, controlPlane: isFlag })),
  placements: listOf(record({ component: isString, node: maybe(isString) })),
  components: listOf(
    record({
      id: isString,
      name: isString,
      role: isString,
      group: isString,
      colour: isString,
      process: maybe(isString),
    }),
  ),
});

const toFlow: { readonly [type in ToFlow['type']]: Shape } = {
  init: {
    protocol: isCount,
    source: record({ id: isString, name: isString, kind: oneOf('simulator', 'cluster', 'audit', 'file') }),
    topology: isTopology,
    objects: maybe(listOf(record({ ref: isRef, value: isRecord }))),
    steps: isList,
    startAt: maybe(isCount),
    autoplay: isFlag,
    clock: maybe(isClock),
  },
  steps: { from: isCount, steps: isList },
  topology: { topology: isTopology },
  state: { clock: isClock },
  reveal: { stepId: isCount, play: maybe(isFlag), why: maybe(isFlag) },
  done: { request: isCount, text: maybe(isString) },
  error: { request: maybe(isCount), message: isString, advice: isString },
};

const fromFlow: { readonly [type in FromFlow['type']]: Shape } = {
  ready: { protocol: isCount },
  resync: { have: isCount },
  clock: { request: isCount, command: oneOf('run', 'hold', 'step') },
  openObject: { request: isCount, object: isRef },
  explainField: { request: isCount, object: isRef, path: isString },
  copyTranscript: { request: isCount, markdown: isString },
  export: { request: isCount, suggestedName: isString, mediaType: isString, data: isString },
  error: { message: isString, stack: maybe(isString) },
};

function parse<T>(value: unknown, shapes: { readonly [type: string]: Shape }): Parsed<T> {
  if (!isRecord(value) || typeof value.type !== 'string') return { ok: false, problem: 'The message has no type.' };
  const shape = Object.hasOwn(shapes, value.type) ? shapes[value.type] : undefined;
  if (shape === undefined) return { ok: false, problem: `Messages of type “${value.type}” are unknown.` };
  const bad = badField(value, shape);
  if (bad !== undefined) return { ok: false, problem: `The message “${value.type}” has no usable “${bad}”.` };
  return { ok: true, message: value as unknown as T };
}

function badField(value: Json, shape: Shape): string | undefined {
  return Object.entries(shape).find(([field, check]) => !check(value[field]))?.[0];
}

/** What the host sent to the panel. The elements of `steps` are still unknown: give them to `parseSteps`. */
export function parseToFlow(value: unknown): Parsed<ToFlow> {
  return parse<ToFlow>(value, toFlow);
}

/** What the panel sent to the host. */
export function parseFromFlow(value: unknown): Parsed<FromFlow> {
  return parse<FromFlow>(value, fromFlow);
}
