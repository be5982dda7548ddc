// The facts of a long list of objects. An object that an edit left alone keeps its facts, and moves with its first line.
import { targetsOf } from '../anchors.ts';
import type { DividedTree } from '../divided.ts';
import { areSame } from '../memo.ts';
import type { FoundObject } from '../objects.ts';
import { positionOf } from '../positions.ts';
import type { ReadPiece } from '../read-piece.ts';
import { collectObject } from './collect.ts';
import type { PlacedFacts } from './workspace.ts';

/** Lines count from the document's first. */
export function itemFacts(tree: ReadPiece, divided: DividedTree, objects: readonly FoundObject[]): PlacedFacts[] {
  const lineOf = (offset: number): number => positionOf(tree.lineStarts, offset, 0).line;
  // What aliases stand for stands elsewhere.
  if (divided.bound) divided.settle();
  return objects.map((object) => {
    const { start, settle } = divided.place(object.path);
    const line = lineOf(start);
    const targets = targetsOf(object.node, tree.anchors);
    const lines = targets.map(({ range }) => lineOf(range?.[0] ?? 0) - line);
    const known = divided.memo.collected.get(object.node);
    const isSame = known && areSame(known.targets, targets) && lines.every((at, k) => at === known.lines[k]);
    if (isSame) return { facts: known.facts, line };
    settle();
    const facts = collectObject(tree, object, line);
    divided.memo.collected.set(object.node, { facts, targets, lines });
    return { facts, line };
  });
}
