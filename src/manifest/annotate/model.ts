// The annotated manifest as plain values: what stands on each line, who acts on it, and in which order.
import type { ExplainedHandler, ExplainedObject, FieldFacts } from '../explanation.ts';

export interface Act extends ExplainedHandler {
  /** Id of a stage: when it happens, as against the others. */
  readonly stage: string;
  /** It writes the field; without it, the field makes it do something. */
  readonly writes?: true;
}

export interface AnnotatedField {
  /** UTF-16 column of the key. */
  readonly column: number;
  readonly object: ExplainedObject;
  /** `spec.template.spec.containers[0].image`. */
  readonly path: string;
  /** `limits › cpu`. */
  readonly title: string;
  /** In the order of acting. */
  readonly acts: readonly Act[];
  /** The act that says most of the field: what its record puts first. */
  readonly main?: Act;
  readonly facts: FieldFacts;
  /** How Kubernetes reads the value, where that is not what is written. */
  readonly reading?: string;
}

export interface AnnotatedLine {
  /** As written, but for the values of Secrets. */
  readonly text: string;
  /** Fields whose keys stand on the line, from left to right: one, or in flow style more. */
  readonly fields: readonly AnnotatedField[];
  /** The line goes on with the value of this field. */
  readonly continues?: AnnotatedField;
}

export interface AnnotatedObject extends ExplainedObject {
  /** Zero-based line of its first field. */
  readonly line: number;
}

export interface AnnotationProblem {
  readonly line: number;
  readonly message: string;
}

/** One document of a stream; lines count from its first. */
export interface AnnotatedPart {
  readonly lines: readonly AnnotatedLine[];
  readonly objects: readonly AnnotatedObject[];
  readonly problems: readonly AnnotationProblem[];
}

export type AnnotatedManifest = AnnotatedPart;
