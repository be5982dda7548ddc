// The face of this folder: texts in, explanations out. Keeps parsed documents between edits.
import { isAlias, isScalar } from 'yaml';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { annotatePiece, joinParts } from './annotate/annotate.ts';
import type { AnnotatedManifest, AnnotatedPart } from './annotate/model.ts';
import { diagnose, type Finding } from './diagnose.ts';
import type { ManifestDiagnostic } from './diagnostic.ts';
import { cut, type Piece, type Pieces, pieceAtLine } from './documents.ts';
import { known, pathText } from './explain.ts';
import type { ExplainedObject, Explanation, TextRange } from './explanation.ts';
import { type Located, locate } from './locate.ts';
import { objectAt, objectsOf } from './objects.ts';
import { moved, type OutlineEntry, outlineOf } from './outline.ts';
import { parsePiece } from './parse.ts';
import { lineStartsOf, rangeOf } from './positions.ts';
import { readingNote } from './reading.ts';
import { descend, type PathSegment, type Place, rootPlace } from './typing.ts';
import { collectFacts } from './workspace/collect.ts';
import type { DocumentFacts } from './workspace/facts.ts';
import type { Source } from './workspace/places.ts';
import type { PlacedFacts } from './workspace/workspace.ts';

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
  /** The objects with what is in them, for an overview. */
  outline(uri: string): readonly OutlineEntry[];
  /** What is wrong with the shape of the objects; nothing for templates and for YAML that is not Kubernetes'. */
  diagnostics(uri: string): readonly ManifestDiagnostic[];
  /** Every line with what is known of it; empty for a text that is not open. */
  annotated(uri: string): AnnotatedManifest;
  /** What each document offers and names; for a document that did not change, the same facts. */
  facts(uri: string): readonly PlacedFacts[];
}

interface OpenText {
  version: number;
  pieces: Pieces;
}

type ReadPiece = Source;

function readPiece(text: string): ReadPiece {
  return { ...parsePiece(text), text, lineStarts: lineStartsOf(text) };
}

/** The facts of a text that nobody edits, a document at a time, so that whoever reads many can pause. */
export function* factsOfText(text: string): Generator<PlacedFacts> {
  const { list, lines } = cut(text);
  for (const [index, piece] of list.entries()) {
    yield { facts: collectFacts(readPiece(piece.text)), line: lines[index] ?? 0 };
  }
}

export function createManifestService({ knowledge }: { knowledge: Knowledge }): ManifestService {
  const texts = new Map<string, OpenText>();
  // Keyed by the piece itself: a piece that an edit left alone keeps its tree, and a dropped one frees it.
  const trees = new WeakMap<Piece, ReadPiece>();
  const findings = new WeakMap<Piece, readonly Finding[]>();
  const annotations = new WeakMap<Piece, AnnotatedPart>();
  const collected = new WeakMap<Piece, DocumentFacts>();
  const outlined = outlines(read);

  function annotationOf(piece: Piece): AnnotatedPart {
    let part = annotations.get(piece);
    if (!part) {
      part = annotatePiece(knowledge, read(piece));
      annotations.set(piece, part);
    }
    return part;
  }

  function read(piece: Piece): ReadPiece {
    let tree = trees.get(piece);
    if (!tree) {
      tree = readPiece(piece.text);
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
        return objectsOf(tree.root).map(({ node, path, object }) => ({
          ...object,
          document,
          path,
          range: rangeOf(tree.lineStarts, node.range?.[0] ?? 0, node.range?.[1] ?? 0, first),
        }));
      });
    },
    outline(uri) {
      const pieces = texts.get(uri)?.pieces;
      return pieces?.list.flatMap((piece, index) => outlined(piece, pieces.lines[index] ?? 0)) ?? [];
    },
    facts(uri) {
      const pieces = texts.get(uri)?.pieces;
      if (!pieces) return [];
      return pieces.list.map((piece, index) => {
        const facts = collected.get(piece) ?? collectFacts(read(piece));
        collected.set(piece, facts);
        return { facts, line: pieces.lines[index] ?? 0 };
      });
    },
    diagnostics(uri) {
      const pieces = texts.get(uri)?.pieces;
      if (!pieces) return [];
      return pieces.list.flatMap((piece, index) => {
        const tree = read(piece);
        let found = findings.get(piece);
        if (!found) {
          found = findingsOf(tree);
          findings.set(piece, found);
        }
        return found.map((finding) => diagnostic(finding, tree.lineStarts, pieces.lines[index] ?? 0));
      });
    },
    annotated(uri) {
      const pieces = texts.get(uri)?.pieces;
      return joinParts(pieces?.list.map(annotationOf) ?? [], pieces?.lines ?? []);
    },
  };
}

/** Outlines of pieces at the line where they stand; one that only moved is moved. */
function outlines(read: (piece: Piece) => ReadPiece): (piece: Piece, firstLine: number) => readonly OutlineEntry[] {
  const known = new WeakMap<Piece, { readonly firstLine: number; readonly entries: readonly OutlineEntry[] }>();
  const fresh = (piece: Piece, firstLine: number): readonly OutlineEntry[] => {
    const { root, lineStarts, text } = read(piece);
    return objectsOf(root).map((found) => outlineOf(found, { starts: lineStarts, firstLine, text }));
  };
  return (piece, firstLine) => {
    const before = known.get(piece);
    if (before?.firstLine === firstLine) return before.entries;
    const entries = before ? moved(before.entries, firstLine - before.firstLine) : fresh(piece, firstLine);
    known.set(piece, { firstLine, entries });
    return entries;
  };
}

function findingsOf(tree: ReadPiece): readonly Finding[] {
  const objects = tree.templated ? [] : objectsOf(tree.root);
  if (objects.length === 0) return [];
  if (tree.problems.length > 0) {
    // A text that had to be repaired proves nothing about fields.
    return tree.problems.map((problem) => ({ ...problem, family: 'syntax', severity: 'error', component: 'user' }));
  }
  return objects.flatMap(({ node, object }) => diagnose(node, object.apiVersion, object.kind, tree.document));
}

function diagnostic(finding: Finding, lineStarts: readonly number[], firstLine: number): ManifestDiagnostic {
  const { from, to, replacement, ...rest } = finding;
  const range = rangeOf(lineStarts, from, to, firstLine);
  const fixes = replacement ? [{ title: replacement.title, edits: [{ range, text: replacement.text }] }] : [];
  return { ...rest, range, fixes };
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
