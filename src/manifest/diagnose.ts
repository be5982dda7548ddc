// What the API server would say of an object's shape before it validates anything: unknown fields, wrong types, words outside
// an enum. Positions are offsets in the piece, so that a result stays good while the piece does.
import { isAlias, isMap, isScalar, isSeq, type Node, Scalar, type YAMLMap, type YAMLSeq } from 'yaml';
import { removedApi } from '../knowledge/removed-apis.ts';
import { goType } from '../model/go-type.ts';
import { type FieldSchema, fieldOf, schemaForKind, type TypeSchema, type ValueSchema } from '../model/schema.ts';
import { type Anchors, aliasesIn } from './anchors.ts';
import { missingEntry } from './checks/entries.ts';
import { outside } from './checks/enums.ts';
import { type Malformed, malformed, neverSent } from './checks/formats.ts';
import { missing } from './checks/required.ts';
import type { Finding } from './finding.ts';
import type { Memo } from './memo.ts';
import { nearest } from './nearest.ts';
import { valueAt } from './parse.ts';
import { isSubstituted } from './placeholder.ts';
import { scalarOf } from './reading.ts';
import { resolvePlain } from './scalar.ts';

export interface DiagnoseOptions {
  readonly anchors: Anchors | undefined;
  /** Whether this may be a part that is merged into another object, so that what is missing proves nothing. */
  readonly patch: boolean;
  /** What is known of the nodes of a large document. */
  readonly memo?: Memo | undefined;
  /** Why a field should not be used any more. */
  readonly deprecated: (type: string, field: string) => string | undefined;
}

/** Deep enough for any manifest; aliases may point to what holds them. */
const MAX_DEPTH = 100;

interface Frame {
  readonly owner: TypeSchema;
  readonly field: FieldSchema;
}

export function diagnose(object: YAMLMap, apiVersion: string, kind: string, options: DiagnoseOptions): Finding[] {
  const type = schemaForKind(apiVersion, kind);
  const pair = object.items.find((item) => isScalar(item.key) && item.key.value === 'apiVersion');
  const [from, to] = rangeOf(pair?.value);
  if (type) return [...deprecatedKind(apiVersion, kind, from, to), ...new Walk(options).root(object, type)];
  const api = removedApi(apiVersion, kind);
  if (!api) return [];
  const instead = api.use ? `use \`${api.use}\`` : 'there is nothing in its place';
  return [
    {
      family: 'removed-api',
      severity: 'error',
      from,
      to,
      message: `\`${apiVersion}\` ${kind} is not served since ${api.in}: ${instead}.`,
      component: 'user',
      words: `no matches for kind "${kind}" in version "${apiVersion}"`,
      ...(api.use && { replacement: { title: `Change to ${api.use}`, text: api.use } }),
    },
  ];
}

/** Kinds that are served, and answered with a warning. Models the APILifecycleDeprecated of staging/src/k8s.io/api. */
const DEPRECATED: Readonly<Record<string, { readonly since: string; readonly use?: string }>> = {
  'v1 Endpoints': { since: 'v1.33', use: 'discovery.k8s.io/v1 EndpointSlice' },
  'v1 ComponentStatus': { since: 'v1.19' },
};

function deprecatedKind(apiVersion: string, kind: string, from: number, to: number): Finding[] {
  const id = `${apiVersion} ${kind}`;
  const found = Object.hasOwn(DEPRECATED, id) ? DEPRECATED[id] : undefined;
  if (!found) return [];
  const { since, use } = found;
  const words = `Warning: ${id} is deprecated in ${since}+${use ? `; use ${use}` : ''}`;
  const message = `\`${id}\` is deprecated since ${since}${use ? `: use ${use}` : ''}.`;
  return [{ family: 'deprecated', severity: 'warning', from, to, message, component: 'kube-apiserver', words }];
}

function rangeOf(node: unknown): [number, number] {
  const range = (node as Node | null | undefined)?.range;
  return range ? [range[0], range[1]] : [0, 0];
}

