// The face of this folder: texts in, explanations out. Keeps parsed documents between edits.
import type { Knowledge } from '../knowledge/knowledge.ts';
import { schemaForKind } from '../model/schema.ts';
import { annotatePiece, joinParts } from './annotate/annotate.ts';
import type { AnnotatedManifest, AnnotatedPart } from './annotate/model.ts';
import { type DefaultHint, defaultsOf } from './defaults.ts';
import type { ManifestDiagnostic } from './diagnostic.ts';
import { DIVIDED_FROM } from './divide.ts';
import { cut, type Piece, type Pieces, pieceAtLine } from './documents.ts';
import { explainPlace, type TextPlace, textPlace } from './explain-place.ts';
import type { ExplainedObject, Explanation, TextRange } from './explanation.ts';
import { placeOf } from './field-place.ts';
import type { Finding } from './finding.ts';
import { objectsOf } from './objects.ts';
import { moved, movedRange, type OutlineEntry, outlineOf } from './outline.ts';
import { plainReaderOf } from './plain.ts';
import { rangeOf } from './positions.ts';
import { diagnosticAt, findingsOf } from './problems.ts';
import { type ReadPiece, readPiece } from './read-piece.ts';
import type { PathSegment } from './typing.ts';
import { collectFacts } from './workspace/collect.ts';
import type { DocumentFacts, FileFact } from './workspace/facts.ts';
import { itemFacts } from './workspace/items.ts';
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
  /** The object and the path at a place, whatever is known of it. */
  placeAt(uri: string, line: number, column: number): TextPlace | undefined;
  /** The objects of a text in order, lists unpacked. */
  objects(uri: string): readonly ManifestObject[];
  /** The objects with what is in them, for an overview. */
  outline(uri: string): readonly OutlineEntry[];
  /**
   * What is wrong with the objects by themselves; nothing for templates and for YAML that is not Kubernetes'.
   * Of a `patch`, which is merged into another object, what is missing proves nothing.
   */
  diagnostics(uri: string, options?: { readonly patch?: boolean }): readonly ManifestDiagnostic[];
  /** The kinds of a text's objects, where they are written, that have a page. */
  kinds(uri: string): readonly PlacedKind[];
  /** The files that kustomizations in a text name. */
  files(uri: string): readonly FileFact[];
  /** Where a field of an object stands, by its path in kube-apiserver's words, or the nearest thing above it that is written. */
  fieldRange(uri: string, object: ManifestObject, path: string): TextRange | undefined;
  /** What kube-apiserver will fill in, by the place of what it is filled into. */
  defaults(uri: string): readonly DefaultHint[];
  /** Every line with what is known of it; empty for a text that is not open. */
  annotated(uri: string): AnnotatedManifest;
  /** What each document offers and names; for a document that did not change, the same facts. */
  facts(uri: string): readonly PlacedFacts[];
}

export interface PlacedKind {
  readonly apiVersion: string;
  readonly kind: string;
  readonly range: TextRange;
}

/** The facts of a text that nobody edits, a document at a time, so that whoever reads many can pause. */
export function* factsOfText(text: string): Generator<PlacedFacts> {
  const { list, lines } = cut(text);
  for (const [index, piece] of list.entries()) {
    yield { facts: collectFacts(readPiece(piece.text)), line: lines[index] ?? 0 };
  }
}

/** The objects of the document that holds a line of a text, as plain values. */
export function plainObjects(text: string, line: number): unknown[] {
  const pieces = cut(text);
  const tree = readPiece(pieces.list[pieceAtLine(pieces, line)]?.text ?? '');
  return objectsOf(tree.root).map(({ node }) => plainReaderOf(tree).read(node));
}

export function createManifestService({ knowledge }: { knowledge: Knowledge }): ManifestService {
  return new Service(knowledge);
}

