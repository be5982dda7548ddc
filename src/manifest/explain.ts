// Record and schema of a place → Explanation. What depends on the place (a template, a probe's kind) is added here.
import { findComponent } from '../knowledge/components.ts';
import { sinceText } from '../knowledge/feature-gates.ts';
import type { Knowledge } from '../knowledge/knowledge.ts';
import type {
  ChangeEffect,
  ContextualRecord,
  DefaultValue,
  FieldRecord,
  Handler,
  Writer,
} from '../knowledge/record.ts';
import type { FieldSchema } from '../model/schema.ts';
import type { ExplainedHandler, FieldFacts } from './explanation.ts';
import { templateChange } from './template.ts';
import { type PathSegment, type Place, typeText } from './typing.ts';

/** Everything known of a field at this place; undefined for a place outside the schema. */
export function known(knowledge: Knowledge, place: Place): FieldFacts | undefined {
  const owner = place.owner;
  if (!owner) return undefined;
  const schema = owner.field;
  const record = recordFor(knowledge, place, owner.type, schema.name);
  const merge = mergeText(schema);
  const schemaText = knowledge.description(owner.type, schema.name);
  const fallback = record?.default;
  const change = changeText(knowledge, record, place);
  return {
    type: owner.type,
    field: schema.name,
    ...(place.entry !== undefined && { entry: place.entry }),
    fieldType: typeText(schema),
    // No schema says so of what names the schema.
    required: schema.required || (place.within.length === 0 && /^(apiVersion|kind)$/.test(schema.name)),
    ...(schema.enum && { values: schema.enum }),
    ...(merge && { merge }),
    ...(record?.is && { is: record.is }),
    handlers: (record?.handlers ?? []).map(handler),
    writtenBy: (record?.writtenBy ?? []).map(writer),
    ...(fallback && { default: defaultText(fallback, place) }),
    ...(change && { change }),
    wrong: record?.wrong ?? [],
    with: record?.with ?? [],
    ...(record?.since && { since: sinceText(record.since) }),
    ...(record?.deprecated && { deprecated: record.deprecated }),
    sources: record?.source ?? [],
    version: knowledge.version,
    ...(schemaText && { schemaText }),
    recorded: record !== undefined,
  };
}

/** The record of the field that a place is in, with what it says of this place. */
export function recordAt(knowledge: Knowledge, place: Place): FieldRecord | undefined {
  return place.owner && recordFor(knowledge, place, place.owner.type, place.owner.field.name);
}

function recordFor(knowledge: Knowledge, place: Place, type: string, field: string): FieldRecord | undefined {
  const record = knowledge.record(type, field);
  if (!record?.in) return record;
  const special = fitting(record.in, place);
  return special ? { ...record, ...special } : record;
}

/** The first listed replacement one of whose names is the place's own key, an enclosing field, or the kind. */
function fitting(choices: Readonly<Record<string, ContextualRecord>>, place: Place): ContextualRecord | undefined {
  const names = new Set([place.entry, ...place.within, place.kind]);
  const name = Object.keys(choices).find((some) => some.split(' ').some((candidate) => names.has(candidate)));
  return name === undefined ? undefined : choices[name];
}

function explained(component: string, does: string, step?: string): ExplainedHandler {
  const found = findComponent(component);
  return {
    component,
    name: found?.name ?? component,
    colour: found?.colour ?? 'user',
    icon: found?.icon ?? 'question',
    ...(step && { step }),
    does,
  };
}

function handler({ component, does, step }: Handler): ExplainedHandler {
  return explained(component, does, step);
}

function writer({ component, when }: Writer): ExplainedHandler {
  return explained(component, when);
}

function defaultText({ value, text, by, step, stored, on }: DefaultValue, { kind }: Place): string {
  const what = text ?? (typeof value === 'string' ? value || '""' : JSON.stringify(value));
  const who = findComponent(by)?.name ?? by;
  const how = stored === false ? `assumed by ${who}` : `${who}${step ? ` ${step}` : ''}`;
  const later = on === undefined || on === kind ? '' : `, in each ${on} made from this`;
  return `${what} (${how}${later})`;
}

function changeText(knowledge: Knowledge, record: FieldRecord | undefined, place: Place): FieldFacts['change'] {
  if (!record) return undefined;
  const { effect = fateOf(knowledge, place.outer), text } = record.change ?? {};
  const outer = templateChange(place);
  if (outer) {
    // What a record says of an object that exists does not hold for a template, unless it was written for one.
    const own = record.change === record.in?.template?.change ? text : undefined;
    return { effect: outer.effect, text: own === undefined ? outer.text : `${outer.text} ${own}` };
  }
  const plain = text ?? (effect && plainChange(effect, place));
  return effect === undefined || plain === undefined ? undefined : { effect, text: plain };
}

/**
 * Types that many fields share, such as selectors and references, leave it to the field they stand in. What is said of a
 * whole that may change, with particulars, need not hold for each of its parts.
 */
function fateOf(knowledge: Knowledge, place: Place | undefined): ChangeEffect | undefined {
  for (let outer = place; outer; outer = outer.outer) {
    const { effect, text } = recordAt(knowledge, outer)?.change ?? {};
    if (effect) return effect === 'in-place' && text !== undefined ? undefined : effect;
  }
  return undefined;
}

/** The sentence for an effect that has no particulars. */
function plainChange(effect: ChangeEffect, place: Place): string | undefined {
  if (effect === 'next') return 'Counts for what is made from now on; what exists stays as it is.';
  if (effect === 'in-place') return 'May be changed at any time.';
  if (effect !== 'immutable') return undefined;
  return place.kind === 'Pod'
    ? 'On a pod that exists it cannot be changed: another value needs another pod.'
    : 'Cannot be changed once the object exists.';
}

function mergeText(schema: FieldSchema): string | undefined {
  if (schema.listType === 'map') return `by ${schema.keys?.join(' and ') ?? 'key'}`;
  if (schema.listType === 'set') return 'as a set';
  return schema.listType === 'atomic' || (schema.kind === 'map' && schema.atomic) ? 'as a whole' : undefined;
}

/** `spec.containers[0].image`; keys that are no plain words are quoted. */
export function pathText(path: readonly PathSegment[]): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(segment)) text += text ? `.${segment}` : segment;
    else text += `['${segment}']`;
  }
  return text;
}
