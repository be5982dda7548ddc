// What a controller has asked for and not yet seen in its cache. Until the cache has caught up, it must not decide anew,
// or it would create or delete twice. Models UIDTrackingControllerExpectations in pkg/controller/controller_utils.go.
import { type Kernel, MINUTE } from '../../../kernel/kernel.ts';

const EXPIRES = 5 * MINUTE;

interface Expected {
  creations: number;
  readonly deletions: Set<string>;
  at: number;
}

export class Expectations {
  private readonly kernel: Kernel;
  private readonly byKey = new Map<string, Expected>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  satisfied(key: string): boolean {
    const e = this.byKey.get(key);
    if (e === undefined) return true;
    return (e.creations <= 0 && e.deletions.size === 0) || this.kernel.now - e.at > EXPIRES;
  }

  expectCreations(key: string, n: number): void {
    this.expect(key, n, []);
  }

  expectDeletions(key: string, pods: readonly string[]): void {
    this.expect(key, 0, pods);
  }

  /** `pods`: uids of those that are to go. */
  expect(key: string, creations: number, pods: readonly string[]): void {
    this.byKey.set(key, { creations, deletions: new Set(pods), at: this.kernel.now });
  }

  /** One creation was seen, or will never be. */
  creationObserved(key: string, n = 1): void {
    const e = this.byKey.get(key);
    if (e !== undefined) e.creations -= n;
  }

  deletionObserved(key: string, pod: string): void {
    this.byKey.get(key)?.deletions.delete(pod);
  }

  forget(key: string): void {
    this.byKey.delete(key);
  }
}
