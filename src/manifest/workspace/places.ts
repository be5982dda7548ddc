// Where the values of a document stand. Lines count from the document's first line.
import { isRecord } from '../../model/object.ts';
import type { TextRange } from '../explanation.ts';
import { type PlainObject, type PlainReader, plainReaderOf } from '../plain.ts';
import { rangeOf } from '../positions.ts';
import type { ReadPiece } from '../read-piece.ts';
import type { LabelEntry, LabelPlaces } from './facts.ts';
import { rangesOf } from './late-ranges.ts';

const ORIGIN = { line: 0, column: 0 };

export class Places {
  readonly source: ReadPiece;
  readonly reader: PlainReader;

  private readonly firstLine: number;

  /** Lines count from `firstLine` of the document. */
  constructor(source: ReadPiece, firstLine = 0) {
    this.source = source;
    this.firstLine = firstLine;
    this.reader = plainReaderOf(source);
  }

  labelPlaces(holder: PlainObject, field: string): LabelPlaces | undefined {
    const map = holder[field];
    if (!isRecord(map)) return undefined;
    const range = this.rangeAt(holder, field);
    if (!range) return undefined;
    return { range, entries: this.entriesOf(map) };
  }

  entriesOf(map: PlainObject): ReadonlyMap<string, LabelEntry> {
    const entries = new Map<string, LabelEntry>();
    for (const name of Object.keys(map)) {
      const key = this.keyRange(map, name);
      const value = this.rangeAt(map, name);
      if (key) entries.set(name, { start: key.start, end: (value ?? key).end, key, ...(value && { value }) });
    }
    return entries;
  }

  /** Where the keys of some maps stand. */
  keyRanges(holders: readonly PlainObject[]): ReadonlyMap<string, TextRange> {
    const { lineStarts } = this.source;
    const keys = holders.flatMap((holder) =>
      this.reader.keyNodes(holder).map(([name, { range }]) => ({ name, from: range?.[0] ?? 0, to: range?.[1] ?? 0 })),
    );
    return rangesOf(keys, (from, to) => rangeOf(lineStarts, from, to, -this.firstLine));
  }

  keyRange(holder: PlainObject, key: string): TextRange | undefined {
    return this.range(this.reader.keyNode(holder, key));
  }

  rangeAt(holder: object, key: string | number): TextRange | undefined {
    return this.range(this.reader.valueNode(holder, key));
  }

  /** Where a part of a scalar stands that is written as it is read. */
  partAt(holder: object, key: string | number, part: string): TextRange | undefined {
    const [from = 0, end = 0] = this.reader.valueNode(holder, key)?.range ?? [];
    const at = this.source.text.slice(from, end).indexOf(part);
    return at === -1 ? undefined : rangeOf(this.source.lineStarts, from + at, from + at + part.length, -this.firstLine);
  }

  rangeOf(holder: PlainObject): TextRange {
    return this.range(this.reader.node(holder)) ?? { start: ORIGIN, end: ORIGIN };
  }

  private range(node: { range?: readonly number[] | null | undefined } | undefined): TextRange | undefined {
    if (!node?.range) return undefined;
    const { text, lineStarts } = this.source;
    const [from = 0, end = 0] = node.range;
    let to = end;
    while (to > from && /\s/.test(text[to - 1] ?? '')) to--;
    return rangeOf(lineStarts, from, Math.max(from, to), -this.firstLine);
  }
}
