// Whether an object keeps its structural schema, in the words of upstream. Models k8s.io/kube-openapi/pkg/validation and
// apiextensions-apiserver/pkg/apiserver/validation/validation.go.
import { matches, regexProblem } from '../../../cel/regex.ts';
import type { JSONSchemaProps } from '../../../model/generated/apiextensions.v1.ts';
import { isRecord } from '../../../model/object.ts';
import { equal } from '../../../model/paths.ts';
import { parseTime } from '../../../model/time.ts';
import type { ErrorType, FieldError } from '../validation/field.ts';
import { propsOf } from './schema.ts';

const FORMATS: Record<string, (text: string) => boolean> = {
  'date-time': (t) => parseTime(t) !== undefined,
  date: (t) => /^\d{4}-\d{2}-\d{2}$/.test(t) && parseTime(`${t}T00:00:00Z`) !== undefined,
  uuid: (t) => /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i.test(t),
  ipv4: (t) => /^(\d{1,3}\.){3}\d{1,3}$/.test(t) && t.split('.').every((p) => Number(p) < 256),
  email: (t) => /^[^@\s]+@[^@\s]+$/.test(t),
  byte: (t) => /^[A-Za-z0-9+/]*={0,2}$/.test(t) && t.length % 4 === 0,
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const shown = (value: unknown): string => {
  const kind = kindOf(value);
  return kind === 'object' || kind === 'array' ? kind : kind === 'null' ? 'null' : JSON.stringify(value);
};

/** A value before an update. */
interface Before {
  readonly value: unknown;
}

/** There was none, or nobody can say which it was. */
const NEW: Before = { value: undefined };

function fieldBefore(s: JSONSchemaProps, old: unknown, key: string): Before {
  const there = isRecord(old) && Object.hasOwn(old, key) && s['x-kubernetes-map-type'] !== 'atomic';
  return there ? { value: old[key] } : NEW;
}

/** Items are known by their keys, those of a set by themselves. */
function itemsBefore(s: JSONSchemaProps, old: unknown): (item: unknown) => Before {
  const type = s['x-kubernetes-list-type'];
  if (!Array.isArray(old) || (type !== 'map' && type !== 'set')) return () => NEW;
  const keys = s['x-kubernetes-list-map-keys'] ?? [];
  const byKey = new Map(old.map((item) => [keyOf(item, keys), item]));
  return (item) => {
    const key = keyOf(item, keys);
    return byKey.has(key) ? { value: byKey.get(key) } : NEW;
  };
}

/** By which an item of a list with keys is known; other items are their own key. */
export function keyOf(item: unknown, keys: readonly string[]): string {
  return JSON.stringify(isRecord(item) ? keys.map((k) => item[k] ?? null) : item);
}

class Checker {
  readonly errors: FieldError[] = [];

  private add(reason: ErrorType, field: string, message: string): void {
    this.errors.push({ reason, field, message });
  }

  /** `spec.size: Invalid value: 0: spec.size in body should be …`. */
  private body(field: string, value: unknown, rule: string): void {
    this.add('FieldValueInvalid', field, `Invalid value: ${JSON.stringify(value)}: ${field} in body ${rule}`);
  }

  /** `old`: the same value before an update; what it was may stay. */
  value(value: unknown, s: JSONSchemaProps, path: string, old: Before = NEW): void {
    if (value === null && s.nullable) return;
    if (old !== NEW && equal(value, old.value)) return;
    if (!this.type(value, s, path)) return;
    if (s.enum !== undefined && !s.enum.some((e) => equal(e, value))) {
      const supported = s.enum.map((e) => JSON.stringify(e)).join(', ');
      this.add(
        'FieldValueNotSupported',
        path,
        `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`,
      );
    }
    if (typeof value === 'string') this.text(value, s, path);
    if (typeof value === 'number') this.number(value, s, path);
    if (Array.isArray(value)) this.list(value, s, path, old);
    else if (isRecord(value)) this.object(value, s, path, old);
    this.logic(value, s, path);
  }

  private type(value: unknown, s: JSONSchemaProps, path: string): boolean {
    if (s['x-kubernetes-int-or-string']) {
      if (typeof value === 'string' || kindOf(value) === 'integer') return true;
      this.wrongType(value, 'integer,string', path);
      return false;
    }
    if (!s.type) return true;
    const kind = kindOf(value);
    if (kind === s.type || (s.type === 'number' && kind === 'integer')) return true;
    this.wrongType(value, s.type, path);
    return false;
  }

  private wrongType(value: unknown, type: string, path: string): void {
    const got = JSON.stringify(kindOf(value));
    this.add(
      'FieldValueTypeInvalid',
      path || '<nil>',
      `Invalid value: ${got}: ${path} in body must be of type ${type}: ${got}`,
    );
  }

  private text(value: string, s: JSONSchemaProps, path: string): void {
    const length = [...value].length;
    if (s.maxLength !== undefined && length > s.maxLength)
      this.add('FieldValueTooLong', path, `Too long: may not be more than ${s.maxLength} bytes`);
    if (s.minLength !== undefined && length < s.minLength)
      this.body(path, value, `should be at least ${s.minLength} chars long`);
    if (s.pattern && !keeps(value, s.pattern)) this.body(path, value, `should match '${s.pattern}'`);
    const check = s.format === undefined ? undefined : FORMATS[s.format];
    if (check !== undefined && !check(value)) this.body(path, value, `must be of type ${s.format}: ${shown(value)}`);
  }

  private number(value: number, s: JSONSchemaProps, path: string): void {
    const { minimum, maximum, multipleOf } = s;
    if (maximum !== undefined && (s.exclusiveMaximum ? value >= maximum : value > maximum))
      this.body(path, value, `should be less than${s.exclusiveMaximum ? '' : ' or equal to'} ${maximum}`);
    if (minimum !== undefined && (s.exclusiveMinimum ? value <= minimum : value < minimum))
      this.body(path, value, `should be greater than${s.exclusiveMinimum ? '' : ' or equal to'} ${minimum}`);
    if (multipleOf && Math.abs(value / multipleOf - Math.round(value / multipleOf)) > 1e-9)
      this.body(path, value, `should be a multiple of ${multipleOf}`);
  }

  private list(value: readonly unknown[], s: JSONSchemaProps, path: string, old: Before): void {
    if (s.maxItems !== undefined && value.length > s.maxItems)
      this.add('FieldValueTooMany', path, `Too many: ${value.length}: must have at most ${s.maxItems} items`);
    if (s.minItems !== undefined && value.length < s.minItems)
      this.body(path, value.length, `should have at least ${s.minItems} items`);
    if (s.uniqueItems && value.some((a, i) => value.slice(0, i).some((b) => equal(a, b))))
      this.body(path, value, "shouldn't contain duplicates");
    this.duplicates(value, s, path);
    const items = propsOf(s.items);
    if (items === undefined) return;
    const before = itemsBefore(s, old.value);
    for (const [i, item] of value.entries()) this.value(item, items, `${path}[${i}]`, before(item));
  }

  private duplicates(value: readonly unknown[], s: JSONSchemaProps, path: string): void {
    const listType = s['x-kubernetes-list-type'];
    if (listType !== 'map' && listType !== 'set') return;
    const keys = s['x-kubernetes-list-map-keys'] ?? [];
    const seen = new Set<string>();
    value.forEach((item, i) => {
      const key = listType === 'set' || !isRecord(item) ? item : Object.fromEntries(keys.map((k) => [k, item[k]]));
      const text = JSON.stringify(key);
      if (seen.has(text)) this.add('FieldValueDuplicate', `${path}[${i}]`, `Duplicate value: ${text}`);
      seen.add(text);
    });
  }

  private object(value: { readonly [key: string]: unknown }, s: JSONSchemaProps, path: string, old: Before): void {
    const count = Object.keys(value).length;
    if (s.maxProperties !== undefined && count > s.maxProperties)
      this.add('FieldValueTooMany', path, `Too many: ${count}: must have at most ${s.maxProperties} items`);
    if (s.minProperties !== undefined && count < s.minProperties)
      this.body(path, count, `should have at least ${s.minProperties} properties`);
    const child = (key: string): string => (path === '' ? key : `${path}.${key}`);
    for (const key of s.required ?? []) {
      if (value[key] === undefined) this.add('FieldValueRequired', child(key), 'Required value');
    }
    const more = propsOf(s.additionalProperties);
    for (const key of Object.keys(value).sort()) {
      const known = s.properties?.[key] ?? more;
      if (known === undefined || (path === '' && key === 'metadata')) continue;
      this.value(value[key], known, child(key), fieldBefore(s, old.value, key));
    }
  }

  private holds(value: unknown, s: JSONSchemaProps): boolean {
    const inner = new Checker();
    inner.value(value, s, '');
    return inner.errors.length === 0;
  }

  private logic(value: unknown, s: JSONSchemaProps, path: string): void {
    for (const part of s.allOf ?? []) this.value(value, part, path);
    if (s.anyOf !== undefined && !s.anyOf.some((a) => this.holds(value, a)))
      this.add(
        'FieldValueInvalid',
        path || '<nil>',
        `Invalid value: ${JSON.stringify(value)}: ${quoted(path)} must validate at least one schema (anyOf)`,
      );
    if (s.oneOf !== undefined) {
      const n = s.oneOf.filter((o) => this.holds(value, o)).length;
      if (n !== 1) {
        const found = n === 0 ? 'Found none valid' : `Found ${n} valid alternatives`;
        this.add(
          'FieldValueInvalid',
          path || '<nil>',
          `Invalid value: ${JSON.stringify(value)}: ${quoted(path)} must validate one and only one schema (oneOf). ${found}`,
        );
      }
    }
    if (s.not !== undefined && this.holds(value, s.not))
      this.add(
        'FieldValueInvalid',
        path || '<nil>',
        `Invalid value: ${JSON.stringify(value)}: ${quoted(path)} must not validate the schema (not)`,
      );
  }
}

const quoted = (path: string): string => JSON.stringify(path);
/** Patterns are RE2; one that cannot be read was refused with its definition. */
const keeps = (value: string, pattern: string): boolean =>
  regexProblem(pattern) !== undefined || matches(value, pattern);

/** `old`: what is updated; errors that it has already are let stand where the value is the same. */
export function validateAgainst(value: unknown, s: JSONSchemaProps, old?: unknown): FieldError[] {
  const checker = new Checker();
  checker.value(value, s, '', old === undefined ? NEW : { value: old });
  return checker.errors;
}
