// One way into everything that is known about fields. Texts come in as JSON and are parsed on first use, a type at a time,
// because nobody must wait for a megabyte that the first minutes may not need.
import { KUBERNETES_VERSION } from './components.ts';
import { readLined } from './lined.ts';
import type { FieldRecord, TypeRecords } from './record.ts';

export interface KnowledgeSources {
  /** JSON of `{ [type]: TypeRecords }` with a type on each line. */
  readonly fields: () => string;
  /** The same of `{ [type]: { [field]: prose } }`: the schema's own descriptions, where they are shipped. */
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
  const types = once(() => readLined<TypeRecords>(sources.fields()));
  const prose = once(() => {
    const text = sources.descriptions?.();
    return text ? readLined<Record<string, string>>(text) : undefined;
  });
  return {
    version: KUBERNETES_VERSION,
    record(type, field) {
      const records = types().get(type);
      if (!records) return undefined;
      if (Object.hasOwn(records.fields, field)) return records.fields[field];
      const other = records.like === undefined ? undefined : types().get(records.like);
      return other && Object.hasOwn(other.fields, field) ? other.fields[field] : undefined;
    },
    description(type, field) {
      const fields = prose()?.get(type);
      return fields && Object.hasOwn(fields, field) ? fields[field] : undefined;
    },
    recordedTypes: () => types().all(),
  };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
