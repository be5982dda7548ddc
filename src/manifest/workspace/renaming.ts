// What another name would change.
import type { Location } from './definitions.ts';
import type { ObjectFact } from './facts.ts';

export interface Renaming {
  /** The name as it is. */
  readonly placeholder: string;
  /** Where it stands at the place that was asked about. */
  readonly at: Location;
  readonly places: readonly Location[];
  /** Objects that kube-apiserver lets nobody change so, once they exist. */
  readonly fixed: readonly ObjectFact[];
  /** Why it cannot be called so, in kube-apiserver's words where it has some; undefined where it can. */
  readonly problem: (name: string) => string | undefined;
}
