// The annotated manifest before it is drawn: which rows a filter lets through, where the keyboard goes, who acts when.
import type {
  AnnotateAct,
  AnnotateComponent,
  AnnotateField,
  AnnotateRow,
  AnnotateStage,
  AnnotateSummary,
} from '../../src/protocol/annotate.ts';

/** Ids of the chosen components; none means all. */
export type Chosen = ReadonlySet<string>;

export function actsOf({ fields }: AnnotateRow): AnnotateAct[] {
  return fields.flatMap(({ acts }) => acts);
}

export function isShown(row: AnnotateRow, chosen: Chosen): boolean {
  if (chosen.size === 0) return true;
  if (row.continues?.components.some((id) => chosen.has(id))) return true;
  return actsOf(row).some(({ component }) => chosen.has(component));
}

/** The act that a line is coloured by: the one that says most, or of those chosen the first. */
export function mainAct(field: AnnotateField, chosen: Chosen): AnnotateAct | undefined {
  const main = field.acts[field.main];
  if (chosen.size === 0 || (main && chosen.has(main.component))) return main;
  return field.acts.find(({ component }) => chosen.has(component));
}

/** The next line with a field that the filter shows, from `line` up or down; undefined where there is none. */
export function nextLine(rows: readonly AnnotateRow[], line: number, by: -1 | 1, chosen: Chosen): number | undefined {
  for (let at = line + by; at >= 0 && at < rows.length; at += by) {
    const row = rows[at];
    if (row && row.fields.length > 0 && isShown(row, chosen)) return at;
  }
  return undefined;
}

/** The line with fields that the cursor's line belongs to: itself, or the nearest above. */
export function fieldLine(rows: readonly AnnotateRow[], line: number): number | undefined {
  for (let at = Math.min(line, rows.length - 1); at >= 0; at--) {
    const row = rows[at];
    if (row && row.fields.length > 0) return at;
    if (row && row.continues === undefined) return undefined;
  }
  return undefined;
}

/** Where a line is after a change; a line that is gone leaves its place to the one that follows. */
export function movedLine(line: number, from: number, removed: number, added: number): number {
  if (line < from) return line;
  return line < from + removed ? Math.min(line, from + Math.max(0, added - 1)) : line - removed + added;
}

export interface OrderEntry {
  readonly line: number;
  readonly field: AnnotateField;
  readonly act: AnnotateAct;
}

export interface OrderStage extends AnnotateStage {
  readonly number: number;
  readonly entries: readonly OrderEntry[];
}

export function orderOf(rows: readonly AnnotateRow[], { stages }: AnnotateSummary, chosen: Chosen): OrderStage[] {
  const entries = new Map<string, OrderEntry[]>(stages.map(({ id }) => [id, []]));
  for (const [line, { fields }] of rows.entries())
    for (const field of fields)
      for (const act of field.acts)
        if (chosen.size === 0 || chosen.has(act.component)) entries.get(act.stage)?.push({ line, field, act });
  return stages
    .map((stage, i) => ({ ...stage, number: i + 1, entries: entries.get(stage.id) ?? [] }))
    .filter((stage) => stage.entries.length > 0);
}

/** Wider than this the text leaves no room for what is said of it. */
const MOST_COLUMNS = 48;
/** The room for the text grows by leaps, so that it does not move with each key. */
const LEAP = 4;

/** Characters that the text is given: as many as its lines have, but not more than there is room for. */
export function textColumns(rows: readonly AnnotateRow[]): number {
  const longest = rows.reduce((most, { text }) => Math.max(most, text.length), 0);
  return Math.min(MOST_COLUMNS, Math.ceil((longest + 1) / LEAP) * LEAP);
}

/** How many lines each component acts on. */
export function countsOf(rows: readonly AnnotateRow[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows)
    for (const id of new Set(actsOf(row).map(({ component }) => component))) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

/** Names and numbers by id, for drawing. */
export class Legend {
  private readonly components: ReadonlyMap<string, AnnotateComponent>;
  private readonly numbers: ReadonlyMap<string, number>;

  constructor({ components, stages }: AnnotateSummary) {
    this.components = new Map(components.map((component) => [component.id, component]));
    this.numbers = new Map(stages.map(({ id }, i) => [id, i + 1]));
  }

  name(component: string): string {
    return this.components.get(component)?.name ?? component;
  }

  colour(component: string | undefined): string {
    return (component === undefined ? undefined : this.components.get(component)?.colour) ?? 'none';
  }

  number(stage: string): number {
    return this.numbers.get(stage) ?? 0;
  }

  /** Would a line read otherwise with the other? */
  differsFrom(other: Legend): boolean {
    return JSON.stringify([...this.numbers]) !== JSON.stringify([...other.numbers]);
  }
}
