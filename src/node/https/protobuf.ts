// Request bodies in Kubernetes' protobuf encoding, which kubectl sends for built-in kinds: to the JSON that they stand for.
// Source of the envelope: staging/src/k8s.io/apimachinery/pkg/runtime/serializer/protobuf, v1.36.
import { schemaForKind } from '../../model/schema.ts';
import { PROTOBUF } from '../generated/protobuf.ts';
import { APIEXTENSIONS, EITHER } from './protobuf-apiextensions.ts';

export const PROTOBUF_TYPE = 'application/vnd.kubernetes.protobuf';
const MAGIC = Buffer.from([0x6b, 0x38, 0x73, 0x00]);
const MAX_DEPTH = 200;
const TYPES = { ...PROTOBUF, ...APIEXTENSIONS };

/** The bytes are not what the envelope or the type says; the message is for the one who sent them. */
export class ProtobufError extends Error {}

interface Piece {
  readonly field: number;
  readonly value: bigint | Buffer;
}

function varint(b: Buffer, from: number): { value: bigint; end: number } {
  let value = 0n;
  for (let at = from, shift = 0n; at < b.length && shift < 70n; at++, shift += 7n) {
    const byte = b[at] ?? 0;
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new ProtobufError('unexpected EOF');
}

function* pieces(b: Buffer): Generator<Piece> {
  for (let at = 0; at < b.length; ) {
    const key = varint(b, at);
    at = key.end;
    const field = Number(key.value >> 3n);
    const wire = Number(key.value & 7n);
    if (wire === 0) {
      const v = varint(b, at);
      at = v.end;
      yield { field, value: v.value };
      continue;
    }
    const size = wire === 2 ? varint(b, at) : { value: wire === 1 ? 8n : 4n, end: at };
    const end = size.end + Number(size.value);
    if (![1, 2, 5].includes(wire) || end > b.length)
      throw new ProtobufError(wire === 2 ? 'unexpected EOF' : `illegal wireType ${wire}`);
    yield { field, value: b.subarray(size.end, end) };
    at = end;
  }
}

const asBuffer = (v: bigint | Buffer): Buffer => {
  if (typeof v === 'bigint') throw new ProtobufError('wrong wireType');
  return v;
};
const asText = (v: bigint | Buffer): string => asBuffer(v).toString('utf8');
const asInt = (v: bigint | Buffer): number => {
  if (typeof v !== 'bigint') throw new ProtobufError('wrong wireType');
  return Number(BigInt.asIntN(64, v));
};

/** Types whose JSON is not their protobuf. */
const SPECIAL: { readonly [type: string]: (b: Buffer) => unknown } = {
  'meta.v1.Time': (b) => timeOf(b, 0),
  'meta.v1.MicroTime': (b) => timeOf(b, 6),
  'api.resource.Quantity': (b) => textOf(b, 1) ?? '0',
  'util.intstr.IntOrString': (b) => (numberOf(b, 1) === 1 ? (textOf(b, 3) ?? '') : (numberOf(b, 2) ?? 0)),
  'meta.v1.FieldsV1': rawJson,
  'pkg.runtime.RawExtension': rawJson,
  'apiextensions.v1.JSON': rawJson,
};

function find(b: Buffer, field: number): bigint | Buffer | undefined {
  for (const p of pieces(b)) if (p.field === field) return p.value;
  return undefined;
}

function textOf(b: Buffer, field: number): string | undefined {
  const v = find(b, field);
  return v === undefined ? undefined : asText(v);
}

function numberOf(b: Buffer, field: number): number | undefined {
  const v = find(b, field);
  return v === undefined ? undefined : asInt(v);
}

function timeOf(b: Buffer, decimals: number): string | null {
  const [seconds, nanos] = [numberOf(b, 1) ?? 0, numberOf(b, 2) ?? 0];
  if (seconds === 0 && nanos === 0) return null;
  const base = new Date(seconds * 1000).toISOString().slice(0, 19);
  return decimals === 0 ? `${base}Z` : `${base}.${String(Math.floor(nanos / 1000)).padStart(decimals, '0')}Z`;
}

function rawJson(b: Buffer): unknown {
  const text = textOf(b, 1);
  if (text === undefined || text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    throw new ProtobufError('an embedded object is not JSON');
  }
}

type Scalar = (v: bigint | Buffer, type: string, depth: number) => unknown;

const KINDS: { readonly [kind: string]: Scalar } = {
  string: asText,
  int: asInt,
  bool: (v) => asInt(v) !== 0,
  bytes: (v) => asBuffer(v).toString('base64'),
  float: (v) => (asBuffer(v).length === 8 ? asBuffer(v).readDoubleLE() : asBuffer(v).readFloatLE()),
  message: (v, type, depth) => message(asBuffer(v), type, depth),
  list: (v) => [...pieces(asBuffer(v))].map((p) => asText(p.value)),
};

function message(b: Buffer, type: string, depth: number): unknown {
  const special = SPECIAL[type];
  if (special) return special(b);
  if (depth > MAX_DEPTH) throw new ProtobufError('nested too deeply');
  const out: Record<string, unknown> = {};
  const fields = new Map((TYPES[type] ?? []).map((f) => [f[0], f]));
  for (const { field, value } of pieces(b)) {
    const known = fields.get(field);
    if (known === undefined) continue;
    const [, name, kind, shape, child] = known;
    const read = KINDS[kind];
    if (read === undefined) continue;
    if (shape === '{}') put(out, name, entry(asBuffer(value), read, child, depth));
    else if (shape === '[]')
      out[name] = [...((out[name] as unknown[] | undefined) ?? []), read(value, child, depth + 1)];
    else {
      const v = read(value, child, depth + 1);
      if (name === '') Object.assign(out, v);
      else if (shape !== '0' || !(v === '' || v === 0 || v === false || v === null)) out[name] = v;
    }
  }
  return EITHER[type]?.(out) ?? out;
}

function entry(b: Buffer, read: Scalar, child: string, depth: number): [string, unknown] {
  const value = find(b, 2);
  return [textOf(b, 1) ?? '', value === undefined ? '' : read(value, child, depth + 1)];
}

function put(out: Record<string, unknown>, name: string, [key, value]: [string, unknown]): void {
  const map = (out[name] as Record<string, unknown> | undefined) ?? {};
  Object.defineProperty(map, key, { value, enumerable: true, configurable: true, writable: true });
  out[name] = map;
}

/** The object in an envelope, as JSON. Throws ProtobufError. */
export function decodeProtobuf(bytes: Buffer): unknown {
  try {
    return decode(bytes);
  } catch (e) {
    // What Node says of a time or a number that cannot be.
    throw e instanceof RangeError ? new ProtobufError(`malformed value: ${e.message}`) : e;
  }
}

function decode(bytes: Buffer): unknown {
  if (!bytes.subarray(0, 4).equals(MAGIC))
    throw new ProtobufError('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]');
  const unknown = bytes.subarray(4);
  const meta = find(unknown, 1);
  const raw = find(unknown, 2);
  const apiVersion = meta === undefined ? '' : (textOf(asBuffer(meta), 1) ?? '');
  const kind = meta === undefined ? '' : (textOf(asBuffer(meta), 2) ?? '');
  const type = schemaForKind(apiVersion, kind)?.id ?? `meta.v1.${kind}`;
  if (TYPES[type] === undefined)
    throw new ProtobufError(`no protobuf form of ${kind} in ${apiVersion} is known here: send JSON`);
  return { apiVersion, kind, ...(message(raw === undefined ? Buffer.alloc(0) : asBuffer(raw), type, 0) as object) };
}
