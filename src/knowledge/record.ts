// The shape of the field records in fields/*.json: one file per OpenAPI type, one record per field.

/** A component that acts on a field, and at which of its steps. */
export interface Handler {
  /** Component id of components.json. */
  readonly component: string;
  /** The step in the component's own terms: `filter NodeAffinity`, `admission ServiceAccount`, `sync`, `EnsureImageExists`. */
  readonly step?: string;
  /** What the field makes the component do; a clause that follows the component's name and a colon. */
  readonly does: string;
}

export interface Writer {
  readonly component: string;
  readonly when: string;
}

export interface DefaultValue {
  /** The value as JSON; absent where it is computed (then `text` says how). */
  readonly value?: unknown;
  readonly text?: string;
  /** Who fills it in: a component id; a value that only takes effect without being stored has `stored: false`. */
  readonly by: string;
  readonly step?: string;
  readonly stored?: boolean;
  /** The only kind in which it is filled in: a template with the same field has it left out. */
  readonly on?: 'Pod' | 'Job';
}

/**
 * What a later change does to an object of this type that exists.
 * In a pod template the resolver adds what the owner makes of it.
 */
export type ChangeEffect =
  /** The API server refuses it. */
  | 'immutable'
  /** Takes effect on the running object. */
  | 'in-place'
  /** Takes effect the next time something starts or is created. */
  | 'next'
  /** The owner replaces pods. */
  | 'rollout'
  /** Written by the system; a person's change is overwritten or ignored. */
  | 'system';

export interface Change {
  readonly effect: ChangeEffect;
  /** What is worth saying beyond the effect. */
  readonly text?: string;
}

/** One way in which the field goes wrong, and the words by which it is recognised. */
export interface Failure {
  readonly text: string;
  /** Reason of the Event that shows it, as in the list of recorded Event reasons. */
  readonly event?: string;
  /** A container's waiting or terminated reason, a pod's reason, or a condition's reason. */
  readonly status?: string;
  /** The API server's words, as recorded; `…` stands for what depends on the object. */
  readonly error?: string;
}

/** What may differ by place: by a map's key (`cpu`), an enclosing field (`livenessProbe`) or the kind (`Node`). */
export type ContextualRecord = Partial<Omit<FieldRecord, 'in' | 'source' | 'with'>>;

export interface FieldRecord {
  /** What the field is, where its handlers alone do not make it plain. */
  readonly is?: string;
  readonly handlers?: readonly Handler[];
  readonly writtenBy?: readonly Writer[];
  readonly default?: DefaultValue;
  readonly change?: Change;
  readonly wrong?: readonly Failure[];
  /** Fields it works together with: paths from the same type, or `Kind:path` from another kind. */
  readonly with?: readonly string[];
  /** First version in which it could be used; `{Gate}` stands for what feature-gates.json says of that feature gate. */
  readonly since?: string;
  readonly deprecated?: string;
  /** Paths in kubernetes/kubernetes v1.36, nearest first. */
  readonly source: readonly string[];
  /**
   * Replacements of the above in places where the field means something else; the first that fits wins. Several names with
   * one replacement stand in one key, with spaces between them.
   */
  readonly in?: Readonly<Record<string, ContextualRecord>>;
}

export interface TypeRecords {
  readonly type: string;
  /** Type whose records stand in for fields that have none here (an ephemeral container is nearly a container). */
  readonly like?: string;
  readonly fields: Readonly<Record<string, FieldRecord>>;
}
