// What is known of the nodes of a large document. A part that an edit leaves alone keeps its nodes, and so all that is known of
// them; a part that is gone takes it along.
import type { Node, YAMLMap, YAMLSeq } from 'yaml';
import type { Finding } from './finding.ts';
import type { DocumentFacts } from './workspace/facts.ts';

/** Of an object that stands in a list of objects. */
export interface Examined {
  readonly patch: boolean;
  /** Where it stood. */
  readonly start: number;
  readonly findings: readonly Finding[];
  readonly targets: readonly Node[];
}

export interface Collected {
  readonly facts: DocumentFacts;
  readonly targets: readonly Node[];
  /** Lines of the targets, from the object's first. */
  readonly lines: readonly number[];
}

/** As what a node was found to be without fault. */
export interface Faultless {
  readonly schema: object;
  readonly field: object | undefined;
  readonly mode: string;
}

export class Memo {
  readonly examined = new WeakMap<object, Examined>();
  readonly collected = new WeakMap<object, Collected>();
  readonly faultless = new WeakMap<object, Faultless>();
  /** Plain values by their nodes, and back; only of nodes without aliases. */
  readonly values = new WeakMap<object, unknown>();
  readonly origins = new WeakMap<object, YAMLMap | YAMLSeq>();
}

/** Whether aliases stand for the same nodes as they did. */
export function areSame(one: readonly Node[], other: readonly Node[]): boolean {
  return one.length === other.length && one.every((node, k) => node === other[k]);
}
