// What the API server of a cluster says of its own types: the OpenAPI v3 document of one group and version, read when
// somebody points at a field of it and kept. Custom resources are in it; where a server publishes no OpenAPI, they are read
// from their CustomResourceDefinitions.
import { isRecord, type Json } from '../model/object.ts';
import { splitApiVersion } from '../model/resources.ts';
import { schemaForKind } from '../model/schema.ts';
import type { TransportResponse } from './transport.ts';

export interface ServedField {
  /** The document's prose; undefined where it has none. */
  readonly description?: string;
  /** `string`, `[]object`, `map[string]string`. */
  readonly type: string;
  readonly required: boolean;
  readonly values?: readonly string[];
}

export interface ServerVersion {
  /** `v1.35.2`. */
  readonly text: string;
  /** 35. */
  readonly minor: number;
}

/**
 * - `field`: the cluster knows it. - `unknown-field`: it knows the kind and the parent, and not this field.
 * - `unknown-kind`: it does not serve the kind in this version.
 */
export type Served =
  | { readonly found: 'field'; readonly field: ServedField }
  | { readonly found: 'unknown-field' | 'unknown-kind' };

/** A GET; the path is without a query. */
type Get = (path: string, query?: Readonly<Record<string, string>>) => Promise<TransportResponse>;

/** Deeper than any schema; circular ones (JSONSchemaProps) are followed by need. */
const MAX_REFS = 32;
const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

/** One for each connection: what was read stays until it is dropped. Rejects with FailureError where no answer comes. */
export class ServedSchemas {
  private readonly get: Get;
  private readonly documents = new Map<string, Promise<Json | undefined>>();
  private index: { readonly at: number; readonly paths: Promise<Json | undefined> } | undefined;
  private known: Promise<ServerVersion | undefined> | undefined;

  constructor(get: Get) {
    this.get = get;
  }

  version(): Promise<ServerVersion | undefined> {
    if (!this.known) {
      this.known = this.get('/version').then(({ code, body }) => (code === 200 ? versionOf(body) : undefined));
      // A server that does not answer now may answer later.
      this.known.catch(() => {
        this.known = undefined;
      });
    }
    return this.known;
  }

