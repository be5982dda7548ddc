// /openapi/v2 and /openapi/v3. Models k8s.io/kube-openapi's handlers and apiextensions-apiserver/pkg/controller/openapi.
import { fnv1a32 } from '../../../kernel/fnv.ts';
import { isRecord } from '../../../model/object.ts';
import type { ResourceInfo } from '../../../model/resources.ts';
import { noSuchPath } from '../../../model/status.ts';
import { type Answer, type Context, refuse } from '../context.ts';
import { customDefinitions, customDocument, customPaths, type Schemas } from '../crd/openapi.ts';
import { VERSION } from '../generated/server.ts';

/** Documents of OpenAPI, which are too large for the simulator's bundle. */
export interface OpenApi {
  /** Paths below /openapi/v3, such as `api/v1`, with a hash for caching. */
  index(): Readonly<Record<string, string>>;
  document(path: string): unknown;
}

interface Published {
  readonly resources: readonly ResourceInfo[];
  readonly openapi: OpenApi | undefined;
}

const NONE: Schemas = {};
const known = new WeakMap<OpenApi, { readonly meta: Schemas; definitions?: Schemas }>();

function schemasOf(document: unknown): Schemas {
  const components = isRecord(document) ? document.components : undefined;
  return isRecord(components) && isRecord(components.schemas) ? components.schemas : NONE;
}

function cached(docs: OpenApi): { readonly meta: Schemas; definitions?: Schemas } {
  const had = known.get(docs) ?? { meta: schemasOf(docs.document('apis/apiextensions.k8s.io/v1')) };
  known.set(docs, had);
  return had;
}

/** A schema of version 3 as version 2 writes it: references stand bare, and a choice of types is a string. */
function inVersion2(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inVersion2);
  if (!isRecord(value)) return value;
  const { allOf, oneOf, $ref, ...rest } = value;
  const only = Array.isArray(allOf) && isRecord(allOf[0]) ? allOf[0].$ref : $ref;
  if (typeof only === 'string') return { $ref: only.replace('#/components/schemas/', '#/definitions/') };
  const own = Object.entries(rest).filter(([key]) => key !== 'default');
  const out = Object.fromEntries(own.map(([key, v]) => [key, inVersion2(v)]));
  return oneOf === undefined ? out : { type: 'string', ...out };
}

function definitionsOf(docs: OpenApi): Schemas {
  const cache = cached(docs);
  cache.definitions ??= Object.fromEntries(
    Object.keys(docs.index()).flatMap((path) =>
      Object.entries(schemasOf(docs.document(path))).map(([name, schema]) => [name, inVersion2(schema)]),
    ),
  );
  return cache.definitions;
}

/**
 * OpenAPI v2 without any path: clients ask for it about kinds only. In protobuf it is an empty Document
 * { swagger = 1, info = 2 { title = 1, version = 2 } }, whose bytes are all ASCII: kubectl asks so only about kinds that
 * version 3 does not know.
 */
function version2(ctx: Context, { resources, openapi }: Published): Answer {
  const [title, version] = ['Kubernetes', VERSION.gitVersion];
  if (!(ctx.request.accept ?? '').includes('spec.v2')) {
    const definitions = { ...(openapi ? definitionsOf(openapi) : {}), ...customDefinitions(resources) };
    return { code: 200, body: { swagger: '2.0', info: { title, version }, paths: {}, definitions } };
  }
  const field = (n: number, text: string): string => String.fromCharCode(n * 8 + 2, text.length) + text;
  const text = field(1, '2.0') + field(2, field(1, title) + field(2, version));
  return { code: 200, text, contentType: 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf' };
}

export function openapi(ctx: Context, served: Published, parts: readonly string[]): Answer | undefined {
  if (parts[1] === 'v2' && parts.length === 2) return version2(ctx, served);
  const { openapi: docs, resources } = served;
  if (docs === undefined || parts[1] !== 'v3') return undefined;
  const { meta } = cached(docs);
  const custom = customPaths(resources).map((p) => [p, hashOf(customDocument(resources, p, meta))]);
  const index = { ...docs.index(), ...Object.fromEntries(custom) };
  if (parts.length === 2) {
    const paths = Object.fromEntries(
      Object.entries(index).map(([p, hash]) => [p, { serverRelativeURL: `/openapi/v3/${p}?hash=${hash}` }]),
    );
    return { code: 200, body: { paths } };
  }
  const path = parts.slice(2).join('/');
  const document = docs.document(path) ?? customDocument(resources, path, meta);
  if (document === undefined) return refuse(noSuchPath());
  ctx.skip('storage', 'an OpenAPI document is not stored in etcd');
  return { code: 200, body: document };
}

function hashOf(document: unknown): string {
  return fnv1a32(JSON.stringify(document)).toString(16).toUpperCase().padStart(8, '0');
}
