// One document → its lines with what is known of each. Walks the tree once; every place is resolved from the one above it.
import { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type ParsedNode } from 'yaml';
import type { Knowledge } from '../../knowledge/knowledge.ts';
import { known, pathText } from '../explain.ts';
import type { ExplainedHandler, ExplainedObject, FieldFacts } from '../explanation.ts';
import { objectsOf } from '../objects.ts';
import type { ParsedPiece } from '../parse.ts';
import { rangeOf } from '../positions.ts';
import { readingNote } from '../reading.ts';
import { descend, type PathSegment, type Place, rootPlace, successorNote, successorOf } from '../typing.ts';
import type { Act, AnnotatedField, AnnotatedLine, AnnotatedPart, AnnotationProblem } from './model.ts';
import { redactedText } from './redact.ts';
import { compareStages, stageOf } from './stages.ts';

export interface PieceText extends ParsedPiece {
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: ArrayLike<number>;
}

/** Deeper than any manifest; a guard against adversarial input. */
const MAX_DEPTH = 200;
/** Fields from which controllers make other objects. */
const TEMPLATES = ['template', 'jobTemplate', 'volumeClaimTemplates', 'volumeClaimTemplate'];

interface Line {
  text: string;
  fields: AnnotatedField[];
  continues?: AnnotatedField | undefined;
}

