// What the rules of a schema say of an object. Models apiextensions-apiserver/pkg/apiserver/schema/cel/validation.go: each node
// that has a value is asked, transition rules where there is an old value to compare with, and an error that was there before
// the update only warns.
import { PER_CALL_LIMIT, type Program } from '../../../../cel/index.ts';
import { NONE, Optional, type Value } from '../../../../cel/values.ts';
import type { JSONSchemaProps } from '../../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../../model/object.ts';
import { equal } from '../../../../model/paths.ts';
import { BUDGET } from '../../cel/evaluate.ts';
import { Errors, type FieldError, Path } from '../../validation/field.ts';
import { propsOf } from '../schema.ts';
import { keyOf } from '../validate.ts';
import { type Declared, declaredType, escapeName } from './declared.ts';
import { type CompiledRule, compileRules, type ValidationRule } from './rules.ts';
import { adapter } from './values.ts';

/** A schema with the rules in it and below; only what leads to rules is kept. */
interface Node {
  readonly schema: JSONSchemaProps;
  readonly whole: boolean;
  readonly rules: readonly CompiledRule[];
  readonly properties: ReadonlyMap<string, Node>;
  readonly items: Node | undefined;
  readonly values: Node | undefined;
}

function nodeOf(s: JSONSchemaProps, whole: boolean, declared: Declared | undefined): Node | undefined {
  if (declared === undefined) return undefined;
  const embedded = (x: JSONSchemaProps): boolean => x['x-kubernetes-embedded-resource'] === true;
  const properties = new Map<string, Node>();
  // Upstream's order is that of a Go map, which is another each time; this one repeats.
  for (const name of Object.keys(s.properties ?? {}).sort()) {
    const property = s.properties?.[name] ?? {};
    const escaped = escapeName(name);
    const type =
      escaped === undefined ? declaredType(property, embedded(property), name) : declared.fields?.get(escaped);
    const node = nodeOf(property, embedded(property), type);
    if (node !== undefined) properties.set(name, node);
  }
  const inner = (x: unknown): Node | undefined => {
    const props = propsOf(x);
    return props && nodeOf(props, embedded(props), declared.element);
  };
  const [items, values] = [inner(s.items), inner(s.additionalProperties)];
  const rules = compileRules(s, declared);
  if (rules.length === 0 && properties.size === 0 && items === undefined && values === undefined) return undefined;
  return { schema: s, whole, rules, properties, items, values };
}

const nodes = new WeakMap<JSONSchemaProps, { readonly node: Node | undefined }>();

function rootOf(schema: JSONSchemaProps): Node | undefined {
  const known = nodes.get(schema);
  if (known !== undefined) return known.node;
  const node = hasRules(schema) ? nodeOf(schema, true, declaredType(schema, true, 'selfType')) : undefined;
  nodes.set(schema, { node });
  return node;
}

export function hasRules(s: JSONSchemaProps): boolean {
  if ((s['x-kubernetes-validations'] ?? []).length > 0) return true;
  const inner = [propsOf(s.items), propsOf(s.additionalProperties), ...Object.values(s.properties ?? {})];
  return inner.some((x) => x !== undefined && hasRules(x));
}

/** The value and what it was; `old` undefined where nothing can be said to be the same value before. */
interface Correlated {
  readonly value: unknown;
  readonly old: unknown;
  /** The nearest value around that can be compared is what it was. */
  readonly unchangedAround: boolean;
  readonly comparable: boolean;
}

export interface Evaluated {
  readonly rule: string;
  readonly field: string;
  readonly holds: boolean;
}

export interface RuleResults {
  readonly errors: readonly FieldError[];
  /** Errors that were there before, which an update does not have to mend. */
  readonly warnings: readonly string[];
  /** Every rule that was evaluated. */
  readonly evaluated: readonly Evaluated[];
}

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run';
const MAX_MESSAGE = 5 * 1024;

const shown = ({ message = '', rule }: ValidationRule): string => (message === '' ? rule : message).trim();

