// Client-side and server-side apply with kubectl, one after the other on one object. Models
// k8s.io/apimachinery/pkg/util/managedfields/internal/lastappliedmanager.go and lastappliedupdater.go.
import { isRecord, type Json, type KubeObject } from '../../../../model/object.ts';
import type { TypeSchema } from '../../../../model/schema.ts';
import { conform } from '../conform.ts';
import { compare } from './compare.ts';
import { difference, type FieldSet, union } from './set.ts';
import { toFieldSet } from './typed.ts';

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration';
/** Upstream's limit for all annotations together. */
const MAX_ANNOTATIONS = 256 * 1024;

/** The fields that client-side apply set before, which server-side apply with kubectl may take over without a conflict. */
export function allowedByLastApplied(live: KubeObject, type: TypeSchema): FieldSet | undefined {
  const text = live.metadata.annotations?.[ANNOTATION];
  if (!text) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || value.apiVersion !== live.apiVersion) return undefined;
    const { value: object, error } = conform(value, type);
    if (error !== undefined) return undefined;
    // Only what the object still holds as it was applied may be taken over.
    const change = compare(object as Json, live as unknown as Json, type);
    return difference(toFieldSet(value, type), union(union(change?.modified, change?.added), change?.removed));
  } catch {
    return undefined;
  }
}

/** Go writes a map with its keys in order. */
const inOrder = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value;

/** Keeps the annotation of client-side apply in step with what is applied now, where the object has one. */
export function withLastApplied(object: KubeObject, applied: Json): KubeObject {
  const { annotations } = object.metadata;
  if (!annotations?.[ANNOTATION]) return object;
  const { [ANNOTATION]: _, ...others } = annotations;
  const text = `${JSON.stringify(withoutAnnotation(applied), inOrder)}\n`;
  const kept = text.length > MAX_ANNOTATIONS ? others : { ...annotations, [ANNOTATION]: text };
  return { ...object, metadata: { ...object.metadata, annotations: kept } };
}

function withoutAnnotation(applied: Json): Json {
  const { metadata } = applied;
  if (!isRecord(metadata) || !isRecord(metadata.annotations)) return applied;
  const { [ANNOTATION]: _, ...annotations } = metadata.annotations;
  return { ...applied, metadata: { ...metadata, annotations } };
}
