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
  private earlier = new Set<string>();
  private readonly due = new Set<string>();

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
    this.earlier.add(uid);
  }

  mayAskAgain(uid: string): boolean {
    return this.due.has(uid);
  }

  private allDue(): void {
    for (const uid of this.earlier) this.due.add(uid);
    this.earlier = new Set();
  }
}
