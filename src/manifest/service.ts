// The face of this folder: texts in, explanations out. Keeps parsed documents between edits.
import { isAlias, isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { cut, type Piece, type Pieces, pieceAtLine } from './documents.ts';
import { known, pathText } from './explain.ts';
import type { ExplainedObject, Explanation, TextRange } from './explanation.ts';
import { type Located, locate } from './locate.ts';
import { type ParsedPiece, parsePiece, scalarAt, valueAt } from './parse.ts';
import { readingNote } from './reading.ts';
import { descend, type PathSegment, type Place, rootPlace } from './typing.ts';

export interface ManifestObject extends ExplainedObject {
  /** Index of the document in the text. */
  readonly document: number;
  /** Path of the object in the document: empty, or `items[n]` of a list. */
  readonly path: readonly PathSegment[];
  readonly range: TextRange;
}

export interface ManifestService {
  /** Takes a new version of a text. Documents that did not change are not read again. */
  update(uri: string, version: number, text: string): void;
  /** Forgets a text. */
  close(uri: string): void;
  /** Zero-based line and UTF-16 column; undefined where there is nothing to say. */
  explainAt(uri: string, line: number, column: number): Explanation | undefined;
  /** The objects of a text in order, lists unpacked. */
  objects(uri: string): readonly ManifestObject[];
}

interface OpenText {
  version: number;
  pieces: Pieces;
}

interface ReadPiece extends ParsedPiece {
  readonly text: string;
  /** Offset of each line's first character. */
  readonly lineStarts: readonly number[];
}

export function createManifestService({ knowledge }: { knowledge: Knowledge }): ManifestService {
  const texts = new Map<string, OpenText>();
  // Keyed by the piece itself: a piece that an edit left alone keeps its tree, and a dropped one frees it.
  const trees = new WeakMap<Piece, ReadPiece>();

  function read(piece: Piece): ReadPiece {
    let tree = trees.get(piece);
    if (!tree) {
      tree = { ...parsePiece(piece.text), text: piece.text, lineStarts: lineStartsOf(piece.text) };
      trees.set(piece, tree);
    }
    return tree;
  }

  return {
    update(uri, version, text) {
      const before = texts.get(uri);
      texts.set(uri, { version, pieces: cut(text, before?.pieces) });
    },
    close(uri) {
      texts.delete(uri);
    },
    explainAt(uri, line, column) {
      const open = texts.get(uri);
      if (!open || line < 0 || column < 0) return undefined;
      const index = pieceAtLine(open.pieces, line);
      const piece = open.pieces.list[index];
      const first = open.pieces.lines[index] ?? 0;
      if (!piece) return undefined;
      const tree = read(piece);
      const start = tree.lineStarts[line - first];
      const end = tree.lineStarts[line - first + 1] ?? piece.text.length + 1;
      if (start === undefined || start + column >= end) return undefined;
      return explainPlace(knowledge, tree, start + column, first);
    },
    objects(uri) {
      const pieces = texts.get(uri)?.pieces;
      if (!pieces) return [];
      return pieces.list.flatMap((piece, document) => {
        const tree = read(piece);
        const first = pieces.lines[document] ?? 0;
        return objectsOf(tree.root, []).map(({ node, path, object }) => ({
          ...object,
          document,
          path,
          range: rangeOf(tree.lineStarts, node.range?.[0] ?? 0, node.range?.[1] ?? 0, first),
        }));
      });
    },
  };
}

function lineStartsOf(text: string): number[] {
  const found = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) found.push(at + 1);
  return found;
}

function rangeOf(lineStarts: readonly number[], from: number, to: number, firstLine: number): TextRange {
  return { start: positionOf(lineStarts, from, firstLine), end: positionOf(lineStarts, to, firstLine) };
}

function positionOf(
  lineStarts: readonly number[],
  offset: number,
  firstLine: number,
): { line: number; column: number } {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: firstLine + low, column: offset - (lineStarts[low] ?? 0) };
}

interface FoundObject {
  readonly node: ParsedNode;
  readonly path: readonly PathSegment[];
  readonly object: ExplainedObject;
}

/** Kinds of objects that only wrap others: `List`, `DeploymentList`. */
function isList(kind: string): boolean {
  return kind.endsWith('List');
}

function describe(node: unknown): ExplainedObject | undefined {
  const kind = scalarAt(node as ParsedNode, 'kind');
  const apiVersion = scalarAt(node as ParsedNode, 'apiVersion');
  if (kind === undefined || apiVersion === undefined) return undefined;
  const metadata = valueAt(node, 'metadata') as ParsedNode | undefined;
  const name = scalarAt(metadata, 'name');
  const namespace = scalarAt(metadata, 'namespace');
  return { apiVersion, kind, ...(name !== undefined && { name }), ...(namespace !== undefined && { namespace }) };
}

function objectsOf(root: ParsedNode | undefined, path: readonly PathSegment[]): FoundObject[] {
  const object = describe(root);
  if (!root || !object) return [];
  const items = isList(object.kind) ? valueAt(root, 'items') : undefined;
  if (!isSeq(items)) return [{ node: root, path, object }];
  return items.items.flatMap((item, index) =>
    isMap(item) ? objectsOf(item as ParsedNode, [...path, 'items', index]) : [],
  );
}

/** The object that holds a path, and the rest of the path inside it. */
function objectAt(
  root: ParsedNode | undefined,
  path: readonly PathSegment[],
): { object: ExplainedObject; inner: readonly PathSegment[] } | undefined {
  const object = describe(root);
  if (object && isList(object.kind) && path[0] === 'items' && typeof path[1] === 'number' && path.length > 2) {
    const items = valueAt(root, 'items');
    const item: unknown = isSeq(items) ? items.items[path[1]] : undefined;
    const deeper = isMap(item) ? objectAt(item as ParsedNode, path.slice(2)) : undefined;
    if (deeper) return deeper;
  }
  return object && { object, inner: path };
}

function explainPlace(
  knowledge: Knowledge,
  tree: ReadPiece,
  offset: number,
  firstLine: number,
): Explanation | undefined {
  const located = locate(tree.root, offset);
  if (!located) return undefined;
  const found = objectAt(tree.root, located.path);
  if (!found) return undefined;
  const place = placeOf(found.object, found.inner);
  const facts = place && known(knowledge, place);
  if (!place || !facts) return undefined;
  const reading = noteOf(tree, located, place);
  return {
    range: rangeOf(tree.lineStarts, located.from, located.to, firstLine),
    on: located.on,
    object: found.object,
    path: found.inner,
    pathText: pathText(found.inner),
    ...facts,
    ...(reading && { reading }),
  };
}

function placeOf(object: ExplainedObject, path: readonly PathSegment[]): Place | undefined {
  let place: Place | undefined = rootPlace(object.apiVersion, object.kind);
  for (const segment of path) place = place && descend(place, segment);
  return place;
}

function noteOf(tree: ReadPiece, located: Located, place: Place): string | undefined {
  const node = isAlias(located.value) && tree.document ? located.value.resolve(tree.document) : located.value;
  // What a template will put here is not known.
  const [from, to] = isScalar(node) && node.range ? node.range : [0, 0];
  if (located.on === 'item' || (tree.templated && tree.text.slice(from, to).includes('{{'))) return undefined;
  return readingNote(node, place.value.kind);
}
