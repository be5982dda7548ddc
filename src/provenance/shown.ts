// What may be shown of an object, and of a change: no book-keeping of managers and versions, and nothing that is secret.
import type { KubeObject } from '../model/object.ts';
import { diff } from '../model/paths.ts';
import { redact } from '../model/redact.ts';
import { schemaForKind } from '../model/schema.ts';
import type { FieldChange } from '../trace/step.ts';

/** What managedFields say is for asking, and not for reading. */
export function shown<T extends KubeObject>(object: T): T {
  const { managedFields: _, ...metadata } = object.metadata;
  return redact({ ...object, metadata });
}

/** @param before undefined for an object that was made, of which every field counts as changed. */
export function changedFields(before: KubeObject | undefined, after: KubeObject): FieldChange[] {
  const type = schemaForKind(after.apiVersion ?? '', after.kind ?? '');
  const fields = diff(before && shown(before), shown(after), type);
  return fields.filter(({ path }) => path !== 'metadata.resourceVersion');
}
