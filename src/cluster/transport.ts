// How a source speaks to an API server: the simulator's over worker messages, a real one's over HTTPS.
import type { Failure } from './failure.ts';

export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: { readonly [name: string]: string };
  readonly body?: unknown;
  readonly contentType?: string;
  /** Set where a person asked for it, and not a view that reads to show. */
  readonly asUser?: boolean;
}

export interface TransportResponse {
  readonly code: number;
  /** The JSON answer; a Status where the server refused. */
  readonly body: unknown;
}

export interface TransportEvent {
  readonly type: string;
  readonly object: unknown;
}

export interface TransportWatch {
  stop(): void;
}

export interface WatchHandler {
  /** The server took the watch. */
  open(): void;
  events(events: readonly TransportEvent[]): void;
  /** The watch is over; with a failure where it broke. Called once, not after `stop`. */
  end(failure?: Failure): void;
}

/** `request` rejects with a FailureError where no answer came; an answer of any code resolves. */
export interface Transport {
  request(request: TransportRequest): Promise<TransportResponse>;
  watch(path: string, query: { readonly [name: string]: string }, handler: WatchHandler): TransportWatch;
  /** Ends everything that is under way and lets go of sockets. */
  close(): void;
}
