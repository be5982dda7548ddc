// Objects in Kubernetes' protobuf encoding, as client-go sends built-in kinds: the other way round than src/node/https.
import { schemaForKind } from '../../src/model/schema.ts';
import { PROTOBUF } from '../../src/node/generated/protobuf.ts';
import { APIEXTENSIONS } from '../../src/node/https/protobuf-apiextensions.ts';

const TYPES = { ...PROTOBUF, ...APIEXTENSIONS };
const MAGIC = Buffer.from('k8s\0');

type Fields = { readonly [name: string]: unknown };

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    const more = left >> 7n;
    bytes.push(Number(left & 0x7fn) | (more > 0n ? 0x80 : 0));
    left = more;
  } while (left > 0n);
  return Buffer.from(bytes);
}

const tag = (field: number, wire: number): Buffer => varint(BigInt(field * 8 + wire));
const sized = (field: number, bytes: Buffer): Buffer =>
  Buffer.concat([tag(field, 2), varint(BigInt(bytes.length)), bytes]);
const text = (field: number, value: string): Buffer => sized(field, Buffer.from(value));
const integer = (field: number, value: number | bigint): Buffer =>
  Buffer.concat([tag(field, 0), varint(BigInt(value))]);

function double(field: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return Buffer.concat([tag(field, 1), bytes]);
}

function time(value: unknown): Buffer {
  if (typeof value !== 'string') return Buffer.alloc(0);
  const nanos = Number((/\.(\d+)Z$/.exec(value)?.[1] ?? '').padEnd(9, '0'));
  return Buffer.concat([integer(1, Math.floor(Date.parse(value) / 1000)), integer(2, nanos)]);
}

const PROPS = 'apiextensions.v1.JSONSchemaProps';

/** JSONSchemaPropsOrArray, …OrBool and …OrStringArray: a schema, or what the name says. */
function either(value: unknown, type: string): Buffer {
  if (typeof value === 'boolean') return integer(1, value ? 1 : 0);
  if (Array.isArray(value))
    return Buffer.concat(value.map((v) => (typeof v === 'string' ? text(2, v) : sized(2, message(v, PROPS)))));
  const schema = message(value, PROPS);
  return type.endsWith('OrBool') ? Buffer.concat([integer(1, 1), sized(2, schema)]) : sized(1, schema);
}

const json = (value: unknown): Buffer => text(1, JSON.stringify(value));

const SPECIAL: { readonly [type: string]: (value: unknown) => Buffer } = {
  'meta.v1.Time': time,
  'meta.v1.MicroTime': time,
  'api.resource.Quantity': (v) => text(1, String(v)),
  'util.intstr.IntOrString': (v) =>
    typeof v === 'number'
      ? Buffer.concat([integer(1, 0), integer(2, v), text(3, '')])
      : Buffer.concat([integer(1, 1), integer(2, 0), text(3, String(v))]),
  'meta.v1.FieldsV1': json,
  'pkg.runtime.RawExtension': json,
  'apiextensions.v1.JSON': json,
};

function scalar(field: number, kind: string, child: string, value: unknown): Buffer {
  switch (kind) {
    case 'string':
      return text(field, String(value));
    case 'int':
      return integer(field, BigInt(value as number));
    case 'bool':
      return integer(field, value === true ? 1 : 0);
    case 'bytes':
      return sized(field, Buffer.from(String(value), 'base64'));
    case 'float':
      return double(field, Number(value));
    case 'list':
      return sized(field, Buffer.concat((value as string[]).map((v) => text(1, v))));
    default:
      return sized(field, message(value, child));
  }
}

/** Go writes what is no pointer even where it is empty. */
function zero(field: number, kind: string, child: string): Buffer {
  if (kind === 'string') return text(field, '');
  if (kind === 'int' || kind === 'bool') return integer(field, 0);
  return kind === 'message' && SPECIAL[child] === undefined ? sized(field, message({}, child)) : Buffer.alloc(0);
}

function message(value: unknown, type: string, depth = 0): Buffer {
  const special = SPECIAL[type];
  if (special) return special(value);
  if (type.startsWith(`${PROPS}Or`)) return either(value, type);
  const fields = (value ?? {}) as Fields;
  const parts = (TYPES[type] ?? []).map(([field, name, kind, shape, child]) => {
    if (name === '') return scalar(field, kind, child, fields);
    const v = fields[name];
    if (v === undefined || v === null) return shape === '0' && depth < 4 ? zero(field, kind, child) : Buffer.alloc(0);
    if (shape === '[]') return Buffer.concat((v as unknown[]).map((item) => scalar(field, kind, child, item)));
    if (shape !== '{}') return scalar(field, kind, child, v);
    return Buffer.concat(
      Object.entries(v as Fields).map(([key, item]) =>
        sized(field, Buffer.concat([text(1, key), scalar(2, kind, child, item)])),
      ),
    );
  });
  return Buffer.concat(parts);
}

/** The object in its envelope; undefined for kinds that are sent as JSON. */
export function encodeProtobuf(object: unknown): Buffer | undefined {
  const { apiVersion, kind } = (object ?? {}) as { apiVersion?: string; kind?: string };
  if (apiVersion === undefined || kind === undefined) return undefined;
  const type = schemaForKind(apiVersion, kind)?.id ?? `meta.v1.${kind}`;
  if (TYPES[type] === undefined) return undefined;
  const meta = Buffer.concat([text(1, apiVersion), text(2, kind)]);
  return Buffer.concat([MAGIC, sized(1, meta), sized(2, message(object, type)), text(3, ''), text(4, '')]);
}
