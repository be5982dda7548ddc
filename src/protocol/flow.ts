// Messages between the extension host and the flow panel: one union per direction. The host owns the steps and the
// simulator's clock; replay (where in the recorded steps the reader is, play, pause, speed of the replay) is the panel's
// alone and never crosses. Requests carry a number; the host answers each with `done` or `error` of the same number.
import type { ColourRole, ComponentGroup } from '../knowledge/components.ts';
import type { ObjectRef, Step, StepId } from '../trace/step.ts';
import type { Change, Comparison } from './futures.ts';

export type { ColourRole, ComponentGroup };

/** Raised when a panel restored from an older version could not understand the host. */
export const FLOW_PROTOCOL = 1;

/** What the drawing needs to know of a component; taken from the knowledge data by `topologyOf`. */
export interface FlowComponent {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly group: ComponentGroup;
  readonly colour: ColourRole;
  /** Id of the component in whose process it runs: the control loops of kube-controller-manager. */
  readonly process?: string;
}

export interface FlowNode {
  readonly name: string;
  readonly controlPlane: boolean;
  /** A control-plane node that has other pods too: its kubelet and those are drawn beside the workers'. */
  readonly hosts?: true;
}

/** Who held the Lease of a component that runs more than once, from `from` (µs since the start of the trace) on. */
export interface FlowLeader {
  readonly component: string;
  readonly node: string;
  readonly from: number;
}

/** A component on a node; without a node it is outside the cluster. */
export interface FlowPlacement {
  readonly component: string;
  readonly node?: string;
  /** It can be stopped and started by itself, in the simulator. */
  readonly stoppable?: true;
}

export interface Topology {
  /** In the order in which they are drawn. Append new nodes, so that nothing changes its place. */
  readonly nodes: readonly FlowNode[];
  readonly placements: readonly FlowPlacement[];
  /** Every component that a step may name. */
  readonly components: readonly FlowComponent[];
  /** Oldest first; absent where nobody told. */
  readonly leaders?: readonly FlowLeader[];
}

/** An object that was there before the first step: a real cluster's pods, or what an older part of the trace made. */
export interface FlowObject {
  readonly ref: ObjectRef;
  /** The object, without managedFields and without the data of Secrets. */
  readonly value: { readonly [key: string]: unknown };
}

export interface FlowSource {
  /** Stable while the host keeps this trace; the panel remembers its position for it. */
  readonly id: string;
  /** As the reader knows it: `simulator`, `kind-dev`, `audit.log`. */
  readonly name: string;
  readonly kind: 'simulator' | 'cluster' | 'audit' | 'file';
}

export interface ClockState {
  /** The simulator's own clock runs: more steps may come. */
  readonly running: boolean;
  /** Virtual seconds per real second; 0 where it does not apply. */
  readonly speed: number;
  /** µs since the start of the trace. */
  readonly atUs: number;
}

export type ToFlow =
  /** Answers `ready`; sent again, it replaces everything. */
  | {
      readonly type: 'init';
      readonly protocol: number;
      readonly source: FlowSource;
      readonly topology: Topology;
      readonly objects?: readonly FlowObject[];
      readonly steps: readonly Step[];
      /** Where replay starts when the panel remembers no position: the step of the user's apply. */
      readonly startAt?: StepId;
      /** Play at once; the panel pauses all the same for those who prefer reduced motion. */
      readonly autoplay: boolean;
      readonly clock?: ClockState;
      /** What clocks showed at 0 µs, milliseconds since 1970; absent where it is not known. */
      readonly epochMs?: number;
    }
  /** More steps. `from` is how many the panel has before these; when it has another number it asks with `resync`. */
  | { readonly type: 'steps'; readonly from: number; readonly steps: readonly Step[] }
  | { readonly type: 'topology'; readonly topology: Topology }
  | { readonly type: 'state'; readonly clock: ClockState }
  /** Show this step, paused; with `play`, go on from there; with `why`, and how it came about. */
  | { readonly type: 'reveal'; readonly stepId: StepId; readonly play?: boolean; readonly why?: boolean }
  /** How far a request has come, 0 to 1. */
  | { readonly type: 'progress'; readonly request: number; readonly done: number }
  /** Two futures of this trace, from one of its steps on. Their steps are still unknown: give them to `parseSteps`. */
  | { readonly type: 'forked'; readonly comparison: Comparison }
  /** A request was done; `text` is what was asked for (plain text: `explainField`, `manifest`). */
  | { readonly type: 'done'; readonly request: number; readonly text?: string }
  /** Without `request`: something that concerns the whole panel, shown above what is there. */
  | {
      readonly type: 'error';
      readonly request?: number;
      readonly message: string;
      /** What the reader can do about it. */
      readonly advice: string;
    };

export type FromFlow =
  | { readonly type: 'ready'; readonly protocol: number }
  /** The panel has `have` steps and missed some: send `steps` from there, or `init`. */
  | { readonly type: 'resync'; readonly have: number }
  /** The simulator's clock, not the replay: let it run (on), hold it, or let one event happen. */
  | { readonly type: 'clock'; readonly request: number; readonly command: 'run' | 'hold' | 'step' }
  | { readonly type: 'openObject'; readonly request: number; readonly object: ObjectRef }
  | { readonly type: 'explainField'; readonly request: number; readonly object: ObjectRef; readonly path: string }
  /** The page of a field, beside the panel. */
  | { readonly type: 'openField'; readonly request: number; readonly object: ObjectRef; readonly path: string }
  /** What went over the wire for a step: an `Exchange` as JSON. */
  | { readonly type: 'exchange'; readonly request: number; readonly stepId: StepId }
  /** Run on from a step twice, without and with a change. `progress` tells how far it is, `forked` brings what came of it. */
  | {
      readonly type: 'fork';
      readonly request: number;
      readonly stepId: StepId;
      readonly change: Change;
      readonly forUs: number;
      readonly repeat: boolean;
    }
  /** The fork that runs is given up; what an earlier one brought is put away. */
  | { readonly type: 'endFork'; readonly request: number }
  /** An object as a manifest, as it was after a step; without an object: the manifest in the editor. */
  | {
      readonly type: 'manifest';
      readonly request: number;
      readonly stepId: StepId;
      readonly object?: ObjectRef;
    }
  /** For the clipboard. */
  | { readonly type: 'copyTranscript'; readonly request: number; readonly markdown: string }
  /** To be saved where the user says. */
  | {
      readonly type: 'export';
      readonly request: number;
      readonly suggestedName: string;
      readonly mediaType: string;
      readonly data: string;
      /** Absent: `data` is text. */
      readonly encoding?: 'base64';
    }
  /** To be saved as a page that opens anywhere. `init` is the message that fills a panel, as JSON. */
  | {
      readonly type: 'exportPage';
      readonly request: number;
      readonly suggestedName: string;
      readonly init: string;
      /** Variables of VS Code's theme with their values. */
      readonly theme: { readonly [variable: string]: string };
      readonly look: string;
    }
  /** A fault of the panel itself, for the log. */
  | { readonly type: 'error'; readonly message: string; readonly stack?: string };
