// One way into everything that is known about fields. Texts come in as JSON and are parsed on first use,
// because activation must not wait for a megabyte that the first minutes may not need.
import { KUBERNETES_VERSION } from './components.ts';
import type { FieldRecord, TypeRecords } from './record.ts';

export interface KnowledgeSources {
  /** JSON text of an array of TypeRecords. */
  readonly fields: () => string;
  /** JSON text of `{ [type]: { [field]: prose } }`: the schema's own descriptions, where they are shipped. */
  readonly descriptions?: () => string | undefined;
}

export interface Knowledge {
  /** The Kubernetes version that the records hold for. */
  readonly version: string;
  /** The record of a field, or undefined when none is written. */
  record(type: string, field: string): FieldRecord | undefined;
  /** The schema's own sentence on a field. */
  description(type: string, field: string): string | undefined;
  /** Types that have records, for coverage. */
  recordedTypes(): readonly TypeRecords[];
}

export function createKnowledge(sources: KnowledgeSources): Knowledge {
  const list = once(() => JSON.parse(sources.fields()) as readonly TypeRecords[]);
  const byType = once(() => new Map(list().map((records) => [records.type, records])));
  const prose = once(() => {
    const text = sources.descriptions?.();
    return text ? (JSON.parse(text) as Record<string, Record<string, string>>) : {};
  });
  return {
    version: KUBERNETES_VERSION,
    record(type, field) {
      const records = byType().get(type);
      if (!records) return undefined;
      if (Object.hasOwn(records.fields, field)) return records.fields[field];
      const other = records.like === undefined ? undefined : byType().get(records.like);
      return other && Object.hasOwn(other.fields, field) ? other.fields[field] : undefined;
    },
    description(type, field) {
      const fields = prose()[type];
      return fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
    },
    recordedTypes: list,
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
