// A small API server for tests of the reflector and the source: lists, watches, and whatever failure a test wants.
import { type Failure, FailureError } from '../../../src/cluster/failure.ts';
import type { Timing } from '../../../src/cluster/reflector.ts';
import type { Transport, TransportRequest, TransportResponse, WatchHandler } from '../../../src/cluster/transport.ts';
import type { KubeObject } from '../../../src/model/object.ts';

export function object(kind: string, name: string, more: Record<string, unknown> = {}, namespace?: string): KubeObject {
  const { metadata, ...rest } = more;
  const own = { name, uid: `uid-${name}`, resourceVersion: '1', ...(namespace ? { namespace } : {}) };
  return { apiVersion: 'v1', kind, metadata: { ...own, ...(metadata as object) }, ...rest } as KubeObject;
}

export class ManualTiming implements Timing {
  readonly timers: { ms: number; run: () => void; cancelled: boolean }[] = [];

  after(ms: number, run: () => void): () => void {
    const timer = { ms, run, cancelled: false };
    this.timers.push(timer);
    return () => {
      timer.cancelled = true;
    };
  }

  random(): number {
    return 1;
  }

  get pending(): number[] {
    return this.timers.filter((t) => !t.cancelled).map((t) => t.ms);
  }

  /** Runs what waits for at most `ms`. */
  fire(ms: number): void {
    for (const timer of this.timers.filter((t) => !t.cancelled && t.ms <= ms)) {
      timer.cancelled = true;
      timer.run();
    }
  }
}

export class FakeTransport implements Transport {
  readonly requests: TransportRequest[] = [];
  readonly watches: {
    path: string;
    query: { readonly [name: string]: string };
    handler: WatchHandler;
    stopped: boolean;
  }[] = [];
  closed = false;
  /** Objects by path of the collection. */
  readonly objects = new Map<string, KubeObject[]>();
  /** What to answer instead, by path. */
  readonly answers = new Map<string, TransportResponse | Failure>();
  revision = 10;

  async request(request: TransportRequest): Promise<TransportResponse> {
    this.requests.push(request);
    const other = this.answers.get(request.path);
    if (other && 'kind' in other) throw new FailureError(other);
    if (other) return other;
    const items = this.objects.get(request.path) ?? [];
    const limit = Number(request.query?.limit ?? items.length);
    const from = Number(request.query?.continue ?? 0);
    const more = from + limit < items.length ? { continue: String(from + limit) } : {};
    const metadata = { resourceVersion: String(this.revision), ...more };
    return { code: 200, body: { kind: 'List', metadata, items: items.slice(from, from + limit) } };
  }

  watch(path: string, query: { readonly [name: string]: string }, handler: WatchHandler) {
    const entry = { path, query, handler, stopped: false };
    this.watches.push(entry);
    handler.open();
    return {
      stop: () => {
        entry.stopped = true;
      },
    };
  }

  close(): void {
    this.closed = true;
  }

  open(path: string) {
    const found = this.watches.findLast((w) => w.path === path && !w.stopped);
    if (!found) throw new Error(`no watch on ${path}`);
    return found;
  }
}

export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
