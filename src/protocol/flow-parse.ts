// Messages cross a boundary that types do not: what arrives is looked at before it is believed. The answer is the message,
// or a sentence that says what is wrong with it. Steps are looked at one by one by `parseSteps`, not here.
import { isRecord } from '../model/object.ts';
import type { FromFlow, ToFlow } from './flow.ts';
import {
  type Check,
  isCount,
  isFlag,
  isList,
  isNumber,
  isRef,
  isString,
  listOf,
  maybe,
  oneOf,
  type Parsed,
  parseMessage,
  record,
  type Shape,
} from './shapes.ts';
import { isChange } from './worker-parse.ts';

export type { Parsed };

const isTexts: Check = (v) => isRecord(v) && Object.values(v).every(isString);
const isClock = record({ running: isFlag, speed: isNumber, atUs: isNumber });
const isTopology = record({
  nodes: listOf(record({ name: isString, controlPlane: isFlag, hosts: maybe(isFlag) })),
  placements: listOf(record({ component: isString, node: maybe(isString), stoppable: maybe(isFlag) })),
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
  leaders: maybe(listOf(record({ component: isString, node: isString, from: isNumber }))),
});

const isFuture = record({ steps: isList, whole: isFlag });
const isComparison = record({
  change: isChange,
  fork: isCount,
  at: isNumber,
  until: isNumber,
  changeSteps: listOf(isCount),
  without: isFuture,
  with: isFuture,
  objects: listOf(record({ ref: isRef, where: oneOf('without', 'with', 'both'), fields: isList })),
  moreObjects: isCount,
  notes: listOf(isString),
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
    epochMs: maybe(isNumber),
  },
  steps: { from: isCount, steps: isList },
  topology: { topology: isTopology },
  state: { clock: isClock },
  reveal: { stepId: isCount, play: maybe(isFlag), why: maybe(isFlag) },
  progress: { request: isCount, done: isNumber },
  forked: { comparison: isComparison },
  done: { request: isCount, text: maybe(isString) },
  error: { request: maybe(isCount), message: isString, advice: isString },
};

const fromFlow: { readonly [type in FromFlow['type']]: Shape } = {
  ready: { protocol: isCount },
  resync: { have: isCount },
  clock: { request: isCount, command: oneOf('run', 'hold', 'step') },
  openObject: { request: isCount, object: isRef },
  explainField: { request: isCount, object: isRef, path: isString },
  openField: { request: isCount, object: isRef, path: isString },
  exchange: { request: isCount, stepId: isCount },
  fork: { request: isCount, stepId: isCount, change: isChange, forUs: isNumber, repeat: isFlag },
  endFork: { request: isCount },
  manifest: { request: isCount, stepId: isCount, object: maybe(isRef) },
  copyTranscript: { request: isCount, markdown: isString },
  export: {
    request: isCount,
    suggestedName: isString,
    mediaType: isString,
    data: isString,
    encoding: maybe(oneOf('base64')),
  },
  exportPage: { request: isCount, suggestedName: isString, init: isString, theme: isTexts, look: isString },
  error: { message: isString, stack: maybe(isString) },
};

/** What the host sent to the panel. The elements of `steps` are still unknown: give them to `parseSteps`. */
export function parseToFlow(value: unknown): Parsed<ToFlow> {
  return parseMessage<ToFlow>(value, toFlow);
}

/** What the panel sent to the host. */
export function parseFromFlow(value: unknown): Parsed<FromFlow> {
  return parseMessage<FromFlow>(value, fromFlow);
}
