// What is said of one place in a manifest, as plain values: the hover, the CLI and the annotated manifest render the same.
import type { ColourRole } from '../knowledge/components.ts';
import type { ChangeEffect, Failure } from '../knowledge/record.ts';
import type { PathSegment } from './typing.ts';

/** Zero-based line and UTF-16 column. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface TextRange {
  readonly start: Position;
  readonly end: Position;
}

export interface ExplainedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name?: string;
  readonly namespace?: string;
}

export interface ExplainedHandler {
  readonly component: string;
  readonly name: string;
  readonly colour: ColourRole;
  readonly icon: string;
  readonly step?: string;
  readonly does: string;
}

/** What is known of a field at a place, whatever text it stands in. */
export interface FieldFacts {
  /** OpenAPI type and field that the record is kept under. */
  readonly type: string;
  readonly field: string;
  /** Key inside a map field: `cpu` in limits. */
  readonly entry?: string;
  /** As shown to people: `map[string]string`, `[]Container`. */
  readonly fieldType: string;
  readonly required: boolean;
  readonly values?: readonly string[];
  /** How server-side apply merges the list: `by name`, `as a set`, `as a whole`. */
  readonly merge?: string;
  readonly is?: string;
  readonly handlers: readonly ExplainedHandler[];
  readonly writtenBy: readonly ExplainedHandler[];
  readonly default?: string;
  readonly change?: { readonly effect: ChangeEffect; readonly text: string };
  readonly wrong: readonly Failure[];
  readonly with: readonly string[];
  readonly since?: string;
  readonly deprecated?: string;
  readonly sources: readonly string[];
  /** Kubernetes version that all of this holds for. */
  readonly version: string;
  /** The schema's own description. */
  readonly schemaText?: string;
  /** False when the schema knows the field and no record is written yet. */
  readonly recorded: boolean;
}

export interface Explanation extends FieldFacts {
  readonly range: TextRange;
  readonly on: 'key' | 'value' | 'item';
  readonly object: ExplainedObject;
  readonly path: readonly PathSegment[];
  /** `spec.template.spec.containers[0].image`. */
  readonly pathText: string;
  /** How Kubernetes reads the value, where that is not what is written. */
  readonly reading?: string;
  /** The object's version is not served any more; all this is said of this one. */
  readonly successor?: string;
}
