// One document → a tree with positions. Never throws: what cannot be read yields no tree and a reason.
import { type Document, isMap, isScalar, isSeq, type ParsedNode, parseDocument, type YAMLMap } from 'yaml';
import { type Anchors, eachBound, TreeAnchors } from './anchors.ts';
import { isFlow, readLoose } from './loose.ts';
import type { ReadProblem } from './read-problem.ts';
import { isTemplated, maskTemplates, repair } from './repair.ts';

export interface ParsedPiece {
  readonly root: ParsedNode | undefined;
  readonly anchors: Anchors | undefined;
  readonly problems: readonly ReadProblem[];
  /** The text holds template markup (Helm), so that what is missing proves nothing. */
  readonly templated: boolean;
}

/** A single document above this many characters is left unread: no person edits it, and reading takes seconds. */
export const MAX_DOCUMENT = 3_000_000;

// `failsafe` keeps every scalar a string: Kubernetes reads them by other rules than YAML 1.2 (see scalar.ts).
// Duplicate keys are looked for elsewhere, because the library's own search is quadratic.
const OPTIONS = {
  schema: 'failsafe',
  uniqueKeys: false,
  prettyErrors: false,
  strict: false,
  logLevel: 'silent',
  stringKeys: false,
} as const;

export function parsePiece(text: string): ParsedPiece {
  const templated = isTemplated(text);
  if (text.length > MAX_DOCUMENT) {
    const message = `This document has ${text.length} characters; above ${MAX_DOCUMENT} documents are not read.`;
    return { root: undefined, anchors: undefined, problems: [{ message, from: 0, to: 0 }], templated };
  }
  return { ...readText(templated ? maskTemplates(text) : text), templated };
}

/** Reads a text that holds no templates; where it is broken, what can be read of it. */
export function readText(source: string): Omit<ParsedPiece, 'templated'> {
  const first = tryParse(source);
  if (typeof first === 'string') {
    return { root: undefined, anchors: undefined, problems: [{ message: first, from: 0, to: 0 }] };
  }
  if (first.errors.length === 0 && !holdsComments(source, first.contents))
    return { ...treeOf(first.contents), problems: [] };
  const problems = first.errors.map(({ message, pos }) => ({ message, from: pos[0], to: pos[1] }));
  if (isFlow(source) && !BOUND.test(source)) {
    const loose = readLoose(source);
    return { ...treeOf(loose.root), problems: loose.problems.length > 0 ? loose.problems : problems };
  }
  const second = tryParse(repair(source));
  return { ...treeOf((typeof second === 'string' ? first : second).contents), problems };
}

/** Anchors, aliases and tags, which only a whole text is read with. */
const BOUND = /[\s[{,:][&*!][\w<]/;

/** Comments that only other JSON has: YAML takes one for the beginning of a key. */
function holdsComments(source: string, root: unknown): boolean {
  if (!/\/[/*]/.test(source) || !isFlow(source)) return false;
  const isComment = (node: unknown): boolean => isScalar(node) && /^\/[/*][\s\S]*"/.test(String(node.value));
  const holds = (node: unknown): boolean =>
    isMap(node)
      ? node.items.some(({ key, value }) => isComment(key) || holds(value))
      : isSeq(node) && node.items.some((item) => isComment(item) || holds(item));
  return holds(root);
}

function treeOf(root: ParsedNode | null | undefined): { root: ParsedNode | undefined; anchors: Anchors } {
  return { root: root ?? undefined, anchors: new TreeAnchors((take) => eachBound(root, take)) };
}

const TOO_DEEP = 'This document is nested too deeply to be read.';
/** Open brackets that no manifest has; the library takes seconds for more, before it gives up. */
const MAX_OPEN = 4_000;

function isTooDeep(text: string): boolean {
  if (text.length < MAX_OPEN) return false;
  let open = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 91 || code === 123) open++;
    else if ((code === 93 || code === 125) && open > 0) open--;
    if (open > MAX_OPEN) return true;
  }
  return false;
}

function tryParse(text: string): Document.Parsed | string {
  if (isTooDeep(text)) return TOO_DEEP;
  try {
    return parseDocument(text, OPTIONS);
  } catch (error) {
    // Deep nesting overflows the library's recursion.
    return error instanceof RangeError ? TOO_DEEP : String(error);
  }
}

/** The string under a key of a map, when it is a scalar. */
export function scalarAt(map: YAMLMap | ParsedNode | undefined, key: string): string | undefined {
  const value = valueAt(map, key);
  return isScalar(value) && typeof value.value === 'string' ? value.value : undefined;
}

export function valueAt(map: unknown, key: string): unknown {
  if (!isMap(map)) return undefined;
  for (const pair of map.items) {
    if (isScalar(pair.key) && pair.key.value === key) return pair.value;
  }
  return undefined;
}
