// The one idea of the product: everything a user sees is a stream of steps. A step says: at this time, this component did
// this, to this object, because of these earlier steps. Steps are plain JSON, so they cross threads and files as they are.
import type { FieldChange } from '../model/paths.ts';

/** 1, 2, 3 … in the order of recording; unique within a trace. */
export type StepId = number;

/**
 * - `observed`: a real cluster said so (audit log, watch).
 * - `inferred`: deduced from managedFields, Events, conditions, owner references.
 * - `simulated`: the simulator did it, and recordings from a real cluster agree.
 * - `simplified`: the simulator leaves something out; `simplification` says what.
 */
export type Fidelity = 'observed' | 'inferred' | 'simulated' | 'simplified';

export interface Actor {
  /** Id of a component in the knowledge data, such as `kube-scheduler` or `deployment-controller`. */
  readonly component: string;
  /** The machine it runs on; absent for what is outside the cluster (the user). */
  readonly node?: string;
}

export interface ObjectRef {
  readonly group: string;
  /** Plural, lower case: `pods`. */
  readonly resource: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/**
 * - `request`: one API request and its answer, recorded by the API server that served it.
 * - `decide`: a controller compared what is wanted with what is there.
 * - `schedule`: one scheduling attempt for one pod.
 * - `node`: the kubelet, the container runtime or the network plugin did something on a node.
 * - `fault`: someone stopped, started or broke a component.
 * - `system`: start-up, elections and the like.
 */
export type StepKind = 'request' | 'decide' | 'schedule' | 'node' | 'fault' | 'system';

/** One of the gates that a request passes. */
export interface Stage {
  readonly stage:
    | 'authentication'
    | 'authorization'
    | 'decode'
    | 'defaulting'
    | 'mutating-admission'
    | 'validation'
    | 'validating-admission'
    | 'storage';
  readonly verdict: 'ok' | 'refused' | 'skipped';
  /** What it did, in one sentence without a full stop: `filled in 12 defaults`. */
  readonly text: string;
}

export interface RequestInfo {
  /** As authorization and audit name it: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  readonly method: string;
  readonly path: string;
  readonly subresource?: string;
  /** HTTP status. */
  readonly code: number;
  /** Who the API server took the caller for. */
  readonly user: string;
  /** When the caller sent it, µs since the start of the trace. */
  readonly sentAt: number;
  readonly stages: readonly Stage[];
  /** The refusal, where code ≥ 400. */
  readonly message?: string;
}

export type { FieldChange };

/** What one scheduler plugin said of one node. */
export interface PluginScore {
  readonly plugin: string;
  readonly raw: number;
  readonly normalized: number;
  readonly weighted: number;
}

export interface NodeVerdict {
  readonly node: string;
  /** The plugin that filtered the node out; absent when all passed. */
  readonly rejectedBy?: string;
  readonly reasons?: readonly string[];
  readonly scores?: readonly PluginScore[];
  readonly total?: number;
}

export interface ScheduleDetail {
  readonly type: 'schedule';
  readonly nodes: readonly NodeVerdict[];
  readonly chosen?: string;
  /** Why the winner won, or why there is none. */
  readonly why: string;
  /** The plugins that ran as filters, in order. */
  readonly filters: readonly string[];
}

export interface DecideDetail {
  readonly type: 'decide';
  /** The inputs that mattered, such as `{ wanted: 3, saw: 0 }`. */
  readonly inputs: { readonly [name: string]: string | number | boolean };
}

export interface NodeDetail {
  readonly type: 'node';
  /** The interface between the two parts: CRI, CNI, OCI, mount. */
  readonly api?: string;
  readonly call: string;
  readonly data?: { readonly [name: string]: string | number | boolean };
}

/** What was stopped or started: a whole machine, a component on one machine, or a component wherever it runs. */
export interface FaultDetail {
  readonly type: 'fault';
  readonly change: 'stop' | 'start';
  readonly node?: string;
  readonly component?: string;
}

export type StepDetail = ScheduleDetail | DecideDetail | NodeDetail | FaultDetail;

export interface Step {
  readonly id: StepId;
  /** µs since the start of the trace: virtual time in the simulator, wall time in a live trace. */
  readonly at: number;
  readonly actor: Actor;
  readonly kind: StepKind;
  /** What was done, in the field's term: `create`, `SyncReplicaSet`, `RunPodSandbox`. */
  readonly action: string;
  readonly object?: ObjectRef;
  readonly request?: RequestInfo;
  /** What the write changed in the stored object. Values of Secrets are never here. */
  readonly changed?: readonly FieldChange[];
  /** metadata.resourceVersion after the step: the etcd revision of the write. */
  readonly resourceVersion?: string;
  readonly causes: readonly StepId[];
  readonly fidelity: Fidelity;
  /** What the simulator left out, where fidelity is `simplified`. */
  readonly simplification?: string;
  /** Upkeep that views hide by default: heartbeats, leases, informers' lists, Events being written. */
  readonly routine?: true;
  /** One sentence that a learner can read, without the time and the actor's name: `POST deployments/web → 201. …`. */
  readonly text: string;
  readonly detail?: StepDetail;
}
