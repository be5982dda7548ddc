// What the aliases of a document stand for: the last node before each that has its name.
import { type Alias, isAlias, isCollection, isMap, isSeq, type Node, Scalar } from 'yaml';

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

const found = new WeakMap<object, readonly Alias[]>();
const NONE: readonly Alias[] = [];

/** The aliases in a node, looked for once: what is parsed does not change. */
export function aliasesIn(node: unknown): readonly Alias[] {
  if (isAlias(node)) return [node];
  if (!isCollection(node)) return NONE;
  let all = found.get(node);
  if (!all) {
    const inside: Alias[] = [];
    const add = (one: unknown): void => {
      // Of a long map nearly all is scalars.
      if (one instanceof Scalar) return;
      for (const alias of aliasesIn(one)) inside.push(alias);
    };
    if (isMap(node)) for (const { value } of node.items) add(value);
    else if (isSeq(node)) for (const item of node.items) add(item);
    all = inside.length > 0 ? inside : NONE;
    found.set(node, all);
  }
  return all;
}

/** What the aliases in a node stand for, and those in these. */
export function targetsOf(node: unknown, anchors: Anchors | undefined): readonly Node[] {
  const targets = new Set<Node>();
  const follow = (from: unknown): void => {
    for (const alias of aliasesIn(from)) {
      const target = anchors?.resolve(alias);
      if (!target || targets.has(target)) continue;
      targets.add(target);
      follow(target);
    }
  };
  follow(node);
  return [...targets];
}

/** One look at the whole tree answers for every alias; the library's own search looks again for each. */
export class TreeAnchors implements Anchors {
  private readonly each: (take: (node: Node) => void) => void;
  private targets: Map<Node, Node | undefined> | undefined;

  /** `each` calls with what is anchored and with aliases, in order. */
  constructor(each: (take: (node: Node) => void) => void) {
    this.each = each;
  }

  resolve(alias: Alias): Node | undefined {
    this.targets ??= this.all();
    return this.targets.get(alias);
  }

  private all(): Map<Node, Node | undefined> {
    const targets = new Map<Node, Node | undefined>();
    const named = new Map<string, Node>();
    this.each((node) => {
      if (isAlias(node)) targets.set(node, named.get(node.source));
      else named.set((node as { anchor?: string }).anchor ?? '', node);
    });
    return targets;
  }
}
