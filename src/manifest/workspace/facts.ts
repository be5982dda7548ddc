// What one document of a text offers to others and asks of them, as plain values. Lines count from the document's first line,
// so that an edit above leaves the facts as they are.
import type { LabelSelector } from '../../model/generated/meta.v1.ts';
import type { TextRange } from '../explanation.ts';

export type Labels = Readonly<Record<string, string>>;

export interface KindName {
  /** API group, empty for the core. */
  readonly group: string;
  readonly kind: string;
}

/** An entry of a map of labels, with its key and its value. */
export interface LabelEntry extends TextRange {
  readonly key: TextRange;
  /** Absent where nothing is written. */
  readonly value?: TextRange;
}

/** Where a map of labels stands, and each of its entries. */
export interface LabelPlaces {
  readonly range: TextRange;
  readonly entries: ReadonlyMap<string, LabelEntry>;
}

/** A label's key that is written by itself, with values that it is compared with. */
export interface LabelTerm {
  readonly key: string;
  readonly range: TextRange;
  readonly values: readonly { readonly text: string; readonly range: TextRange }[];
}

export interface PortFact {
  readonly name?: string;
  readonly port: number;
  readonly protocol: string;
  readonly range: TextRange;
  readonly nameRange?: TextRange;
}

export interface ObjectFact extends KindName {
  readonly apiVersion: string;
  readonly name: string;
  /** Absent where the text names none: what applies it decides. Always absent where the kind has no namespaces. */
  readonly namespace?: string;
  readonly namespaced: boolean;
  /** Of the name. */
  readonly range: TextRange;
  readonly whole: TextRange;
  readonly labels: Labels;
  readonly labelPlaces?: LabelPlaces;
  /** Keys that a ConfigMap or a Secret holds. */
  readonly keys?: ReadonlyMap<string, TextRange>;
  readonly servicePorts?: readonly PortFact[];
  /** A CustomResourceDefinition's kind. */
  readonly defines?: KindName & { readonly range: TextRange };
  /** Not all of it can be read: a template fills in more. */
  readonly partial: boolean;
}

export type PodPart = 'volume' | 'container' | 'claim';

/** A Pod, or the template of one. */
export interface PodFact {
  readonly owner: ObjectFact;
  readonly namespace?: string;
  readonly labels: Labels;
  readonly labelPlaces?: LabelPlaces;
  readonly ports: readonly PortFact[];
  /** What is in it by names that count inside it. */
  readonly parts: Readonly<Record<PodPart, ReadonlyMap<string, TextRange>>>;
  /** Keys of its own labels that it names: `metadata.labels['app']`, `matchLabelKeys`. */
  readonly labelTerms: readonly LabelTerm[];
  readonly partial: boolean;
}

/** What labels are looked for on. */
export type Labelled = 'Pod' | 'Namespace' | 'Node' | 'PersistentVolume' | 'ClusterRole';

export type Reference = { readonly range: TextRange; readonly from: ObjectFact } & (
  | (KindName & {
      readonly to: 'object';
      readonly name: string;
      readonly namespace?: string;
      /** What refers does without it where it is not there. */
      readonly optional: boolean;
    })
  | (KindName & {
      readonly to: 'key';
      readonly name: string;
      readonly namespace?: string;
      readonly key: string;
      readonly optional: boolean;
    })
  | {
      readonly to: 'labels';
      readonly of: Labelled;
      /** Absent: in any namespace, or the objects have none. */
      readonly namespace?: string;
      readonly anyNamespace: boolean;
      readonly selector: LabelSelector;
      readonly entries: ReadonlyMap<string, LabelEntry>;
      /** Of `matchExpressions`. */
      readonly terms: readonly LabelTerm[];
      /** It is the selector of the object's own template. */
      readonly own: boolean;
    }
  | {
      readonly to: 'service-port';
      readonly service: string;
      readonly namespace?: string;
      readonly port: string | number;
    }
  /** A Service's targetPort: a port of the pods that it selects. */
  | { readonly to: 'pod-port'; readonly labels: Labels; readonly namespace?: string; readonly port: string | number }
  /** A port or a part of the same pod, by its index in the document's pods; without one it is the pod of the same object. */
  | { readonly to: 'own-port'; readonly pod: number; readonly port: string | number }
  | { readonly to: 'part'; readonly part: PodPart; readonly pod?: number; readonly name: string }
  | (KindName & { readonly to: 'definition' })
);

/** What a kustomization makes of the manifests beside it. */
export interface KustomizationFact {
  /** It makes ConfigMaps or Secrets, or other names. */
  readonly generates: boolean;
  /** It adds labels. */
  readonly relabels: boolean;
  /** Files that are merged into objects, as it names them. */
  readonly patches: readonly string[];
  /** Every file or folder that it names, relative to its own. */
  readonly files: readonly FileFact[];
}

export interface FileFact {
  readonly path: string;
  readonly range: TextRange;
}

export interface DocumentFacts {
  readonly objects: readonly ObjectFact[];
  readonly pods: readonly PodFact[];
  readonly references: readonly Reference[];
  readonly kustomization?: KustomizationFact;
}
