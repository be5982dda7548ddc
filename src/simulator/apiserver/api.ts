// The API server's face: a request goes in, a response comes out, no sockets. Components inside the simulator, the HTTPS
// adapter, the CLI and the views all speak to the server through these types.
import type { Status } from '../../model/generated/meta.v1.ts';
import type { KubeObject } from '../../model/object.ts';
import type { Actor, StepId } from '../../trace/step.ts';

/** What a caller proves its identity with, as TLS and the Authorization header carry it. */
export type Credential =
  | { readonly type: 'certificate'; readonly commonName: string; readonly organizations: readonly string[] }
  | { readonly type: 'token'; readonly token: string }
  /** A ServiceAccount token that a component inside the simulator holds; its signature is taken as checked. */
  | { readonly type: 'serviceAccount'; readonly namespace: string; readonly name: string }
  | { readonly type: 'anonymous' };

export interface Impersonation {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly uid?: string;
  readonly extra?: { readonly [key: string]: readonly string[] };
}

export type Query = { readonly [name: string]: readonly string[] };

/** A body as text, as it comes from outside, or a JSON value from inside the simulator that nobody mutates afterwards. */
export type RequestBody = { readonly raw: string } | { readonly value: unknown };

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';
  /** Percent-decoded, without the query: `/api/v1/namespaces/demo/pods`. */
  readonly path: string;
  readonly query?: Query;
  readonly body?: RequestBody;
  readonly contentType?: string;
  readonly accept?: string;
  /** `kubectl/v1.35.0 (linux/amd64)`; its part before the first `/` is the default field manager. */
  readonly userAgent: string;
  readonly credential: Credential;
  readonly impersonate?: Impersonation;
  /** Which component sent it, for the trace; the API server derives it from the user where it is absent. */
  readonly actor?: Actor;
  /** A view that reads on its own account: its steps are upkeep. */
  readonly observer?: boolean;
  /** µs of virtual time when the caller sent it. */
  readonly sentAt?: number;
  readonly causes?: readonly StepId[];
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: KubeObject | Status;
  /** The step of the write that this event tells of; 0 for what was there before the watch. */
  readonly cause: StepId;
}

export interface WatchSink {
  event(event: WatchEvent): void;
  /** The server ends the watch: time-out, compaction, shutdown. */
  end(): void;
}

export interface Watch {
  /** Starts delivery: first what the request asked for (initial events), then each change once and in order. */
  start(sink: WatchSink): void;
  stop(): void;
}

/** Text that goes on arriving, as of `kubectl logs -f`. */
export interface TextStream {
  start(sink: { data(text: string): void; end(): void }): void;
  stop(): void;
}

/** A connection that goes on to a kubelet; whoever holds the socket carries its bytes. */
export interface Connection {
  readonly kind: 'exec' | 'attach' | 'portforward';
  readonly node: string;
  readonly namespace: string;
  readonly pod: string;
  /** "" for port-forward. */
  readonly container: string;
  readonly command: readonly string[];
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  readonly tty: boolean;
  readonly ports: readonly number[];
}

export interface ApiResponse {
  readonly code: number;
  readonly contentType: string;
  /** A JSON value (object, list, Table or Status); absent for text and for watches. Never mutate it. */
  readonly body?: unknown;
  readonly text?: string;
  /** For `Warning` headers, without the code and agent. */
  readonly warnings?: readonly string[];
  readonly headers?: { readonly [name: string]: string };
  readonly watch?: Watch;
  readonly stream?: TextStream;
  /** With code 101: the caller may speak to this container. */
  readonly connection?: Connection;
  /** The step that recorded the request; 0 when it was not recorded. */
  readonly step: StepId;
}

/** One API server, as its callers see it. */
export interface ApiServerPort {
  /** Answers at once. Webhooks are not waited for: to such a request they are out of reach. */
  handle(request: ApiRequest): ApiResponse;
  /** Calls `done` once: at once, or when the webhooks that have a say have answered. */
  submit(request: ApiRequest, done: (response: ApiResponse) => void): void;
}
