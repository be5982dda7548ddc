// Steps from outside (another thread, a file) are unknown JSON until they were looked at. A step that cannot be used is left
// out and reported; the rest stays usable. Unknown kinds of step pass: a view shows what every step has.
import { isRecord, type Json } from '../model/object.ts';
import type { Step, StepKind } from './step.ts';

export interface ParsedSteps {
  readonly steps: readonly Step[];
  /** One sentence for each step that was left out. */
  readonly problems: readonly string[];
}

/** Kinds that this version knows; `Record` makes the compiler ask for each. */
const KINDS: { readonly [kind in StepKind]: true } = {
  request: true,
  decide: true,
  schedule: true,
  node: true,
  fault: true,
  system: true,
};

/** Kinds that only a newer version knows, with how many steps are of them. */
export function unknownKinds(steps: Iterable<Step>): ReadonlyMap<string, number> {
  const out = new Map<string, number>();
  for (const { kind } of steps) if (!Object.hasOwn(KINDS, kind)) out.set(kind, (out.get(kind) ?? 0) + 1);
  return out;
}

type Check = (value: unknown) => boolean;

const isString: Check = (v) => typeof v === 'string';
const isTime: Check = (v) => typeof v === 'number' && Number.isFinite(v);
const isId: Check = (v) => Number.isSafeInteger(v) && (v as number) > 0;
const isActor: Check = (v) => isRecord(v) && isString(v.component) && (v.node === undefined || isString(v.node));
const isRef: Check = (v) =>
  isRecord(v) &&
  [v.group, v.resource, v.kind, v.name].every(isString) &&
  (v.namespace === undefined || isString(v.namespace));
const isStage: Check = (v) => isRecord(v) && [v.stage, v.verdict, v.text].every(isString);
const isRequest: Check = (v) =>
  isRecord(v) &&
  [v.verb, v.method, v.path, v.user].every(isString) &&
  isTime(v.code) &&
  isTime(v.sentAt) &&
  listOf(isStage)(v.stages);
const isChange: Check = (v) => isRecord(v) && isString(v.path);
const isScore: Check = (v) => isRecord(v) && isString(v.plugin) && [v.raw, v.normalized, v.weighted].every(isTime);
const isVerdict: Check = (v) =>
  isRecord(v) && isString(v.node) && (v.scores === undefined || listOf(isScore)(v.scores));

const details: { readonly [type: string]: (v: Json) => boolean } = {
  schedule: (v) => listOf(isVerdict)(v.nodes) && listOf(isString)(v.filters) && isString(v.why),
  decide: (v) => isRecord(v.inputs),
  node: (v) => isString(v.call),
  fault: (v) => v.change === 'stop' || v.change === 'start',
};
const isDetail: Check = (v) => isRecord(v) && isString(v.type) && (details[v.type as string]?.(v) ?? true);

const required: { readonly [field: string]: Check } = {
  id: isId,
  at: isTime,
  actor: isActor,
  kind: isString,
  action: isString,
  causes: listOf(isId),
  fidelity: isString,
  text: isString,
};

const optional: { readonly [field: string]: Check } = {
  object: isRef,
  request: isRequest,
  changed: listOf(isChange),
  resourceVersion: isString,
  simplification: isString,
  detail: isDetail,
};

function listOf(check: Check): Check {
  return (v) => Array.isArray(v) && v.every(check);
}

function problemOf(value: unknown): string | undefined {
  if (!isRecord(value)) return 'is not an object';
  for (const [field, check] of Object.entries(required)) {
    if (!check(value[field])) return value[field] === undefined ? `has no ${field}` : `has an unusable ${field}`;
  }
  for (const [field, check] of Object.entries(optional)) {
    if (value[field] !== undefined && !check(value[field])) return `has an unusable ${field}`;
  }
  return undefined;
}

/** Looks at every step; ids must grow. `after` is the id of the last step that the reader already has. */
export function parseSteps(list: readonly unknown[], after = 0): ParsedSteps {
  const steps: Step[] = [];
  const problems: string[] = [];
  let last = after;
  list.forEach((value, index) => {
    const problem = problemOf(value);
    if (problem !== undefined) {
      problems.push(`Step ${index + 1} of the batch ${problem}.`);
      return;
    }
    const step = value as Step;
    if (step.id <= last) {
      problems.push(`Step ${index + 1} of the batch has the number ${step.id}, which does not follow ${last}.`);
      return;
    }
    last = step.id;
    steps.push(step);
  });
  return { steps, problems };
}
