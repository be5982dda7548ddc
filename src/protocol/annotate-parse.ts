// What the annotated manifest and its host say to each other, looked at before it is believed.
import type { FromAnnotate, ToAnnotate } from './annotate.ts';
import {
  isCount,
  isFlag,
  isNumber,
  isString,
  listOf,
  maybe,
  type Parsed,
  parseMessage,
  record,
  type Shape,
} from './shapes.ts';

const isAct = record({
  component: isString,
  stage: isString,
  step: maybe(isString),
  does: isString,
  writes: maybe(isFlag),
});
const isField = record({
  column: isCount,
  path: isString,
  of: isString,
  acts: listOf(isAct),
  main: isNumber,
  is: maybe(isString),
  warning: maybe(isString),
});
const isRow = record({
  text: isString,
  fields: listOf(isField),
  continues: maybe(record({ colour: isString, components: listOf(isString) })),
});
const isSummary = record({
  stages: listOf(record({ id: isString, title: isString, when: isString })),
  components: listOf(record({ id: isString, name: isString, role: isString, colour: isString })),
  objects: isCount,
  problems: listOf(record({ line: isCount, message: isString })),
});

const toAnnotate: { readonly [type in ToAnnotate['type']]: Shape } = {
  init: {
    protocol: isCount,
    uri: isString,
    name: isString,
    rows: listOf(isRow),
    summary: isSummary,
    note: isString,
    line: maybe(isCount),
  },
  splice: { have: isCount, from: isCount, removed: isCount, rows: listOf(isRow), summary: isSummary },
  cursor: { line: isCount },
  scroll: { line: isCount },
  done: {
    request: isCount,
    text: maybe(isString),
    rows: maybe(listOf(record({ label: isString, text: isString }))),
  },
  error: { request: maybe(isCount), message: isString, advice: isString },
};

const fromAnnotate: { readonly [type in FromAnnotate['type']]: Shape } = {
  ready: { protocol: isCount, uri: maybe(isString) },
  resync: {},
  select: { line: isCount, column: isCount, focus: isFlag },
  scrolled: { line: isCount },
  record: { request: isCount, line: isCount, column: isCount },
  watch: { request: isCount, line: isCount, column: isCount, component: isString },
  transcript: { request: isCount },
  copy: { request: isCount },
  export: { request: isCount },
  error: { message: isString, stack: maybe(isString) },
};

/** What the host sent to the panel. */
export function parseToAnnotate(value: unknown): Parsed<ToAnnotate> {
  return parseMessage<ToAnnotate>(value, toAnnotate);
}

/** What the panel sent to the host. */
export function parseFromAnnotate(value: unknown): Parsed<FromAnnotate> {
  return parseMessage<FromAnnotate>(value, fromAnnotate);
}
