// The second reading of an annotated manifest: who acts when, and on which lines.
import type { Act, AnnotatedField, AnnotatedManifest } from './model.ts';
import { type ActingStage, compareStages, stageById } from './stages.ts';

export interface StageEntry {
  readonly line: number;
  readonly field: AnnotatedField;
  readonly act: Act;
}

export interface NumberedStage extends ActingStage {
  /** Counts from 1, in the order of acting, over the stages that this manifest comes to. */
  readonly number: number;
  readonly entries: readonly StageEntry[];
}

export function stagesOf({ lines }: AnnotatedManifest): NumberedStage[] {
  const entries = new Map<string, StageEntry[]>();
  for (const [line, { fields }] of lines.entries()) {
    for (const field of fields) {
      for (const act of field.acts) {
        const list = entries.get(act.stage);
        if (list) list.push({ line, field, act });
        else entries.set(act.stage, [{ line, field, act }]);
      }
    }
  }
  return [...entries]
    .sort(([a], [b]) => compareStages(a, b))
    .map(([id, list], index) => ({ ...stageById(id), number: index + 1, entries: list }));
}

/** Said wherever the order is shown. */
export const ORDER_NOTE =
  'Components watch the API server and act by themselves. The numbers are the order in which one waits for another; those that do not wait act at the same time.';
