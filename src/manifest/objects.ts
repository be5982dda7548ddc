// Which Kubernetes objects stand in a document, and which of them holds a path.
import { isMap, isScalar, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import { allResources, apiVersionOf as apiVersionOfResource } from '../model/resources.ts';
import { schemaForKind } from '../model/schema.ts';
import type { ExplainedObject } from './explanation.ts';
import { scalarAt, valueAt } from './parse.ts';
import { MASKED } from './repair.ts';
import type { PathSegment } from './typing.ts';

export interface FoundObject {
  readonly node: YAMLMap & ParsedNode;
  readonly path: readonly PathSegment[];
  readonly object: ExplainedObject;
}

/** Kinds of objects that only wrap others: `List`, `DeploymentList`. */
function isList(kind: string): boolean {
  return kind.endsWith('List');
}

const described = new WeakMap<object, ExplainedObject>();

/** What is parsed does not change, so one look is enough. */
function describe(node: unknown): ExplainedObject | undefined {
  const known = isMap(node) ? described.get(node) : undefined;
  const found = known ?? lookAt(node);
  if (found && isMap(node)) described.set(node, found);
  return found;
}

function lookAt(node: unknown): ExplainedObject | undefined {
  const kind = scalarAt(node as ParsedNode, 'kind');
  const apiVersion = kind === undefined ? undefined : apiVersionOf(node, kind);
  if (kind === undefined || apiVersion === undefined) return undefined;
  const metadata = valueAt(node, 'metadata') as ParsedNode | undefined;
  const name = named(metadata, 'name');
  const namespace = named(metadata, 'namespace');
  return { apiVersion, kind, ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) };
}

/** A name as far as it is written; what a template puts in is a dot of three. */
function named(metadata: ParsedNode | undefined, field: string): string | undefined {
  return scalarAt(metadata, field)?.replace(RUN, MASKED);
}

const RUN = new RegExp(`${MASKED}+`, 'g');

/** Templates choose between versions, or compute one: then it is the one that is served. */
function apiVersionOf(node: unknown, kind: string): string | undefined {
  const written = isMap(node)
    ? node.items.flatMap(({ key, value }) =>
        isScalar(key) && key.value === 'apiVersion' && isScalar(value) ? [String(value.value)] : [],
      )
    : [];
  const [first, ...others] = written;
  if (first === undefined || (others.length === 0 && !first.includes(MASKED))) return first;
  const served = written.find((version) => schemaForKind(version, kind));
  if (served !== undefined) return served;
  const known =
    first.replace(RUN, '') === '' ? allResources().find((one) => one.preferred && one.kind === kind) : undefined;
  return known ? apiVersionOfResource(known) : first;
}

/** The objects below a node, lists unpacked. */
export function objectsOf(root: ParsedNode | undefined, path: readonly PathSegment[] = []): FoundObject[] {
  const object = describe(root);
  if (!isMap(root) || !object) return [];
  const items = isList(object.kind) ? valueAt(root, 'items') : undefined;
  if (!isSeq(items)) return [{ node: root, path, object }];
  return items.items.flatMap((item, index) =>
    isMap(item) ? objectsOf(item as ParsedNode, [...path, 'items', index]) : [],
  );
}

/** The object that holds a path, and the rest of the path inside it. */
export function objectAt(
  root: ParsedNode | undefined,
  path: readonly PathSegment[],
): { object: ExplainedObject; inner: readonly PathSegment[]; node: unknown } | undefined {
  const object = describe(root);
  if (object && isList(object.kind) && path[0] === 'items' && typeof path[1] === 'number' && path.length > 2) {
    const items = valueAt(root, 'items');
    const item: unknown = isSeq(items) ? items.items[path[1]] : undefined;
    const deeper = isMap(item) ? objectAt(item as ParsedNode, path.slice(2)) : undefined;
    if (deeper) return deeper;
  }
  return object && { object, inner: path, node: root };
}

/** The kinds that a template chooses between, beside the first that it writes. */
export function otherKinds(node: unknown): string[] {
  if (!isMap(node)) return [];
  const kinds = node.items.flatMap(({ key, value }) =>
    isScalar(key) && key.value === 'kind' && isScalar(value) ? [String(value.value)] : [],
  );
  return kinds.slice(1);
}