  /**
   * @param now ms; the list of documents is asked for again when it is older than `freshMs`, for CRDs come and go
   */
  async describe(
    { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
    path: readonly (string | number)[],
    now: number,
    freshMs = 15_000,
  ): Promise<Served | undefined> {
    if (!this.index || now - this.index.at > freshMs) {
      this.index = { at: now, paths: this.readIndex() };
      this.index.paths.catch(() => {
        this.index = undefined;
      });
    }
    const paths = await this.index.paths;
    if (!paths) return this.fromDefinition(apiVersion, kind, path);
    const { group } = splitApiVersion(apiVersion);
    const entry = paths[group === '' ? `api/${apiVersion}` : `apis/${apiVersion}`];
    const url = isRecord(entry) ? entry.serverRelativeURL : undefined;
    if (typeof url !== 'string') return { found: 'unknown-kind' };
    const document = await this.document(url);
    if (!document) return undefined;
    const root = schemaOfKind(document, apiVersion, kind);
    return root ? walk(document, root, path) : { found: 'unknown-kind' };
  }

  private async readIndex(): Promise<Json | undefined> {
    const { code, body } = await this.get('/openapi/v3');
    return code === 200 && isRecord(body) && isRecord(body.paths) ? body.paths : undefined;
  }

  /** The URL carries a hash of the content: what was read under it does not change. */
  private document(url: string): Promise<Json | undefined> {
    let document = this.documents.get(url);
    if (!document) {
      document = this.get(...split(url)).then(({ code, body }) => (code === 200 && isRecord(body) ? body : undefined));
      document.catch(() => this.documents.delete(url));
      this.documents.set(url, document);
    }
    return document;
  }

  private async fromDefinition(
    apiVersion: string,
    kind: string,
    path: readonly (string | number)[],
  ): Promise<Served | undefined> {
    const { group } = splitApiVersion(apiVersion);
    if (!group.includes('.') || schemaForKind(apiVersion, kind)) return undefined;
    const { code, body } = await this.get(CRDS);
    const items: unknown = code === 200 && isRecord(body) ? body.items : undefined;
    return Array.isArray(items) ? definedBy(items, { apiVersion, kind }, path) : undefined;
  }
}

/** What CustomResourceDefinitions say of a field; undefined where none is of the kind, or it leaves the field open. */
export function definedBy(
  definitions: readonly unknown[],
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  path: readonly (string | number)[],
): Served | undefined {
  const { group, version } = splitApiVersion(apiVersion);
  for (const item of definitions) {
    const spec = isRecord(item) && isRecord(item.spec) ? item.spec : {};
    const names = isRecord(spec.names) ? spec.names : {};
    if (spec.group !== group || names.kind !== kind || !Array.isArray(spec.versions)) continue;
    const served: unknown = spec.versions.find((one: unknown) => isRecord(one) && one.name === version);
    const schema = isRecord(served) && isRecord(served.schema) ? served.schema.openAPIV3Schema : undefined;
    // The server adds metadata and the like to what the definition says.
    if (path[0] === 'metadata' || path[0] === 'apiVersion' || path[0] === 'kind') return undefined;
    return isRecord(schema) ? walk({}, schema, path) : undefined;
  }
  return undefined;
}

/** `/openapi/v3/apis/apps/v1?hash=…` → the path and what is asked besides. */
function split(url: string): [path: string, query?: Readonly<Record<string, string>>] {
  const [path = '', rest] = url.split('?');
  if (rest === undefined) return [path];
  const pairs = rest.split('&').map((pair): [string, string] => {
    const at = pair.indexOf('=');
    return at < 0 ? [decoded(pair), ''] : [decoded(pair.slice(0, at)), decoded(pair.slice(at + 1))];
  });
  return [path, Object.fromEntries(pairs)];
}

/** What a server wrote badly is sent back as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function versionOf(body: unknown): ServerVersion | undefined {
  if (!isRecord(body) || typeof body.gitVersion !== 'string') return undefined;
  const minor = /^v?1\.(\d+)/.exec(body.gitVersion)?.[1];
  return minor === undefined ? undefined : { text: body.gitVersion, minor: Number(minor) };
}

function schemaOfKind(document: Json, apiVersion: string, kind: string): Json | undefined {
  const { group, version } = splitApiVersion(apiVersion);
  const isKind = (one: unknown): boolean =>
    isRecord(one) && one.group === group && one.version === version && one.kind === kind;
  return Object.values(schemasOf(document)).find((schema): schema is Json => {
    const kinds: unknown = isRecord(schema) ? schema['x-kubernetes-group-version-kind'] : undefined;
    return Array.isArray(kinds) && kinds.some(isKind);
  });
}

function schemasOf(document: Json): Json {
  const { components } = document;
  return isRecord(components) && isRecord(components.schemas) ? components.schemas : {};
}

function walk(document: Json, root: Json, path: readonly (string | number)[]): Served | undefined {
  let at = resolved(document, root);
  let named = root;
  let required = false;
  for (const segment of path) {
    const next = typeof segment === 'number' ? at.items : childOf(at, segment);
    if (!isRecord(next)) return isOpen(at) ? undefined : { found: 'unknown-field' };
    required = typeof segment === 'string' && Array.isArray(at.required) && at.required.includes(segment);
    named = next;
    at = resolved(document, next);
  }
  // A reference may carry prose of its own: what the field is here, before what its type is everywhere.
  const description = [named.description, at.description].find((one) => typeof one === 'string' && one !== '');
  const values = Array.isArray(at.enum) ? at.enum.map(String) : undefined;
  const field = { type: typeOf(document, at), required, ...(values && { values }) };
  return { found: 'field', field: typeof description === 'string' ? { ...field, description } : field };
}

function childOf(schema: Json, name: string): unknown {
  const { properties } = schema;
  if (isRecord(properties) && Object.hasOwn(properties, name)) return properties[name];
  return isRecord(schema.additionalProperties) ? schema.additionalProperties : undefined;
}

/** The schema leaves open what may stand below. */
function isOpen(schema: Json): boolean {
  return (
    schema['x-kubernetes-preserve-unknown-fields'] === true ||
    schema.additionalProperties === true ||
    (!isRecord(schema.properties) && !isRecord(schema.items))
  );
}

function resolved(document: Json, schema: Json): Json {
  let at = schema;
  for (let i = 0; i < MAX_REFS; i++) {
    const all: unknown = Array.isArray(at.allOf) && at.allOf.length === 1 ? at.allOf[0] : undefined;
    const ref = typeof at.$ref === 'string' ? at.$ref : isRecord(all) ? all.$ref : undefined;
    if (typeof ref !== 'string') return at;
    const next = schemasOf(document)[ref.slice(ref.lastIndexOf('/') + 1)];
    if (!isRecord(next)) return at;
    at = next;
  }
  return at;
}

function typeOf(document: Json, schema: Json, depth = 0): string {
  if (schema['x-kubernetes-int-or-string'] === true || schema.format === 'int-or-string') return 'int or string';
  const inner = (part: unknown): string =>
    isRecord(part) && depth < 4 ? typeOf(document, resolved(document, part), depth + 1) : 'any';
  if (schema.type === 'array') return `[]${inner(schema.items)}`;
  if (isRecord(schema.additionalProperties)) return `map[string]${inner(schema.additionalProperties)}`;
  if (typeof schema.type !== 'string') return 'any';
  return typeof schema.format === 'string' && schema.type !== 'string' ? schema.format : schema.type;
}
