// Which Kubernetes objects stand in a document, and which of them holds a path.
import { isMap, isSeq, type ParsedNode, type YAMLMap } from 'yaml';
import type { ExplainedObject } from './explanation.ts';
import { scalarAt, valueAt } from './parse.ts';
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
  const apiVersion = scalarAt(node as ParsedNode, 'apiVersion');
  if (kind === undefined || apiVersion === undefined) return undefined;
  const metadata = valueAt(node, 'metadata') as ParsedNode | undefined;
  const name = scalarAt(metadata, 'name');
  const namespace = scalarAt(metadata, 'namespace');
  return { apiVersion, kind, ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) };
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
): { object: ExplainedObject; inner: readonly PathSegment[] } | undefined {
  const object = describe(root);
  if (object && isList(object.kind) && path[0] === 'items' && typeof path[1] === 'number' && path.length > 2) {
    const items = valueAt(root, 'items');
    const item: unknown = isSeq(items) ? items.items[path[1]] : undefined;
    const deeper = isMap(item) ? objectAt(item as ParsedNode, path.slice(2)) : undefined;
    if (deeper) return deeper;
  }
  return object && { object, inner: path };
}
