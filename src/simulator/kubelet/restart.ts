// How long is waited before something that failed is tried again. Models k8s.io/client-go/util/flowcontrol (Backoff) as
// pkg/kubelet uses it for containers (doBackOff in pkg/kuberuntime) and images, v1.36.
import { MINUTE, SECOND } from '../../kernel/kernel.ts';

/** Source: MaxContainerBackOff and containerBackOffPeriod, imageBackOffPeriod and MaxImageBackOff, pkg/kubelet/kubelet.go. */
const MIN = 10 * SECOND;
const MAX = 300 * SECOND;
/** What has been well for so long begins anew. */
const FORGET = 2 * MAX;

interface Entry {
  delay: number;
  updated: number;
}

/** For each thing 10 s, 20 s … 300 s from one failure to the next try. Times are µs of virtual time. */
export class Backoff<K> {
  private readonly entries = new Map<K, Entry>();

  /** Until when it has to wait that failed at `since`; undefined: it need not. */
  until(key: K, since: number, now: number): { readonly delay: number; readonly at: number } | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || since - entry.updated > FORGET) return undefined;
    const at = since + entry.delay;
    return now < at ? { delay: entry.delay, at } : undefined;
  }

  /** As `until`, from when it last failed. */
  sinceUpdate(key: K, now: number): { readonly delay: number; readonly at: number } | undefined {
    const entry = this.entries.get(key);
    return entry === undefined ? undefined : this.until(key, entry.updated, now);
  }

  /** It is tried once more, after a failure at `since`: should it fail again, it waits longer. */
  next(key: K, since: number, now: number): void {
    const entry = this.entries.get(key);
    const fresh = entry === undefined || since - entry.updated > FORGET;
    this.entries.set(key, { delay: fresh ? MIN : Math.min(entry.delay * 2, MAX), updated: now });
  }
}

/** As Go prints a duration of whole seconds: `10s`, `1m20s`, `5m0s`. */
export function printSeconds(us: number): string {
  const minutes = Math.floor(us / MINUTE);
  const seconds = Math.round((us % MINUTE) / SECOND);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
