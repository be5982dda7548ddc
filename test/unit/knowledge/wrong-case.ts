// A wrong object: which sample, what is changed in it, and which words of a record it brings.
export interface Wrong {
  readonly kind: string;
  /** By path, with slashes; undefined takes the field away. */
  readonly change: Readonly<Record<string, unknown>>;
  readonly error: string;
  /** Whether an object that exists is changed so. */
  readonly update?: boolean;
}