class Service implements ManifestService {
  private readonly knowledge: Knowledge;
  private readonly texts = new Map<string, Pieces>();
  // Keyed by the piece itself: a piece that an edit left alone keeps what is known of it, and a dropped one frees it.
  private readonly trees = new WeakMap<Piece, ReadPiece>();
  private readonly earlier = new WeakMap<Piece, Piece>();
  private readonly findings = new WeakMap<Piece, { readonly patch: boolean; readonly list: readonly Finding[] }>();
  private readonly annotations = new WeakMap<Piece, AnnotatedPart>();
  private readonly defaulted = new WeakMap<Piece, readonly DefaultHint[]>();
  private readonly collected = new WeakMap<Piece, DocumentFacts>();
  private readonly kindsOf = new WeakMap<Piece, readonly PlacedKind[]>();
  private readonly outlines = new WeakMap<
    Piece,
    { readonly first: number; readonly entries: readonly OutlineEntry[] }
  >();

  constructor(knowledge: Knowledge) {
    this.knowledge = knowledge;
  }

  update(uri: string, _version: number, text: string): void {
    const before = this.texts.get(uri);
    const after = cut(text, before);
    this.texts.set(uri, after);
    if (before) this.remember(before, after);
  }

  close(uri: string): void {
    this.texts.delete(uri);
  }

  explainAt(uri: string, line: number, column: number): Explanation | undefined {
    return this.at(uri, line, column, (tree, offset, first) => explainPlace(this.knowledge, tree, offset, first));
  }

  placeAt(uri: string, line: number, column: number): TextPlace | undefined {
    return this.at(uri, line, column, textPlace);
  }

  objects(uri: string): readonly ManifestObject[] {
    return this.each(uri, (piece, first, document) => {
      const tree = this.read(piece);
      return objectsOf(tree.root).map(({ node, path, object }) => ({
        ...object,
        document,
        path,
        range: rangeOf(tree.lineStarts, node.range?.[0] ?? 0, node.range?.[1] ?? 0, first),
      }));
    });
  }

  fieldRange(uri: string, { document, path }: ManifestObject, field: string): TextRange | undefined {
    const pieces = this.texts.get(uri);
    const piece = pieces?.list[document];
    if (!piece) return undefined;
    const tree = this.read(piece);
    const object = objectsOf(tree.root).find((one) => one.path.join() === path.join());
    const found = placeOf(object?.node, field);
    return found && rangeOf(tree.lineStarts, found[0], found[1], pieces.lines[document] ?? 0);
  }

  kinds(uri: string): readonly PlacedKind[] {
    return this.each(uri, (piece, first) =>
      this.once(this.kindsOf, piece, placedKinds).map((one) => ({ ...one, range: movedRange(one.range, first) })),
    );
  }

  files(uri: string): readonly FileFact[] {
    return this.facts(uri).flatMap(({ facts, line }) =>
      (facts.kustomization?.files ?? []).map(({ path, range }) => ({ path, range: movedRange(range, line) })),
    );
  }

  outline(uri: string): readonly OutlineEntry[] {
    return this.each(uri, (piece, first) => {
      const before = this.outlines.get(piece);
      if (before?.first === first) return before.entries;
      // One that only moved is moved.
      const entries = before ? moved(before.entries, first - before.first) : this.outlineOf(piece, first);
      this.outlines.set(piece, { first, entries });
      return entries;
    });
  }

  facts(uri: string): readonly PlacedFacts[] {
    return this.each(uri, (piece, line) => {
      const tree = this.read(piece);
      const { divided } = tree;
      const found = divided ? objectsOf(divided.tree) : [];
      if (!divided || found.length < 2) return [{ facts: this.once(this.collected, piece, collectFacts), line }];
      // Of a long list only the items that changed are looked at again.
      return itemFacts(tree, divided, found).map(({ facts, line: first }) => ({ facts, line: line + first }));
    });
  }

  diagnostics(uri: string, { patch = false }: { readonly patch?: boolean } = {}): readonly ManifestDiagnostic[] {
    return this.each(uri, (piece, first) => {
      const tree = this.read(piece);
      let found = this.findings.get(piece);
      if (found?.patch !== patch) {
        found = {
          patch,
          list: findingsOf(tree, patch, (type, field) => this.deprecated(type, field)),
        };
        this.findings.set(piece, found);
      }
      return found.list.map((finding) => diagnosticAt(finding, tree, first));
    });
  }