class Walk {
  private readonly findings: Finding[] = [];
  private readonly frames: Frame[] = [];
  private readonly indexes: (string | number)[] = [];
  private readonly options: DiagnoseOptions;
  private readonly anchors: Anchors | undefined;
  /** What aliases stand for, and as what it was looked at: once is enough, and keeps alias bombs from going off. */
  private readonly checked = new Map<unknown, Set<ValueSchema>>();
  /** The object was read from a cluster: what is in it need not be anybody's choice. */
  private live = false;

  constructor(options: DiagnoseOptions) {
    this.options = options;
    this.anchors = options.anchors;
  }

  root(object: YAMLMap, type: TypeSchema): Finding[] {
    this.live = valueAt(valueAt(object, 'metadata'), 'uid') !== undefined;
    this.object(object, type);
    return this.findings;
  }

  private object(map: YAMLMap, type: TypeSchema): void {
    const seen = new Set<string>();
    for (const { key, value } of map.items) {
      if (!isScalar(key)) continue;
      const name = String(key.value);
      if (name !== '<<' && seen.has(name)) this.duplicate(key, name);
      seen.add(name);
      // Merged keys, what a strategic merge patch says of itself, and what SOPS takes out again before anybody applies it.
      if (name === '<<' || (this.options.patch && name.startsWith('$'))) continue;
      if (name === 'sops' && this.frames.length === 0) continue;
      const field = fieldOf(type, name);
      if (!field) seen.add(this.unknown(key, name, type) ?? '');
      // The server writes this one beside its successor.
      else if (name === 'serviceAccount' && valueAt(map, 'serviceAccountName') !== undefined) seen.add(name);
      else this.field(key, { owner: type, field }, value);
    }
    if (!this.options.patch && !seen.has('<<')) this.required(map, type, seen);
  }

  private field(key: Node, frame: Frame, value: unknown): void {
    const { owner, field } = frame;
    const why = this.options.deprecated(owner.id, field.name);
    // Of a version as a whole it has been said; a status nobody chose.
    if (
      why !== undefined &&
      !this.live &&
      this.indexes[0] !== 'status' &&
      field.name !== 'apiVersion' &&
      field.name !== 'kind'
    ) {
      const [from, to] = rangeOf(key);
      const message = `\`${field.name}\` is deprecated: ${why}`;
      this.findings.push({ family: 'deprecated', severity: 'hint', from, to, message, component: 'kube-apiserver' });
    }
    this.inside(frame, field.name, value);
  }

  /** Fields that have to be there. What the system writes may lack anything. */
  private required(map: YAMLMap, type: TypeSchema, seen: ReadonlySet<string>): void {
    if (type.name.endsWith('Status') || this.indexes[0] === 'status') return;
    for (const field of type.fields.values()) {
      if (!field.required || seen.has(field.name)) continue;
      const found = missing(type.id, field.name, this.path(field.name));
      if (!found) continue;
      const [from, to] = rangeOf(map.items[0]?.key ?? map);
      this.findings.push({
        family: 'required',
        severity: found.refused ? 'error' : 'warning',
        from,
        to,
        message: `${type.name} needs \`${field.name}\`${found.refused ? '' : ', says the API’s schema'}.`,
        component: 'kube-apiserver',
        ...(found.refused && found.words !== undefined && { words: found.words }),
        entry: missingEntry(map, field),
      });
    }
  }

  private inside(frame: Frame, segment: string, value: unknown): void {
    this.frames.push(frame);
    this.indexes.push(segment);
    this.value(value, frame.field, frame.field.goType);
    this.indexes.pop();
    this.frames.pop();
  }

  private value(node: unknown, schema: ValueSchema, named?: string): void {
    const value = isAlias(node) && this.anchors ? this.anchors.resolve(node) : node;
    if (value !== node && this.seen(value, schema)) return;
    if (typeof value !== 'object' || value === null || this.indexes.length > MAX_DEPTH || schema.kind === 'any') return;
    if (isScalar(value)) {
      if (scalarOf(value) !== null && !isSubstituted(value.value)) this.typed(value, schema, named);
      return;
    }
    const before = this.findings.length;
    if (this.isFaultless(value, schema)) return;
    this.typed(value, schema, named);
    if (this.findings.length === before && aliasesIn(value).length === 0) this.faultless(value, schema);
  }

  /** Where nothing is found, nothing depends on the path. */
  private isFaultless(value: object, schema: ValueSchema): boolean {
    const known = this.options.memo?.faultless.get(value);
    return known?.schema === schema && known.field === this.frames.at(-1)?.field && known.mode === this.mode;
  }

