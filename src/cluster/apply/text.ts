// A manifest's text → the objects that kubectl would send. Scalars are read as Kubernetes reads them (YAML 1.1).
import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseAllDocuments,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import { resolvePlain } from '../../manifest/scalar.ts';
import { isRecord, type Json } from '../../model/object.ts';

export interface ManifestObject {
  readonly object: Json;
  /** Line at which the object starts, from 1. */
  readonly line: number;
}

export interface ManifestProblem {
  readonly line: number;
  readonly message: string;
}

export interface ManifestText {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly ManifestProblem[];
}

/** Expanding aliases may not make more than this many values of one document. */
const MAX_VALUES = 200_000;

export function readManifest(text: string): ManifestText {
  const lines = new LineCounter();
  const problems: ManifestProblem[] = [];
  const objects: ManifestObject[] = [];
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  for (const document of parse(text, lines)) {
    if (typeof document === 'string') {
      problems.push({ line: 1, message: document });
      continue;
    }
    const error = document.errors[0];
    if (error) {
      problems.push({ line: lineAt(error.pos[0]), message: `This is not valid YAML: ${error.message}.` });
      continue;
    }
    const line = lineAt(document.contents?.range?.[0] ?? 0);
    try {
      const value = new Reader(document, lineAt).read(document.contents);
      if (value !== null) objects.push(...itemsOf(value, line));
    } catch (error) {
      if (!(error instanceof ManifestError)) throw error;
      problems.push({ line: error.line, message: error.message });
    }
  }
  return { objects, problems };
}

class ManifestError extends Error {
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

function parse(text: string, lineCounter: LineCounter): (Document | string)[] {
  try {
    const options = {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter,
    } as const;
    return [...parseAllDocuments(text, options)];
  } catch (error) {
    if (error instanceof RangeError) return ['The manifest is nested too deeply to be read.'];
    throw error;
  }
}

/** A List is its items, each of which is applied by itself. */
function itemsOf(value: unknown, line: number): ManifestObject[] {
  if (!isRecord(value))
    throw new ManifestError('A mapping with “apiVersion”, “kind” and “metadata” is expected.', line);
  for (const field of ['apiVersion', 'kind'] as const) {
    if (typeof value[field] !== 'string' || value[field] === '') {
      throw new ManifestError(`“${field}” is missing or not a string.`, line);
    }
  }
  if (value.kind !== 'List' && !(String(value.kind).endsWith('List') && Array.isArray(value.items))) {
    return [{ object: value, line }];
  }
  return Array.isArray(value.items) ? value.items.flatMap((item: unknown) => itemsOf(item, line)) : [];
}

class Reader {
  private readonly document: Document;
  private readonly lineAt: (offset: number) => number;
  private count = 0;

  constructor(document: Document, lineAt: (offset: number) => number) {
    this.document = document;
    this.lineAt = lineAt;
  }

  read(node: unknown): unknown {
    if (++this.count > MAX_VALUES)
      throw this.error('The aliases in this document expand to more values than any object has.', node);
    if (isAlias(node)) return this.alias(node);
    if (isMap(node)) return this.map(node);
    if (isSeq(node)) return node.items.map((item) => this.read(item));
    if (isScalar(node)) return scalar(node);
    return null;
  }

  private alias(node: Alias): unknown {
    const target = node.resolve(this.document);
    if (!target) throw this.error(`The alias *${node.source} has no anchor before it.`, node);
    return this.read(target);
  }

  private map(node: YAMLMap): Json {
    const out: Record<string, unknown> = {};
    const merged: Record<string, unknown>[] = [];
    for (const { key, value } of node.items) {
      const name = this.key(key);
      if (name === '<<' && isScalar(key) && key.type === 'PLAIN') merged.push(...this.merges(value));
      else if (Object.hasOwn(out, name)) throw this.error(`The key “${name}” is there twice.`, key);
      else define(out, name, this.read(value));
    }
    for (const from of merged) {
      for (const [name, value] of Object.entries(from)) if (!Object.hasOwn(out, name)) define(out, name, value);
    }
    return out;
  }

  private merges(value: unknown): Json[] {
    const read = this.read(value);
    const all = Array.isArray(read) ? read : [read];
    if (!all.every(isRecord)) throw this.error('“<<” merges mappings only.', value);
    return all;
  }

  /** JSON has string keys only; sigs.k8s.io/yaml turns numbers and booleans into their text. */
  private key(key: unknown): string {
    const value = isScalar(key) || isAlias(key) ? this.read(key) : undefined;
    if (value === undefined || value === null || isRecord(value)) throw this.error('A key must be a string.', key);
    return String(value);
  }

  private error(message: string, node: unknown): ManifestError {
    return new ManifestError(message, this.lineAt((node as Node | null)?.range?.[0] ?? 0));
  }
}

/** `__proto__` is a key like any other. */
function define(out: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(out, name, { value, enumerable: true, writable: true, configurable: true });
}

function scalar(node: Scalar): unknown {
  const text = typeof node.value === 'string' ? node.value : String(node.value ?? '');
  if (node.tag === 'tag:yaml.org,2002:str' || node.tag === '!') return text;
  return node.type === undefined || node.type === 'PLAIN' ? resolvePlain(text) : text;
}
