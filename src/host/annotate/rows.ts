// The annotated manifest as its panel is told of it: rows, what is said of the whole, and the smallest change between two.

import { findComponent } from '../../knowledge/components.ts';
import type { AnnotatedField, AnnotatedLine, AnnotatedManifest } from '../../manifest/annotate/model.ts';
import { stagesOf } from '../../manifest/annotate/order.ts';
import { equal } from '../../model/paths.ts';
import type { AnnotateComponent, AnnotateField, AnnotateRow, AnnotateSummary } from '../../protocol/annotate.ts';

/** Lines that an edit left alone are the same objects again, and so are their rows. */
const made = new WeakMap<AnnotatedLine, AnnotateRow>();

export function rowsOf({ lines }: AnnotatedManifest): AnnotateRow[] {
  return lines.map((line) => {
    let row = made.get(line);
    if (!row) {
      row = rowOf(line);
      made.set(line, row);
    }
    return row;
  });
}

function rowOf({ text, fields, continues }: AnnotatedLine): AnnotateRow {
  const components = [...new Set(continues?.acts.map(({ component }) => component))];
  return {
    text,
    fields: fields.map(fieldOf),
    ...(continues && { continues: { colour: continues.main?.colour ?? 'none', components } }),
  };
}

function fieldOf({ column, path, object, acts, main, facts, reading }: AnnotatedField): AnnotateField {
  return {
    column,
    path,
    of: object.name === undefined ? object.kind : `${object.kind} ${object.name}`,
    acts: acts.map(({ component, stage, step, does, writes }) => ({
      component,
      stage,
      ...(step !== undefined && { step }),
      does,
      ...(writes && { writes }),
    })),
    main: main ? acts.indexOf(main) : -1,
    ...(acts.length === 0 && facts.is && { is: facts.is }),
    ...(reading !== undefined && { warning: reading }),
  };
}

export function summaryOf(manifest: AnnotatedManifest): AnnotateSummary {
  const stages = stagesOf(manifest);
  const ids = new Set(stages.flatMap(({ entries }) => entries.map(({ act }) => act.component)));
  return {
    stages: stages.map(({ id, title, when }) => ({ id, title, when })),
    components: [...ids].map(componentOf),
    objects: manifest.objects.length,
    problems: manifest.problems,
  };
}

function componentOf(id: string): AnnotateComponent {
  const { name = id, role = '', colour = 'user' } = findComponent(id) ?? {};
  return { id, name, role, colour };
}

export interface Splice {
  readonly from: number;
  readonly removed: number;
  readonly rows: readonly AnnotateRow[];
}

/** What has to be exchanged to make one list of rows of another; undefined where nothing has. */
export function spliceOf(before: readonly AnnotateRow[], after: readonly AnnotateRow[]): Splice | undefined {
  const shorter = Math.min(before.length, after.length);
  let from = 0;
  while (from < shorter && equal(before[from], after[from])) from++;
  let tail = 0;
  while (tail < shorter - from && equal(before[before.length - 1 - tail], after[after.length - 1 - tail])) tail++;
  const removed = before.length - tail - from;
  const rows = after.slice(from, after.length - tail);
  return removed === 0 && rows.length === 0 ? undefined : { from, removed, rows };
}