  private faultless(value: object, schema: ValueSchema): void {
    this.options.memo?.faultless.set(value, { schema, field: this.frames.at(-1)?.field, mode: this.mode });
  }

  private get mode(): string {
    return `${this.options.patch} ${this.live} ${this.indexes[0] === 'status'}`;
  }

  private typed(value: object, schema: ValueSchema, named?: string): void {
    if (schema.kind === 'list') this.list(value, schema, named);
    else if (schema.kind === 'map') this.map(value, schema, named);
    else if (schema.kind === 'object') {
      if (isMap(value) && schema.object) this.object(value, schema.object);
      else if (!isMap(value)) this.mismatch(value, schema, named);
    } else this.scalar(value, schema, named);
  }

  private seen(node: unknown, schema: ValueSchema): boolean {
    const schemas = this.checked.get(node) ?? new Set();
    this.checked.set(node, schemas);
    const before = schemas.has(schema);
    schemas.add(schema);
    return before;
  }

  private list(value: unknown, schema: ValueSchema, named?: string): void {
    if (isSeq(value)) this.items(value, schema.items ?? { kind: 'any' }, named);
    else this.mismatch(value, schema, named);
  }

  private items(list: YAMLSeq, items: ValueSchema, named?: string): void {
    for (const [index, item] of list.items.entries()) {
      this.indexes.push(index);
      this.value(item, items, named?.startsWith('[]') ? named.slice(2) : undefined);
      this.indexes.pop();
    }
  }

  private map(value: unknown, schema: ValueSchema, named?: string): void {
    if (isMap(value)) this.entries(value, schema.items ?? { kind: 'any' });
    else this.mismatch(value, schema, named);
  }

  private entries(map: YAMLMap, items: ValueSchema): void {
    const seen = new Set<string>();
    const isText = items.kind === 'string';
    for (const pair of map.items) {
      const name = isScalar(pair.key) ? String(pair.key.value) : '';
      // What is merged in is looked at where it stands.
      if (name === '<<') continue;
      if (seen.has(name)) this.duplicate(pair.key, name);
      seen.add(name);
      // Of wide maps nearly all is text, of which there is nothing more to say.
      if (isText && pair.value instanceof Scalar && typeof scalarOf(pair.value) === 'string') continue;
      this.indexes.push(name);
      this.value(pair.value, items);
      this.indexes.pop();
    }
  }

  private scalar(node: unknown, schema: ValueSchema, named?: string): void {
    const value = isScalar(node) ? scalarOf(node) : undefined;
    const words = this.frames.at(-1)?.field.enum;
    const bad = malformed(value, schema.kind);
    const unsent = isScalar(node) ? neverSent(value) : undefined;
    if (isScalar(node) && unsent) this.malformed(node, unsent);
    else if (!isScalar(node) || !fits(value, schema)) this.mismatch(node, schema, named);
    else if (bad) this.malformed(node, bad);
    else if (words && typeof value === 'string' && value !== '' && !words.includes(value)) {
      this.outsideEnum(node, value, words);
    }
  }

  private malformed(node: Scalar, { message, words, fix, component }: Malformed): void {
    const [from, to] = rangeOf(node);
    const found = {
      family: 'type',
      severity: 'error',
      from,
      to,
      message,
      component: component ?? 'kube-apiserver',
      words,
    } as const;
    this.findings.push({ ...found, ...(fix && { replacement: fix }) });
  }