class Run {
  readonly errors = new Errors();
  readonly warnings: string[] = [];
  readonly evaluated: Evaluated[] = [];
  private readonly ratchets: boolean;
  private left = BUDGET;
  private over = false;

  /** `ratchets`: what was wrong before may stay. */
  constructor(ratchets = true) {
    this.ratchets = ratchets;
  }

  visit(node: Node, path: Path | undefined, c: Correlated): void {
    if (this.over || c.value === null || c.value === undefined) return;
    this.rules(node, path, c);
    if (Array.isArray(c.value)) this.list(node, path, c, c.value);
    else if (isRecord(c.value)) this.object(node, path, c, c.value);
  }

  private object(node: Node, path: Path | undefined, c: Correlated, value: { readonly [key: string]: unknown }): void {
    const comparable = node.schema['x-kubernetes-map-type'] !== 'atomic';
    const old = isRecord(c.old) ? c.old : undefined;
    const inner = (key: string): Correlated => below(c, value[key], comparable ? old?.[key] : undefined, comparable);
    for (const [key, child] of node.properties)
      if (Object.hasOwn(value, key)) this.visit(child, path === undefined ? Path.of(key) : path.child(key), inner(key));
    if (node.values === undefined) return;
    for (const key of Object.keys(value))
      this.visit(node.values, path === undefined ? Path.of(`[${key}]`) : path.key(key), inner(key));
  }

  private list(node: Node, path: Path | undefined, c: Correlated, value: readonly unknown[]): void {
    if (node.items === undefined || path === undefined) return;
    const keyed = node.schema['x-kubernetes-list-type'] === 'map';
    const keys = node.schema['x-kubernetes-list-map-keys'] ?? [];
    const before = keyed && Array.isArray(c.old) ? new Map(c.old.map((o) => [keyOf(o, keys), o])) : undefined;
    for (const [i, item] of value.entries())
      this.visit(node.items, path.index(i), below(c, item, before?.get(keyOf(item, keys)), keyed));
  }

  private rules(node: Node, path: Path | undefined, c: Correlated): void {
    if (node.rules.length === 0) return;
    const { schema, whole } = node;
    const adapt = adapter(schema, whole);
    const has = c.old !== undefined && c.old !== null;
    for (const compiled of node.rules) {
      const { rule, program } = compiled;
      if (this.over) return;
      if (program === undefined) continue;
      if (compiled.usesOldSelf && !has && !rule.optionalOldSelf) continue;
      const variable = (name: string): Value | undefined => {
        if (name === 'self') return adapt(c.value);
        if (name !== 'oldSelf') return undefined;
        const old = has ? adapt(c.old) : undefined;
        return rule.optionalOldSelf ? (old === undefined ? NONE : new Optional(old)) : old;
      };
      this.one(compiled, program, node, path, c, variable);
    }
  }

  private one(
    compiled: CompiledRule,
    program: Program,
    node: Node,
    path: Path | undefined,
    c: Correlated,
    variable: (name: string) => Value | undefined,
  ): void {
    const { rule } = compiled;
    const at = path ?? ROOT;
    const type = node.schema.type ?? '';
    const outcome = program.run(variable, PER_CALL_LIMIT);
    if (outcome.cost > this.left) {
      this.stop(at, type, OUT_OF_BUDGET);
      return;
    }
    this.left -= outcome.cost;
    if ('error' in outcome) {
      this.failed(rule, at, type, outcome);
      return;
    }
    this.evaluated.push({ rule: rule.rule, field: String(at), holds: outcome.value === true });
    if (outcome.value === true) return;
    const field = normalized(rule.fieldPath, path) ?? at;
    const detail = this.message(compiled, variable) ?? messageOf(rule);
    const found = new Errors();
    report(found, field, type, detail, rule.reason);
    const unchanged = c.comparable ? equal(c.value, c.old) : c.unchangedAround;
    const ratcheted = this.ratchets && !compiled.usesOldSelf && unchanged;
    for (const error of found.list) {
      if (ratcheted) this.warnings.push(`${error.field}: ${error.message}`);
      else this.errors.list.push(error);
    }
  }

