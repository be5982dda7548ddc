// The pod-template-hash: FNV-1a over the form in which Go prints the template, so that a simulated ReplicaSet has the name that a
// real cluster gives it. Models pkg/controller/controller_utils.go (ComputeHash) and apimachinery/pkg/util/dump (ForHash).

import { fnv1a32 } from '../../../kernel/fnv.ts';
import { utf8 } from '../../../model/base64.ts';
import type { PodTemplateSpec } from '../../../model/generated/core.v1.ts';
import { isRecord, type Json } from '../../../model/object.ts';
import { type GoRow, POD_TEMPLATE } from './generated/pod-template.ts';

const ZERO_TIME = '{Time:(time.Time){wall:(uint64)0 ext:(int64)0 loc:(*time.Location)<nil>}}';
const SCALES: { readonly [suffix: string]: readonly [exponent: number, format: string] } = {
  n: [-9, 'DecimalSI'],
  u: [-6, 'DecimalSI'],
  m: [-3, 'DecimalSI'],
  '': [0, 'DecimalSI'],
  k: [3, 'DecimalSI'],
  M: [6, 'DecimalSI'],
  G: [9, 'DecimalSI'],
  T: [12, 'DecimalSI'],
  P: [15, 'DecimalSI'],
  E: [18, 'DecimalSI'],
};
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** A canonical quantity as ParseQuantity leaves it in memory. */
function quantity(text: string): string {
  const [, digits = '0', suffix = ''] = /^([+-]?\d+)(\D*)$/.exec(text) ?? [];
  const power = BINARY.indexOf(suffix);
  const [scale, format] = power > 0 ? [0, 'BinarySI'] : (SCALES[suffix] ?? [0, 'DecimalSI']);
  const value = power > 0 ? BigInt(digits) << BigInt(10 * power) : BigInt(digits);
  const amount = `(resource.int64Amount){value:(int64)${value} scale:(resource.Scale)${scale}}`;
  return `{i:${amount} d:(resource.infDecAmount){Dec:(*inf.Dec)<nil>} s:(string)${text} Format:(resource.Format)${format}}`;
}

function intOrString(v: unknown): string {
  const [type, int, text] = typeof v === 'string' ? [1, 0, v] : [0, Number(v ?? 0), ''];
  return `{Type:(intstr.Type)${type} IntVal:(int32)${int} StrVal:(string)${text}}`;
}

const OPAQUE: { readonly [kind: string]: (v: unknown) => string } = {
  'v1.Time': () => ZERO_TIME,
  'resource.Quantity': (v) => quantity(String(v ?? '0')),
  'intstr.IntOrString': intOrString,
  'v1.FieldsV1': () => '{Raw:([]uint8)<nil>}',
};

function row(index: number): GoRow {
  const r = POD_TEMPLATE[index];
  if (r === undefined) throw new Error(`the table of Go types has no entry ${index}`);
  return r;
}

/** `bare`: without the type's name, as items of lists and maps are printed. */
function print(value: unknown, index: number, bare: boolean): string {
  const [kind, name, more] = row(index);
  const element = typeof more === 'number' ? more : -1;
  if (kind === '*') {
    if (value === undefined || value === null) return bare ? '<nil>' : `(${name})<nil>`;
    return `${bare ? '<*>' : `(${name})`}${print(value, element, true)}`;
  }
  return `${bare ? '' : `(${name})`}${body(value, kind, element, Array.isArray(more) ? more : [])}`;
}

function body(
  value: unknown,
  kind: string,
  element: number,
  fields: readonly (readonly [string, string, number])[],
): string {
  const opaque = OPAQUE[kind];
  if (opaque) return opaque(value);
  switch (kind) {
    case 'struct':
      return struct(isRecord(value) ? value : {}, fields);
    case '[]':
      return Array.isArray(value) ? `[${value.map((v) => print(v, element, true)).join(' ')}]` : '<nil>';
    case '{}': {
      if (!isRecord(value)) return '<nil>';
      const items = Object.keys(value)
        .sort()
        .map((k) => `${k}:${print(value[k], element, true)}`);
      return `map[${items.join(' ')}]`;
    }
    case 'bool':
      return value === true ? 'true' : 'false';
    case 'int':
      return String(value ?? 0);
    default:
      return String(value ?? '');
  }
}

function struct(value: Json, fields: readonly (readonly [string, string, number])[]): string {
  // An embedded struct has no JSON name: its fields stand beside the others.
  return `{${fields.map(([go, json, type]) => `${go}:${print(json === '' ? value : value[json], type, false)}`).join(' ')}}`;
}

/** The template as Go prints it for hashing. */
export function goForm(template: PodTemplateSpec): string {
  return print(template, 0, false);
}

/** Source: rand.SafeEncodeString in apimachinery/pkg/util/rand, v1.36: digits become letters that make no words. */
const SAFE = 'bcdfghjklmnpqrstvwxz2456789';

export function safeEncode(text: string): string {
  return [...text].map((c) => SAFE[c.charCodeAt(0) % SAFE.length]).join('');
}

export function templateHash(template: PodTemplateSpec, collisionCount: number | undefined): string {
  const hash = fnv1a32(utf8(goForm(template)));
  if (collisionCount === undefined) return safeEncode(String(hash));
  const count = Array.from({ length: 8 }, (_, i) => (i < 4 ? (collisionCount >>> (8 * i)) & 0xff : 0));
  return safeEncode(String(fnv1a32(count, hash)));
}
