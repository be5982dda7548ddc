// Messages between the host and the simulator's worker: one union per direction. Everything is plain JSON, so that a
// message crosses `worker_threads`, a Web Worker and a test's array in the same way. `worker-parse.ts` checks them.
import type { ApplyResult } from '../cluster/apply/apply.ts';
import type { KubeObject } from '../model/object.ts';
import type { EtcdDirectory, EtcdHistory } from '../trace/etcd.ts';
import type { Exchange } from '../trace/exchange.ts';
import type { ScheduleDetail, Step, StepId } from '../trace/step.ts';
import type { FlowObject } from './flow.ts';
import type { CompareOptions, Comparison, Inputs } from './futures.ts';
import type { FaultTarget, StartOptions, WireRequest } from './inputs.ts';

export type { FaultTarget, StartOptions, WireRequest };

export interface Clock {
  /** Virtual time, µs since the start. */
  readonly now: number;
  /** What the cluster's clocks show, milliseconds since 1970. */
  readonly wallMs: number;
  readonly running: boolean;
  readonly speed: number;
  /** Only upkeep (heartbeats, resyncs) is left to do. */
  readonly idle: boolean;
  /** The last step of the trace. */
  readonly lastStep: StepId;
}

export interface WireResponse {
  /** HTTP status; 0 where nothing answers because the API server is stopped. */
  readonly code: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly warnings?: readonly string[];
  readonly step: StepId;
}

export interface WireWatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: unknown;
}

export interface ApplyOptions {
  /** YAML or JSON, several documents allowed. */
  readonly manifest: string;
  /** Where the text came from, for messages: `web.yaml`. */
  readonly source: string;
  /** For objects that name no namespace. */
  readonly namespace: string;
}

export interface Applied extends ApplyResult {
  /** The last step before the apply: what it caused comes after this id. */
  readonly after: StepId;
}

export interface ScheduleOptions extends Pick<ApplyOptions, 'manifest' | 'namespace'> {
  /** Which object of the manifest. */
  readonly object: {
    readonly apiVersion: string;
    readonly kind: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  /** Nodes, pods and what else a scheduler reads of another cluster, to ask about that one; absent for the simulated one. */
  readonly snapshot?: readonly KubeObject[];
}

/** Where the pods of an object would go if it were applied now, in the order in which they would be scheduled. */
export interface Scheduled {
  /** An object of this name is there already; the notes say what becomes of its pods. */
  readonly exists: boolean;
  /** Pods that the object asks for; of many, the first are told. */
  readonly wanted: number;
  /** What was assumed or left out for this object, in sentences. */
  readonly notes: readonly string[];
  readonly pods: readonly {
    /** The node; null where the pod would stay Pending. */
    readonly chosen: string | null;
    /** What FailedScheduling would say. */
    readonly message: string | null;
    /** Where preemption would make room, and who would have to go (`namespace/name`). */
    readonly nominated?: string;
    readonly victims: readonly string[];
    readonly detail: ScheduleDetail;
  }[];
}

export interface ComponentState {
  /** Id in the knowledge data. */
  readonly component: string;
  readonly running: boolean;
  /** A word more for the row: `leader`, `revision 1204`. */
  readonly detail?: string;
  /** Whether stopping it is something the simulator can do. */
  readonly stoppable: boolean;
}

export interface Machine {
  readonly name: string;
  readonly role: 'control-plane' | 'worker';
  readonly running: boolean;
  readonly components: readonly ComponentState[];
}

export interface Topology {
  /** Kubernetes version that the simulator models: `v1.36.2`. */
  readonly version: string;
  readonly machines: readonly Machine[];
}

export interface Served {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** Text of a kubeconfig with a client certificate: a secret, to be written with mode 0600. */
  readonly kubeconfig: string;
}

/** Every call that expects an answer: its parameters and what the reply holds. */
export interface Calls {
  start: { params: StartOptions; result: Clock };
  request: { params: WireRequest; result: WireResponse };
  /** Opens a watch under the call's id; events follow until `watch-end` or `unwatch`. */
  watch: { params: WireRequest; result: WireResponse };
  unwatch: { params: { readonly watch: number }; result: null };
  apply: { params: ApplyOptions; result: Applied };
  /** Nothing is applied, and the trace stays as it is. */
  schedule: { params: ScheduleOptions; result: Scheduled };
  pace: { params: { readonly running?: boolean; readonly speed?: number }; result: Clock };
  /** While the clock stands: runs until the next step is recorded, or until only upkeep is left. */
  advance: { params: { readonly until: 'next-step' | 'settled' }; result: Clock };
  steps: { params: { readonly after: StepId; readonly limit: number }; result: readonly Step[] };
  /** One level of etcd's keys below a path that ends in `/`. */
  etcdDirectory: { params: { readonly path: string; readonly limit: number }; result: EtcdDirectory };
  /** What compaction has left of a key's history. */
  etcdHistory: { params: { readonly key: string }; result: EtcdHistory };
  /** The object at one of its key's revisions, without the values of Secrets; null where it is compacted or never was. */
  etcdObject: { params: { readonly key: string; readonly revision: number }; result: KubeObject | null };
  /** What went over the wire for a step; null where nothing did, or it is no longer kept. */
  exchange: { params: { readonly step: StepId }; result: Exchange | null };
  /** What kube-proxies' rules were made from after a step. */
  network: { params: { readonly after: StepId }; result: readonly FlowObject[] };
  /** From now on new steps after `after` are sent as they happen; `null` ends it. */
  follow: { params: { readonly after: StepId | null }; result: null };
  topology: { params: null; result: Topology };
  fault: { params: { readonly action: 'stop' | 'start'; readonly target: FaultTarget }; result: Topology };
  /** Everything that came in since the start, for a worker that repeats it. */
  inputs: { params: null; result: Inputs };
  /** Two futures of the simulation that the inputs belong to. For a worker that has not started one of its own. */
  compare: { params: CompareOptions; result: Comparison };
  serve: { params: { readonly port: number }; result: Served };
  unserve: { params: null; result: null };
}

export type Method = keyof Calls;

type CallMessage = {
  [M in Method]: {
    readonly type: 'call';
    readonly id: number;
    readonly method: M;
    readonly params: Calls[M]['params'];
  };
}[Method];

export type ToWorker = CallMessage;

/** What a person can act on: what happened, and what to do about it where there is something to do. */
export interface WorkerError {
  readonly message: string;
  readonly remedy?: string;
}

export type FromWorker =
  /** The worker's code is loaded and takes calls. */
  | { readonly type: 'ready'; readonly canServe: boolean }
  | { readonly type: 'reply'; readonly id: number; readonly result: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WorkerError }
  /** A failure that no call asked for; the simulation has stopped. */
  | { readonly type: 'crashed'; readonly error: WorkerError }
  /** How far a call has come, 0 to 1. */
  | { readonly type: 'progress'; readonly id: number; readonly done: number }
  | { readonly type: 'steps'; readonly steps: readonly Step[] }
  | { readonly type: 'clock'; readonly clock: Clock }
  | { readonly type: 'topology'; readonly topology: Topology }
  | { readonly type: 'watch-events'; readonly watch: number; readonly events: readonly WireWatchEvent[] }
  | { readonly type: 'watch-end'; readonly watch: number };

export const LIMITS = {
  nodes: 200,
  controlPlaneNodes: 5,
  minSpeed: 0.01,
  maxSpeed: 1000,
  manifestBytes: 3 * 1024 * 1024,
  replicas: 100_000,
} as const;
