// A place in a document → what is known of the field there.
import { isAlias, isScalar } from 'yaml';
import type { Knowledge } from '../knowledge/knowledge.ts';
import { known, pathText } from './explain.ts';
import type { ExplainedObject, Explanation, FieldFacts, TextRange } from './explanation.ts';
import { type Located, locate } from './locate.ts';
import { objectAt, otherKinds } from './objects.ts';
import { rangeOf } from './positions.ts';
import type { ReadPiece } from './read-piece.ts';
import { readingNote } from './reading.ts';
import { descend, type PathSegment, type Place, rootPlace, successorNote, successorOf } from './typing.ts';

/** What stands at an offset, whether or not anything is known of it. */
export interface TextPlace {
  readonly object: ExplainedObject;
  /** Path inside the object. */
  readonly path: readonly PathSegment[];
  readonly range: TextRange;
}

export function textPlace(tree: ReadPiece, offset: number, firstLine: number): TextPlace | undefined {
  const at = objectPlace(tree, offset);
  if (!at) return undefined;
  const { located, found } = at;
  const range = rangeOf(tree.lineStarts, located.from, located.to, firstLine);
  return { object: found.object, path: found.inner, range };
}

type ObjectPlace = { readonly located: Located; readonly found: NonNullable<ReturnType<typeof objectAt>> };

/** Of a large document only what leads to the place is looked at. */
function objectPlace(tree: ReadPiece, offset: number): ObjectPlace | undefined {
  const { divided } = tree;
  const located = divided ? divided.locate(offset) : locate(tree.root, offset);
  const found = located && objectAt(divided ? divided.tree : tree.root, located.path);
  return located && found && { located, found };
}

export function explainPlace(
  knowledge: Knowledge,
  tree: ReadPiece,
  offset: number,
  firstLine: number,
): Explanation | undefined {
  const at = objectPlace(tree, offset);
  if (!at) return undefined;
  const { located, found } = at;
  const { object, place, facts } = knownAs(knowledge, tree, found) ?? {};
  if (!object || !place || !facts) return undefined;
  const { apiVersion, kind } = object;
  const successor = successorOf(apiVersion, kind);
  const notes = [successor && successorNote(apiVersion, successor), noteOf(tree, located, place)];
  const reading = notes.filter((note) => note !== undefined).join(' ');
  return {
    range: rangeOf(tree.lineStarts, located.from, located.to, firstLine),
    on: located.on,
    object,
    path: found.inner,
    pathText: pathText(found.inner),
    ...facts,
    ...(reading && { reading }),
    ...(successor && { successor: successor.use }),
  };
}

/** What is known of a place; a template may choose between kinds, of which not each has every field. */
function knownAs(
  knowledge: Knowledge,
  { templated }: ReadPiece,
  { object: first, inner, node }: ObjectPlace['found'],
): { object: ExplainedObject; place: Place; facts: FieldFacts } | undefined {
  const others = templated ? otherKinds(node).map((kind) => ({ ...first, kind })) : [];
  for (const object of [first, ...others]) {
    const place = placeOf(object, inner);
    const facts = place && known(knowledge, place);
    if (place && facts) return { object, place, facts };
  }
  return undefined;
}

function placeOf(object: ExplainedObject, path: readonly PathSegment[]): Place | undefined {
  let place: Place | undefined = rootPlace(
    successorOf(object.apiVersion, object.kind)?.use ?? object.apiVersion,
    object.kind,
  );
  for (const segment of path) place = place && descend(place, segment);
  return place;
}

function noteOf(tree: ReadPiece, located: Located, place: Place): string | undefined {
  const node = isAlias(located.value) && tree.anchors ? tree.anchors.resolve(located.value) : located.value;
  // What a template will put here is not known.
  const [from, to] = isScalar(node) && node.range ? node.range : [0, 0];
  if (located.on === 'item' || (tree.templated && tree.text.slice(from, to).includes('{{'))) return undefined;
  return readingNote(node, place.value.kind);
}