  /** The rule could not be evaluated. */
  private failed(rule: ValidationRule, at: Path, type: string, outcome: { error: string; exceeded: boolean }): void {
    const { error, exceeded } = outcome;
    const name = shown(rule);
    const end = `'${error}': no further validation rules will be run due to call cost exceeds limit for rule: ${name}`;
    if (exceeded) this.stop(at, type, end);
    else if (error.startsWith('no such overload')) {
      const what = 'call arguments did not match a supported operator, function or macro signature';
      this.errors.invalid(at, type, `'${error}': ${what} for rule: ${name}`);
    } else this.errors.invalid(at, type, `${error} evaluating rule: ${name}`);
  }

  private stop(at: Path, type: string, why: string): void {
    this.over = true;
    this.errors.invalid(at, type, why);
  }

  private message({ message }: CompiledRule, variable: (name: string) => Value | undefined): string | undefined {
    if (message === undefined) return undefined;
    const outcome = message.run(variable, PER_CALL_LIMIT);
    this.left -= Math.min(this.left, outcome.cost);
    if ('error' in outcome || typeof outcome.value !== 'string') return undefined;
    const text = outcome.value.trim();
    return text === '' || text.length > MAX_MESSAGE || text.includes('\n') ? undefined : text;
  }
}

/** The path of the object itself. */
const ROOT = Path.of('<nil>');

const messageOf = (rule: ValidationRule): string =>
  (rule.message ?? '') === '' ? `failed rule: ${shown(rule)}` : (rule.message ?? '').trim();

/** `.spec.size` or `.spec['size']`, as it is appended to the path of the rule's own value. */
function normalized(fieldPath: string | undefined, path: Path | undefined): Path | undefined {
  if (!fieldPath) return undefined;
  const text = fieldPath.replace(/\['((?:[^'\\]|\\.)*)'\]/g, (_, name: string) => `.${name.replace(/\\(.)/g, '$1')}`);
  const names = text.replace(/^\./, '');
  return path === undefined ? Path.of(names) : path.child(names);
}

function report(errors: Errors, at: Path, type: string, detail: string, reason: string | undefined): void {
  if (reason === 'FieldValueForbidden') errors.forbidden(at, detail);
  else if (reason === 'FieldValueRequired') errors.required(at, detail);
  else if (reason === 'FieldValueDuplicate') errors.duplicate(at, type);
  else errors.invalid(at, type, detail);
}

/** The value inside another one. */
function below(c: Correlated, value: unknown, old: unknown, comparable: boolean): Correlated {
  const still = comparable && c.comparable && old !== undefined;
  const around = c.comparable ? equal(c.value, c.old) : c.unchangedAround;
  return { value, old: still ? old : undefined, comparable: still, unchangedAround: around };
}

/** `old` is undefined for a new object. */
export function checkRules(schema: JSONSchemaProps, object: unknown, old: unknown): RuleResults | undefined {
  const root = rootOf(schema);
  if (root === undefined) return undefined;
  const run = new Run();
  run.visit(root, undefined, { value: object, old, comparable: old !== undefined, unchangedAround: false });
  const { errors, warnings, evaluated } = run;
  return { errors: errors.list, warnings, evaluated };
}

/** What the rules in a schema say of its default: as an update that changes nothing, and as something new. */
export function checkDefault(path: Path, schema: JSONSchemaProps): readonly FieldError[] {
  if (!hasRules(schema)) return [];
  const whole = schema['x-kubernetes-embedded-resource'] === true;
  const node = nodeOf(schema, whole, declaredType(schema, whole, 'selfType'));
  if (node === undefined) return [];
  const value = schema.default;
  for (const old of [value, undefined]) {
    const run = new Run(false);
    run.visit(node, path, { value, old, comparable: old !== undefined, unchangedAround: false });
    if (run.errors.count > 0) return run.errors.list;
  }
  return [];
}
