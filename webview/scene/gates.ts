// The gates that a request passes inside the API server, in their order.
import { isWrite } from '../../src/trace/fold.ts';
import type { RequestInfo, Stage, Step } from '../../src/trace/step.ts';
import type { Rect } from './geometry.ts';
import type { Layout } from './layout.ts';

/** One of the gates of a request. */
export interface Gate {
  readonly stage: Stage['stage'];
  readonly word: string;
  readonly rect: Rect;
  readonly verdict: Stage['verdict'] | 'idle';
  readonly title: string;
}

const GATES: readonly (readonly [Stage['stage'], string])[] = [
  ['authentication', 'authn'],
  ['authorization', 'authz'],
  ['decode', 'decode'],
  ['defaulting', 'default'],
  ['mutating-admission', 'mutate'],
  ['validation', 'valid'],
  ['validating-admission', 'admit'],
  ['storage', 'store'],
];

/** Their names as steps have them. */
export const STAGES: readonly Stage['stage'][] = GATES.map(([stage]) => stage);

export function gatesOf(layout: Layout, current: Step | undefined): Gate[] {
  const { gates } = layout;
  const w = (gates.w - 4 * (GATES.length - 1)) / GATES.length;
  const stages = current ? stagesOf(current) : [];
  return GATES.map(([stage, word], i) => {
    const passed = atGate(stages, stage);
    return {
      stage,
      word,
      rect: { x: gates.x + i * (w + 4), y: gates.y, w, h: gates.h },
      verdict: passed?.verdict ?? 'idle',
      title: passed ? `${stage}: ${passed.text}` : stage,
    };
  });
}

/** The stages that the step tells of; a write that took effect was stored, whether it says so or not. */
export function stagesOf(step: Step): readonly Stage[] {
  const stages = step.request?.stages ?? [];
  if (step.resourceVersion === undefined || !isWrite(step) || stages.some((s) => s.stage === 'storage')) return stages;
  return [...stages, { stage: 'storage', verdict: 'ok', text: `written at revision ${step.resourceVersion}` }];
}

/** What happened at one gate. Policies and webhooks tell each for itself, and one refusal is enough. */
export function atGate(stages: readonly Stage[], stage: Stage['stage']): Stage | undefined {
  const there = stages.filter((s) => s.stage === stage);
  if (there.length < 2) return there[0];
  const verdict = (['refused', 'ok'] as const).find((v) => there.some((s) => s.verdict === v)) ?? 'skipped';
  const told = there.filter((s) => s.verdict !== 'skipped');
  return { stage, verdict, text: told.map((s) => s.text).join('\n') };
}

/** That something to be read does not exist is an answer, not a refusal. */
export function isRefusal({ code, verb }: RequestInfo): boolean {
  return code >= 400 && !(code === 404 && verb === 'get');
}
