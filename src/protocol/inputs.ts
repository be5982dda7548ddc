// What comes into a simulation from outside: how it is started, requests, and faults.

export interface StartOptions {
  /** Worker nodes; they are called worker-1 … worker-N. */
  readonly nodes: number;
  readonly controlPlaneNodes: number;
  /** The same seed, epoch and input give the same steps. */
  readonly seed: string;
  /** What the cluster's clocks show at virtual time 0, milliseconds since 1970. */
  readonly epochMs: number;
  /** Virtual seconds a second of real time. */
  readonly speed: number;
  /** False: the clock stands still until it is paced. */
  readonly running: boolean;
  /** First runs, as fast as it can, until the cluster has started up. */
  readonly settled?: boolean;
  /** A simulated cloud gives load balancers and disks. */
  readonly cloud?: boolean;
}

/** A request as the API server takes it, without what the worker adds: the caller's identity and the time. */
export interface WireRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Percent-decoded, without the query: `/api/v1/namespaces/demo/pods`. */
  readonly path: string;
  readonly query?: { readonly [name: string]: readonly string[] };
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string;
  /** True for a view's own reading: its steps are upkeep, so that looking does not fill the transcript. */
  readonly observer?: boolean;
}

/** What a fault is done to: a whole machine, a component on one machine, or a component wherever it runs. */
export interface FaultTarget {
  readonly node?: string;
  readonly component?: string;
}
