// The shape of a kind's rules, and how a family of kinds declares them.
import type { Errors } from './field.ts';

/** What a check may need to know of the server beside the object. */
export interface ValidationContext {
  /** The subresource that is written, such as `status`, `resize`, `ephemeralcontainers`, `scale`, `approval`. */
  readonly subresource?: string;
}

/**
 * The checks of one kind. Objects are JSON that has been decoded, so every field has its type, and defaulted; the
 * checks themselves say which fields may be absent.
 */
export interface Rules {
  readonly create: (errs: Errors, object: never, context: ValidationContext) => void;
  readonly update?: (errs: Errors, now: never, old: never, context: ValidationContext) => void;
  /** By subresource. */
  readonly subresources?: { readonly [name: string]: (errs: Errors, now: never, old: never) => void };
}

/** By `group/Kind`, with the core group as an empty string: `/Pod`, `apps/Deployment`. */
export type RuleTable = { readonly [groupKind: string]: Rules };