  defaults(uri: string): readonly DefaultHint[] {
    const find = (tree: ReadPiece): DefaultHint[] => defaultsOf(this.knowledge, tree);
    return this.each(uri, (piece, first) =>
      this.once(this.defaulted, piece, find).map(({ at, fields }) => ({
        at: { line: at.line + first, column: at.column },
        fields,
      })),
    );
  }

  annotated(uri: string): AnnotatedManifest {
    const annotate = (tree: ReadPiece): AnnotatedPart => annotatePiece(this.knowledge, tree);
    const parts = this.each(uri, (piece) => [this.once(this.annotations, piece, annotate)]);
    return joinParts(parts, this.texts.get(uri)?.lines ?? []);
  }

  /** Calls `take` with the document at a place and the offset in it. */
  private at<T>(
    uri: string,
    line: number,
    column: number,
    take: (tree: ReadPiece, offset: number, firstLine: number) => T | undefined,
  ): T | undefined {
    const pieces = this.texts.get(uri);
    if (!pieces || line < 0 || column < 0) return undefined;
    const index = pieceAtLine(pieces, line);
    const piece = pieces.list[index];
    const first = pieces.lines[index] ?? 0;
    if (!piece) return undefined;
    const tree = this.read(piece);
    const start = tree.lineStarts[line - first];
    const end = tree.lineStarts[line - first + 1] ?? piece.text.length + 1;
    return start === undefined || start + column >= end ? undefined : take(tree, start + column, first);
  }

  /** What `look` finds in each document of a text; `first` is the line at which it begins. */
  private each<T>(uri: string, look: (piece: Piece, first: number, index: number) => readonly T[]): T[] {
    const pieces = this.texts.get(uri);
    return pieces?.list.flatMap((piece, index) => look(piece, pieces.lines[index] ?? 0, index)) ?? [];
  }

  private read(piece: Piece): ReadPiece {
    let tree = this.trees.get(piece);
    if (!tree) {
      const earlier = this.earlier.get(piece);
      tree = readPiece(piece.text, earlier && this.trees.get(earlier));
      this.trees.set(piece, tree);
      // Its tree has gone over into the new one.
      if (earlier) this.trees.delete(earlier);
      this.earlier.delete(piece);
    }
    return tree;
  }

  /** Which piece an edit made of which, so that a large one is not read anew as a whole. */
  private remember(before: Pieces, after: Pieces): void {
    const kept = new Set(after.list);
    const gone = before.list.filter((piece) => piece.text.length >= DIVIDED_FROM && !kept.has(piece));
    const known = new Set(gone.length > 0 ? before.list : []);
    for (const piece of gone.length > 0 ? after.list : []) {
      const [earlier] = known.has(piece) || piece.text.length < DIVIDED_FROM ? [] : gone.splice(0, 1);
      const read = earlier && !this.trees.has(earlier) ? this.earlier.get(earlier) : earlier;
      if (read) this.earlier.set(piece, read);
    }
  }

  /** What is made of a document, made when it is first wanted. */
  private once<T>(made: WeakMap<Piece, T>, piece: Piece, make: (tree: ReadPiece) => T): T {
    const known = made.get(piece);
    if (known !== undefined) return known;
    const value = make(this.read(piece));
    made.set(piece, value);
    return value;
  }

  private outlineOf(piece: Piece, firstLine: number): OutlineEntry[] {
    const { root, lineStarts, text } = this.read(piece);
    return objectsOf(root).map((found) => outlineOf(found, { starts: lineStarts, firstLine, text }));
  }

  private deprecated(type: string, field: string): string | undefined {
    return this.knowledge.record(type, field)?.deprecated;
  }
}

function placedKinds({ root, lineStarts }: ReadPiece): PlacedKind[] {
  return objectsOf(root).flatMap(({ node, object: { apiVersion, kind } }) => {
    const [from, to] = placeOf(node, 'kind') ?? [];
    if (from === undefined || to === undefined || !schemaForKind(apiVersion, kind)) return [];
    return [{ apiVersion, kind, range: rangeOf(lineStarts, from, to, 0) }];
  });
}
