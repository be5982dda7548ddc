// The extension points of the scheduling framework. A plugin is one object in one file and implements those it needs.
// Models staging/src/k8s.io/kube-scheduler/framework/interface.go.
import type { Process } from '../../../kernel/process.ts';
import type { CycleState } from './cycle-state.ts';
import type { EventRegistration } from './events.ts';
import type { NodeInfo } from './node-info.ts';
import type { NodeStatuses } from './node-statuses.ts';
import type { PodInfo } from './pod-info.ts';
import type { Status } from './status.ts';

export const MAX_SCORE = 100;

/** A pod that waits to be scheduled, as far as sorting needs it. */
export interface Queued {
  readonly info: PodInfo;
  /** When it last entered the queue, µs of virtual time. */
  readonly timestamp: number;
}

export interface PreFilterOutcome {
  readonly status?: Status;
  /** Only these nodes need to be looked at. */
  readonly nodeNames?: ReadonlySet<string>;
}

export interface PostFilterOutcome {
  readonly status?: Status;
  /** To be written to status.nominatedNodeName; empty to clear it, absent to leave it as it is. */
  readonly nominate?: string;
  /** Pods to be evicted so that the pod fits there. */
  readonly victims?: readonly PodInfo[];
}

export interface Plugin {
  readonly name: string;
  /** Which events may help a pod that this plugin refused. A plugin that refuses pods names some. */
  readonly events?: readonly EventRegistration[];

  /** May the pod enter the active queue at all? */
  preEnqueue?(pod: PodInfo): Status | undefined;
  /** QueueSort: is `a` tried before `b`? Exactly one plugin of a profile sorts. */
  less?(a: Queued, b: Queued): boolean;
  /** Looks at the pod and the whole cluster once, before any node. */
  preFilter?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): PreFilterOutcome | undefined;
  /** Keeps what preFilter wrote up to date when `other` is tried on `node`, or taken from it. */
  addPod?(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
  removePod?(state: CycleState, pod: PodInfo, other: PodInfo, node: NodeInfo): void;
  /** Can the pod run on this node? */
  filter?(state: CycleState, pod: PodInfo, node: NodeInfo): Status | undefined;
  /** No node fits: can something be done about it? */
  postFilter?(state: CycleState, pod: PodInfo, statuses: NodeStatuses): PostFilterOutcome;
  preScore?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[]): Status | undefined;
  /** How good is each of these nodes, in the plugin's own measure? Upstream asks node by node; one question for all is quicker. */
  score?(state: CycleState, pod: PodInfo, nodes: readonly NodeInfo[], scores: Float64Array): void;
  /** Brings the scores of all nodes into 0 … 100, in place. */
  normalizeScore?(state: CycleState, pod: PodInfo, scores: Float64Array, nodes: readonly NodeInfo[]): void;
  reserve?(state: CycleState, pod: PodInfo, node: string): Status | undefined;
  unreserve?(state: CycleState, pod: PodInfo, node: string): void;
  permit?(state: CycleState, pod: PodInfo, node: string): Status | undefined;
  /** Whether preBind has something to do, which may take a while. */
  preBindPreFlight?(state: CycleState, pod: PodInfo, node: string): boolean;
  preBind?(state: CycleState, pod: PodInfo, node: string): Process<Status | undefined>;
  bind?(state: CycleState, pod: PodInfo, node: string): Process<Status | undefined>;
  postBind?(state: CycleState, pod: PodInfo, node: string): void;
}

/** A plugin of a profile and how much its score counts. */
export interface Enabled {
  readonly plugin: Plugin;
  readonly weight: number;
}

/** Some of a plugin's methods, for a plugin that is written in parts. */
export type Methods<K extends keyof Plugin> = { readonly [P in K]-?: NonNullable<Plugin[P]> };
