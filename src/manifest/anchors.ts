// What the aliases of a document stand for: the last node before each that has its name.
import { type Alias, isAlias, isCollection, isMap, isSeq, type Node } from 'yaml';

export interface Anchors {
  /** Undefined where nothing above has the name. */
  resolve(alias: Alias): Node | undefined;
}

/** Calls `take` with each node that has an anchor and with each alias, in the order in which they are written. */
export function eachBound(node: unknown, take: (node: Node) => void): void {
  if (isAlias(node)) {
    take(node);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  if ('anchor' in node && node.anchor) take(node as Node);
  if (!isCollection(node)) return;
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      eachBound(key, take);
      eachBound(value, take);
    }
  } else if (isSeq(node)) for (const item of node.items) eachBound(item, take);
}

/** One look at the whole tree answers for every alias; the library's own search looks again for each. */
export class TreeAnchors implements Anchors {
  private readonly each: (take: (node: Node) => void) => void;
  private found: Map<Node, Node | undefined> | undefined;

  /** `each` calls with what is anchored and with aliases, in order. */
  constructor(each: (take: (node: Node) => void) => void) {
    this.each = each;
  }

  resolve(alias: Alias): Node | undefined {
    this.found ??= this.all();
    return this.found.get(alias);
  }

  private all(): Map<Node, Node | undefined> {
    const found = new Map<Node, Node | undefined>();
    const named = new Map<string, Node>();
    this.each((node) => {
      if (isAlias(node)) found.set(node, named.get(node.source));
      else named.set((node as { anchor?: string }).anchor ?? '', node);
    });
    return found;
  }
}