  private mismatch(node: unknown, schema: ValueSchema, named?: string): void {
    const [from, to] = rangeOf(node);
    const value = isScalar(node) ? scalarOf(node) : undefined;
    const got = isMap(node) ? 'object' : isSeq(node) ? 'array' : kindOf(value);
    const type = schema.kind === 'intOrString' && got === 'number' ? 'int32' : goType(schema, named);
    const number = got === 'number' && type.startsWith('int') ? ` ${value}` : '';
    const path = this.frames.flatMap(({ field }) => (field.embedded ? [field.embedded, field.name] : [field.name]));
    const owner = this.frames.at(-1)?.owner.name ?? '';
    const quote = isScalar(node) && schema.kind === 'string' && got !== 'string';
    const text = isScalar(node) ? String(node.source ?? node.value) : '';
    const bare = got === 'string' ? unquoted(text, schema) : undefined;
    this.findings.push({
      family: 'type',
      severity: 'error',
      from,
      to,
      message: `This is read as ${article(got)}, and ${type} is wanted.`,
      component: 'kube-apiserver',
      words: `json: cannot unmarshal ${got}${number} into Go struct field ${owner}.${path.join('.')} of type ${type}`,
      ...(bare !== undefined && { replacement: { title: `Write ${bare}`, text: bare, bare: true } }),
      ...(quote && {
        replacement: { title: this.secret ? 'Put it in quotes' : `Write "${text}"`, text: JSON.stringify(text) },
      }),
    });
  }

  /** Returns the field that was probably meant. */
  private unknown(key: Node, name: string, type: TypeSchema): string | undefined {
    const [from, to] = rangeOf(key);
    const meant = nearest(name, [...type.fields.keys()]);
    this.findings.push({
      family: 'unknown-field',
      severity: 'error',
      from,
      to,
      message: `${type.name} has no field \`${name}\`.${meant ? ` Did you mean \`${meant}\`?` : ''}`,
      component: 'kube-apiserver',
      words: `strict decoding error: unknown field ${JSON.stringify(this.path(name))}`,
      ...(meant && { replacement: { title: `Change to ${meant}`, text: meant } }),
    });
    return meant;
  }

  private duplicate(key: unknown, name: string): void {
    const [from, to] = rangeOf(key);
    const message = `\`${name}\` is set above as well: this last one counts, and the other is lost.`;
    this.findings.push({ family: 'duplicate-key', severity: 'warning', from, to, message, component: 'user' });
  }

  private outsideEnum(node: Node, value: string, words: readonly string[]): void {
    const [from, to] = rangeOf(node);
    const meant = nearest(value, words);
    const { owner, field } = this.frames.at(-1) ?? {};
    const found = outside(owner?.id ?? '', field?.name ?? '', this.path(), value);
    this.findings.push({
      family: 'enum',
      severity: found.refused ? 'error' : 'warning',
      from,
      to,
      message: `\`${value}\` is none of ${words.map((word) => `\`${word}\``).join(', ')}.`,
      component: 'kube-apiserver',
      ...(found.words !== undefined && { words: found.words }),
      ...(meant && { replacement: { title: `Change to ${meant}`, text: meant } }),
    });
  }

  /** What stands in a Secret is not repeated. */
  private get secret(): boolean {
    return this.frames[0]?.owner.id === 'core.v1.Secret';
  }

  private path(name?: string): string {
    let text = '';
    for (const part of name === undefined ? this.indexes : [...this.indexes, name])
      text += typeof part === 'number' ? `[${part}]` : `${text ? '.' : ''}${part}`;
    return text;
  }
}

function kindOf(value: unknown): string {
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? 'number' : 'string';
}

function article(kind: string): string {
  return kind === 'array' ? 'a list' : kind === 'object' ? 'a map' : kind === 'bool' ? 'a boolean' : `a ${kind}`;
}

/** The number or boolean that a string in quotes stands for, where that is wanted. */
function unquoted(text: string, schema: ValueSchema): string | undefined {
  const plain = text.replace(/^(["'])(.*)\1$/, '$2').trim();
  const value = resolvePlain(plain);
  return typeof value !== 'string' && value !== null && schema.kind !== 'any' && fits(value, schema)
    ? String(value)
    : undefined;
}

const MAX_INT32 = 2 ** 31 - 1;

function fits(value: unknown, { kind }: ValueSchema): boolean {
  if (kind === 'string' || kind === 'bytes' || kind === 'time' || kind === 'microTime')
    return typeof value === 'string';
  if (kind === 'boolean') return typeof value === 'boolean';
  if (kind === 'double') return typeof value === 'number';
  if (kind === 'int32') return Number.isInteger(value) && Math.abs(value as number) <= MAX_INT32;
  if (kind === 'int64') return Number.isInteger(value);
  if (kind === 'intOrString' && typeof value === 'number') return fits(value, { kind: 'int32' });
  return typeof value === 'string' || typeof value === 'number';
}
