// A fork: the same cluster twice from one step on, once as it was and once with a change, for the same virtual time. Both are
// replays: same seed, same inputs up to the step. Everything is plain JSON.
import type { OutboundResult } from '../model/outbound.ts';
import type { FieldChange, ObjectRef, Step, StepId } from '../trace/step.ts';
import type { FaultTarget, StartOptions, WireRequest } from './inputs.ts';

/** What came into a simulation from outside, in a form that can be put in again. */
export type Input =
  /** `waits`: for webhooks that have a say. */
  | { readonly type: 'request'; readonly request: WireRequest; readonly waits?: true }
  /** What the n-th call that left the simulation was answered. */
  | { readonly type: 'answer'; readonly call: number; readonly result: OutboundResult }
  /** A request over HTTPS, in the API server's own form. */
  | { readonly type: 'served'; readonly request: unknown }
  /** The watch that the n-th input opened was closed. */
  | { readonly type: 'unwatch'; readonly input: number }
  | { readonly type: 'fault'; readonly action: 'stop' | 'start'; readonly target: FaultTarget }
  /** Somebody got through to a container or to ports of a pod; `connection` is in the API server's own form. */
  | { readonly type: 'connect'; readonly connection: unknown }
  /** Of the connection that the n-th input made: a port of the pod was opened. */
  | { readonly type: 'port'; readonly input: number; readonly port: number }
  /** Of the connection or port that the n-th input opened: it began, something was said, no more will be said, it was left. */
  | { readonly type: 'talk'; readonly input: number; readonly does: 'start' | 'end' | 'stop' }
  | { readonly type: 'talk'; readonly input: number; readonly does: 'say'; readonly bytes: string }
  /** More was said there than is kept: the rest cannot be repeated. */
  | { readonly type: 'unheard'; readonly input: number };

export interface Entry {
  /** How many events the simulation had run, and its time (µs), when the input came. */
  readonly events: number;
  readonly at: number;
  readonly input: Input;
}

export interface Inputs {
  readonly start: StartOptions;
  readonly entries: readonly Entry[];
  /** False: there were more than are kept, so that the simulation cannot be repeated. */
  readonly whole: boolean;
}

/** What is done differently, as a person says it. */
export type Change =
  | { readonly type: 'apply'; readonly manifest: string; readonly namespace: string }
  | { readonly type: 'stop' | 'start'; readonly target: FaultTarget }
  | { readonly type: 'cordon' | 'uncordon'; readonly node: string }
  | { readonly type: 'delete'; readonly object: ObjectRef }
  | { readonly type: 'scale'; readonly object: ObjectRef; readonly replicas: number };

export interface ForkOptions {
  /** The change is made as soon as this step and what happened at the same moment have happened. */
  readonly step: { readonly id: StepId; readonly at: number; readonly text: string };
  readonly change: Change;
  /** How long both run from there, µs of virtual time. */
  readonly forUs: number;
  /** Whether what came in after the step comes in again, in both. */
  readonly repeat: boolean;
}

export interface CompareOptions extends ForkOptions {
  readonly inputs: Inputs;
}

export interface Future {
  /** What happened after the fork, oldest first. */
  readonly steps: readonly Step[];
  /** False where there were more than are sent. */
  readonly whole: boolean;
}

export interface ObjectDifference {
  readonly ref: ObjectRef;
  /** `without`: it exists only in the future without the change; `with`: only with it. */
  readonly where: 'without' | 'with' | 'both';
  /** With the change it has another name: names made up by the API server are told apart by their order. */
  readonly nameWith?: string;
  /** `before` is how it is without the change, `after` how it is with it. */
  readonly fields: readonly FieldChange[];
}

export interface Comparison {
  readonly change: Change;
  /** The last step that both share. */
  readonly fork: StepId;
  /** µs: of the fork, and up to when both ran. */
  readonly at: number;
  readonly until: number;
  /** Steps of the future with the change that are the change itself. */
  readonly changeSteps: readonly StepId[];
  readonly without: Future;
  readonly with: Future;
  /** Of the objects at the end; Events, Leases and what only counts or dates is left out. */
  readonly objects: readonly ObjectDifference[];
  /** How many more objects differ. */
  readonly moreObjects: number;
  /** Sentences on what the comparison leaves out. */
  readonly notes: readonly string[];
}

export const FORK_LIMITS = {
  forUs: 60 * 60 * 1_000_000,
  /** Steps of each future. */
  steps: 20_000,
  objects: 200,
  fields: 30,
} as const;
