// After a webhook or a policy changed the object, all that mutates runs once more: plugins of the server always, webhooks that ask
// for it and only if something changed after them. Models k8s.io/apiserver/pkg/admission/reinvocation.go and
// plugin/webhook/mutating/reinvocationcontext.go.
import type { KubeObject } from '../../../model/object.ts';
import { equal } from '../../../model/paths.ts';

export class Reinvocation {
  /** In the second round. */
  again = false;
  /** Something outside the server's own plugins changed the object. */
  wanted = false;
  private last: KubeObject | undefined;
  // Made when a webhook is asked: most requests ask none.
  private earlier: Set<string> | undefined;
  private due: Set<string> | undefined;

  /** Before the first webhook of a round. */
  begin(object: KubeObject | undefined): void {
    if (this.again && !equal(object, this.last)) this.allDue();
  }

  /** After the last webhook of a round. */
  end(object: KubeObject | undefined): void {
    this.last = object;
  }

  /** Those asked before must be asked again. */
  changed(): void {
    this.allDue();
    this.wanted = true;
  }

  /** A webhook was asked that has reinvocationPolicy IfNeeded. */
  remember(uid: string): void {
    this.earlier ??= new Set();
    this.earlier.add(uid);
  }

  mayAskAgain(uid: string): boolean {
    return this.due?.has(uid) ?? false;
  }

  private allDue(): void {
    this.due = new Set([...(this.due ?? []), ...(this.earlier ?? [])]);
    this.earlier = undefined;
  }
}
