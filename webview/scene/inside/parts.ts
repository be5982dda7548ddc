// What an inside is made of: a few kinds of parts, as values. The panel draws each kind in one way, the transcript in words.
import type { ScheduleDetail, Stage, Step, StepId } from '../../../src/trace/step.ts';
import type { PodLook } from '../looks.ts';
import type { Story } from '../story.ts';
import type { Focus } from './focus.ts';

export interface Cell {
  readonly text: string;
  /** Leads into something. */
  readonly to?: Focus;
  /** Leads to a step. */
  readonly step?: StepId;
  readonly tone?: 'good' | 'bad' | 'dim';
  readonly look?: PodLook;
}

export interface Row {
  readonly cells: readonly Cell[];
  /** The current step is about it. */
  readonly current?: boolean;
}

export type Part =
  | { readonly type: 'stages'; readonly title: string; readonly note: string; readonly stages: readonly StageView[] }
  | {
      readonly type: 'table';
      readonly title: string;
      readonly columns: readonly string[];
      readonly rows: readonly Row[];
      /** Said where there are no rows. */
      readonly empty: string;
      /** How many more there are. */
      readonly more?: number;
    }
  | { readonly type: 'schedule'; readonly title: string; readonly detail: ScheduleDetail }
  | { readonly type: 'note'; readonly text: string; readonly tone?: 'bad' }
  /** What of it the reader wants to see. */
  | { readonly type: 'pick'; readonly pickers: readonly Picker[] }
  | {
      readonly type: 'rules';
      readonly title: string;
      readonly note: string;
      readonly rows: readonly RuleRow[];
      readonly more: number;
    }
  | {
      readonly type: 'way';
      readonly title: string;
      readonly pickers: readonly Picker[];
      readonly hops: readonly WayHop[];
      readonly end: string;
      readonly good: boolean;
    }
  /** Long, and made when somebody asks. */
  | { readonly type: 'text'; readonly title: string; readonly text: () => string }
  | { readonly type: 'steps'; readonly title: string; readonly steps: readonly Step[]; readonly empty: string };

/** A choice between several things to see. */
export interface Picker {
  readonly what: 'service' | 'mode' | 'from' | 'to' | 'pick';
  readonly label: string;
  readonly options: readonly { readonly value: string; readonly name: string }[];
  readonly value: string;
}

/** What the reader has chosen to see; anything that does not fit is taken as not chosen. */
export type RuleChoice = { readonly [what in Picker['what']]?: string };

/** One of kube-proxy's rules. */
export interface RuleRow {
  /** What the last sync did about it. */
  readonly change?: 'added' | 'removed';
  readonly chain: string;
  /** As its tool prints it. */
  readonly text: string;
  readonly asks: string;
  readonly does: string;
  readonly because: string;
  /** The write that caused it. */
  readonly step?: StepId;
}

/** A rule that a packet met. */
export interface WayHop {
  readonly hook: string;
  readonly chain: string;
  readonly depth: number;
  readonly text: string;
  readonly does: string;
  readonly because: string;
  /** Rules of the chain that were no match before it. */
  readonly passed: number;
}

export interface StageView {
  readonly name: string;
  readonly verdict: Stage['verdict'] | 'idle';
  readonly text: string;
}

export interface Inside {
  readonly title: string;
  /** What it is for, in one sentence. */
  readonly role: string;
  readonly colour: string;
  readonly parts: readonly Part[];
}

/** Where a builder stands. */
export interface At {
  readonly story: Story;
  /** Steps that have happened. */
  readonly count: number;
  readonly current: Step | undefined;
}

/** So far back is looked for what something did last. */
const REACH = 20_000;

/** The last steps that have happened and match, newest first. */
export function lastSteps({ story, count }: At, most: number, match: (step: Step) => boolean): Step[] {
  const out: Step[] = [];
  for (let i = count - 1; i >= Math.max(0, count - REACH) && out.length < most; i--) {
    const step = story.steps[i];
    if (step && match(step)) out.push(step);
  }
  return out;
}

export const text = (value: unknown): string => (value === undefined || value === null ? '' : String(value));
export const cell = (value: unknown, more: Omit<Cell, 'text'> = {}): Cell => ({ text: text(value), ...more });