export function annotatePiece(knowledge: Knowledge, piece: PieceText): AnnotatedPart {
  const lines = redactedText(piece.text, piece)
    .split('\n')
    .map((text): Line => ({ text: text.endsWith('\r') ? text.slice(0, -1) : text, fields: [] }));
  const objects = objectsOf(piece.root);
  const walk = new Walk(knowledge, piece, lines);
  for (const { node, object } of objects) walk.object(node, object);
  for (const line of lines) if (/^\s*(#|$)/.test(line.text) && !inBlock(line)) line.continues = undefined;
  const lineOf = (offset: number): number => rangeOf(piece.lineStarts, offset, offset, 0).start.line;
  const problems = piece.problems.map(({ message, from }): AnnotationProblem => ({ line: lineOf(from), message }));
  return {
    lines: lines.map(finished),
    objects: objects.map(({ node, object }) => ({ ...object, line: lineOf(node.range?.[0] ?? 0) })),
    problems: objects.length === 0 && problems.length === 0 ? [] : problems,
  };
}

function finished({ text, fields, continues }: Line): AnnotatedLine {
  return { text, fields, ...(continues && fields.length === 0 && { continues }) };
}

/** Inside a block scalar, what looks like a comment is text. */
function inBlock({ continues, text }: Line): boolean {
  return continues?.facts.fieldType === 'string' && text.trim() !== '';
}

class Walk {
  private readonly knowledge: Knowledge;
  private readonly piece: PieceText;
  private readonly lines: Line[];
  private of: ExplainedObject = { apiVersion: '', kind: '' };

  constructor(knowledge: Knowledge, piece: PieceText, lines: Line[]) {
    this.knowledge = knowledge;
    this.piece = piece;
    this.lines = lines;
  }

  object(node: unknown, object: ExplainedObject): void {
    this.of = object;
    const as = successorOf(object.apiVersion, object.kind);
    this.node(node, rootPlace(as?.use ?? object.apiVersion, object.kind), [], undefined);
  }

  private node(node: unknown, place: Place, path: readonly PathSegment[], above: AnnotatedField | undefined): void {
    if (path.length > MAX_DEPTH) return;
    if (isMap(node)) for (const pair of node.items) this.pair(pair, place, path, above);
    else if (isSeq(node)) {
      for (const [index, item] of node.items.entries()) {
        const next = descend(place, index);
        if (next) this.node(item, next, [...path, index], above);
      }
    }
  }

  private pair({ key, value }: Pair, place: Place, path: readonly PathSegment[], above?: AnnotatedField): void {
    const range = (key as Node | null)?.range;
    if (!isScalar(key) || !range) return;
    const name = String(key.value);
    const { line, column } = this.at(range[0]);
    const end = (value as Node | null)?.range?.[1] ?? range[1];
    const last = Math.max(line, this.at(Math.max(range[0], end - 1)).line);
    const next = descend(place, name);
    const facts = next && known(this.knowledge, next);
    if (!next || !facts) {
      // Nothing is known of it, so it belongs to nobody.
      for (let i = line; i <= last; i++) this.continue(i, undefined);
      return;
    }
    const inner = [...path, name];
    if (above && facts.entry !== undefined && saysTheSame(above.facts, facts)) {
      this.node(value, next, inner, above);
      return;
    }
    const field = this.field(next, facts, inner, column, value);
    this.lines[line]?.fields.push(field);
    for (let i = line + 1; i <= last; i++) this.continue(i, field);
    this.node(value, next, inner, field);
  }

  private continue(line: number, field: AnnotatedField | undefined): void {
    const at = this.lines[line];
    if (at) at.continues = field;
  }

  private field(
    place: Place,
    facts: FieldFacts,
    path: readonly PathSegment[],
    column: number,
    value: unknown,
  ): AnnotatedField {
    const made = place.within.some((name) => TEMPLATES.includes(name));
    const act = (handler: ExplainedHandler, writes: boolean): Act => ({
      ...handler,
      stage: stageOf(handler.component, handler.step, made, place.kind),
      ...(writes && { writes }),
    });
    const listed = [...facts.handlers.map((h) => act(h, false)), ...facts.writtenBy.map((w) => act(w, true))];
    const [main] = listed;
    const reading = this.successorNote(path) ?? this.reading(value, place);
    return {
      column,
      object: this.of,
      path: pathText(path),
      title: facts.entry === undefined ? facts.field : `${facts.field} › ${facts.entry}`,
      acts: [...listed].sort((a, b) => compareStages(a.stage, b.stage)),
      ...(main && { main }),
      facts,
      ...(reading && { reading }),
    };
  }

  /** Said once for an object. */
  private successorNote([name, ...rest]: readonly PathSegment[]): string | undefined {
    const { apiVersion, kind } = this.of;
    const as = name === 'apiVersion' && rest.length === 0 ? successorOf(apiVersion, kind) : undefined;
    return as && successorNote(apiVersion, as);
  }

  private reading(value: unknown, place: Place): string | undefined {
    const { anchors, templated, text } = this.piece;
    const node = isAlias(value) && anchors ? anchors.resolve(value) : value;
    const [from, to] = isScalar(node) && node.range ? node.range : [0, 0];
    if (templated && text.slice(from, to).includes('{{')) return undefined;
    return readingNote(node as ParsedNode, place.value.kind);
  }

  private at(offset: number): { line: number; column: number } {
    return rangeOf(this.piece.lineStarts, offset, offset, 0).start;
  }
}

/** An entry of a map whose record has nothing of its own beyond what the map's says. */
function saysTheSame(map: FieldFacts, entry: FieldFacts): boolean {
  return (
    map.field === entry.field &&
    map.is === entry.is &&
    map.handlers.length === entry.handlers.length &&
    map.handlers.every(({ does }, i) => does === entry.handlers[i]?.does)
  );
}

/** The parts of a text one after the other; `firstLines` are where they begin. */
export function joinParts(parts: readonly AnnotatedPart[], firstLines: readonly number[]): AnnotatedPart {
  const lines: AnnotatedLine[] = [];
  const moved = <T extends { readonly line: number }>(list: readonly T[], by: number): T[] =>
    list.map((one) => ({ ...one, line: one.line + by }));
  for (const [i, part] of parts.entries()) {
    // What follows a part's last line break is the first line of the next.
    const own = i < parts.length - 1 ? part.lines.slice(0, -1) : part.lines;
    for (const line of own) lines.push(line);
  }
  return {
    lines,
    objects: parts.flatMap(({ objects }, i) => moved(objects, firstLines[i] ?? 0)),
    problems: parts.flatMap(({ problems }, i) => moved(problems, firstLines[i] ?? 0)),
  };
}
