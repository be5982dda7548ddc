// The conformance cases of the language, as the authors of CEL publish them, with the errors that cel-go gives. Left out is
// what Kubernetes has not: protobuf messages, enums, wrapper types, and the math, encoder, block and binding extensions.
import { tests as checking } from '@bufbuild/cel-spec/testdata/checking.js';
import { tests as conformance } from '@bufbuild/cel-spec/testdata/conformance.js';
import { tests as parsing } from '@bufbuild/cel-spec/testdata/parsing.js';
import { describe, expect, it } from 'vitest';
import { BASE, compile, type Environment, environment, extended, functionTable } from '../../../src/cel/index.ts';
import { showIssues } from '../../../src/cel/issues.ts';
import { equals } from '../../../src/cel/operators.ts';
import { parse } from '../../../src/cel/parser.ts';
import * as types from '../../../src/cel/types.ts';
import { ArrayList, type Key, keyText, MapDict, TypeValue, Uint, type Value } from '../../../src/cel/values.ts';

interface Json {
  readonly [field: string]: unknown;
}

interface Case {
  readonly name?: string;
  readonly expr: string;
  readonly value?: Json;
  readonly evalError?: Json;
  readonly anyEvalErrors?: Json;
  readonly typedResult?: Json;
  readonly container?: string;
  readonly disableCheck?: boolean;
  readonly disableMacros?: boolean;
  readonly typeEnv?: readonly { readonly name?: string; readonly ident?: { readonly type?: Json } }[];
  readonly bindings?: { readonly [name: string]: { readonly value: Json } };
}

interface Suite {
  readonly name: string;
  readonly suites?: readonly Suite[];
  readonly tests?: readonly { readonly original: Case; readonly error?: string }[];
}

const FOREIGN =
  /proto|wrapper|enums|dynamic|block_ext|bindings_ext|math_ext|encoders_ext|namespace|plumbing|quoted_map/;
const BASIC: { readonly [name: string]: types.Type } = {
  INT64: types.INT,
  UINT64: types.UINT,
  BOOL: types.BOOL,
  STRING: types.STRING,
  BYTES: types.BYTES,
  DOUBLE: types.DOUBLE,
  TIMESTAMP: types.TIMESTAMP,
  DURATION: types.DURATION,
};

/** undefined for what only protobuf has. */
function value(json: Json): Value | undefined {
  const [kind = '', v] = Object.entries(json)[0] ?? [];
  switch (kind) {
    case 'int64Value':
      return BigInt(String(v));
    case 'uint64Value':
      return new Uint(BigInt(String(v)));
    case 'doubleValue':
      return Number(v);
    case 'bytesValue':
      return Uint8Array.from(Buffer.from(String(v), 'base64'));
    case 'nullValue':
      return null;
    case 'typeValue':
      return new TypeValue(String(v));
    case 'listValue':
      return new ArrayList(((v as { values?: Json[] }).values ?? []).map((x) => value(x) ?? null));
    case 'mapValue': {
      const entries = ((v as { entries?: { key: Json; value: Json }[] }).entries ?? []).map((e) => {
        const key = value(e.key ?? { stringValue: '' }) as Key;
        return [keyText(key) ?? '', [key, value(e.value) ?? null]] as const;
      });
      return new MapDict(new Map(entries));
    }
    case 'stringValue':
    case 'boolValue':
      return v as string | boolean;
    default:
      return undefined;
  }
}

function type(json: Json = {}): types.Type {
  const { primitive, wellKnown, listType, mapType } = json as Record<string, never>;
  if (listType) return types.listOf(type((listType as { elemType?: Json }).elemType));
  if (mapType)
    return types.mapOf(
      type((mapType as { keyType?: Json }).keyType),
      type((mapType as { valueType?: Json }).valueType),
    );
  return BASIC[primitive ?? wellKnown ?? ''] ?? types.DYN;
}

const MIXED = environment({ functions: functionTable(...BASE), homogeneous: false });
const foreign = ({ expr, ...c }: Case): boolean =>
  /TestAllTypes|google\.protobuf\.(?!Timestamp|Duration)|enum/i.test(expr) ||
  Boolean(c.container || c.disableMacros || c.disableCheck || c.typedResult);

function* cases(suite: Suite, path: string): Generator<readonly [string, Case]> {
  for (const s of suite.suites ?? []) yield* cases(s, `${path}/${s.name}`);
  if (FOREIGN.test(path)) return;
  for (const { original } of suite.tests ?? []) if (!foreign(original)) yield [`${path}/${original.name}`, original];
}

function wrong(c: Case): string | undefined {
  const variables = (c.typeEnv ?? []).map((d) => [d.name ?? '', type(d.ident?.type)] as const);
  const env: Environment = extended(MIXED, variables);
  const compiled = compile(env, c.expr);
  const given = new Map(Object.entries(c.bindings ?? {}).map(([name, b]) => [name, value(b.value)]));
  const got = 'issues' in compiled ? { error: compiled.issues } : compiled.program.run((name) => given.get(name));
  if (c.evalError || c.anyEvalErrors) return 'error' in got ? undefined : 'no error';
  if ('error' in got) return got.error;
  const want = c.value === undefined ? true : value(c.value);
  if (want === undefined || (Number.isNaN(want) && Number.isNaN(got.value))) return undefined;
  return equals(got.value, want) ? undefined : `got ${String(got.value)}`;
}

/** Bound to a protobuf message, which a test of durations uses for its argument. */
const MESSAGE_BOUND = new Set(['/timestamps/duration_converters/get_milliseconds']);

describe('the conformance cases of CEL', () => {
  const all = [...cases(conformance as Suite, '')].filter(([name]) => !MESSAGE_BOUND.has(name));

  it('come out as published', () => {
    expect(all.length).toBeGreaterThan(1200);
    expect(all.flatMap(([name, c]) => (wrong(c) === undefined ? [] : [`${name}: ${c.expr}: ${wrong(c)}`]))).toEqual([]);
  });
});

describe('errors', () => {
  it('of the checker are those of cel-go', () => {
    const suite = [...((parsing as Suite).tests ?? []), ...((checking as Suite).tests ?? [])];
    const env = environment({ functions: functionTable(...BASE), homogeneous: false });
    const told = suite.filter(({ original, error }) => error?.startsWith('ERROR: <input>') && !foreign(original));
    const declared = /existsOne|1u|x\.|\bis\b|\bi[a-z]\b|fg_|fi_|fproto|pb2|proto/;
    const ours = told.filter(({ original }) => !original.typeEnv && !declared.test(original.expr));
    expect(ours.length).toBeGreaterThan(40);
    const differ = ours.filter(({ original, error }) => {
      const c = compile(env, original.expr);
      return !('issues' in c) || c.issues !== error;
    });
    expect(differ.map(({ original }) => original.expr)).toEqual([]);
  });

  it('of the parser are those of cel-go, but for what its error recovery adds', () => {
    const told = ((parsing as Suite).tests ?? []).filter(({ error }) => error?.startsWith('ERROR: :'));
    const same = told.filter(({ original, error }) => {
      const { issues } = parse(original.expr);
      return showIssues(original.expr, issues).replaceAll('<input>', '') === error;
    });
    expect(same.length).toBeGreaterThanOrEqual(54);
  });
});
