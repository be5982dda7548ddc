// The objects of a text and the parts of them that a person looks for: what the outline and the breadcrumbs show.
import { isMap, isScalar, isSeq, type ParsedNode } from 'yaml';
import type { TextRange } from './explanation.ts';
import type { FoundObject } from './objects.ts';
import { valueAt } from './parse.ts';
import { rangeOf } from './positions.ts';
import { MASKED } from './repair.ts';

export type OutlineKind = 'object' | 'map' | 'list' | 'value';

export interface OutlineEntry {
  readonly name: string;
  /** Beside the name: an object's kind, a scalar's text. */
  readonly detail: string;
  readonly kind: OutlineKind;
  readonly range: TextRange;
  /** What is selected when the entry is chosen: the key, or an object's name. Inside `range`. */
  readonly selection: TextRange;
  readonly children: readonly OutlineEntry[];
}

/** Deep enough for the fields of a container's parts; below that an outline is no overview. */
const MAX_DEPTH = 12;
const MAX_DETAIL = 60;

interface Lines {
  readonly starts: ArrayLike<number>;
  readonly firstLine: number;
  readonly text: string;
}

export function outlineOf(found: FoundObject, lines: Lines): OutlineEntry {
  const { node, object } = found;
  const metadata = node.items.find(({ key }) => isScalar(key) && key.value === 'metadata')?.value;
  const named = isMap(metadata)
    ? metadata.items.find(({ key }) => isScalar(key) && (key.value === 'name' || key.value === 'generateName'))?.value
    : undefined;
  const chosen = (named as ParsedNode | null | undefined) ?? (node.items[0]?.key as ParsedNode | undefined) ?? node;
  return {
    name: named ? written(named as ParsedNode, lines) : object.kind,
    detail: object.namespace === undefined ? object.kind : `${object.kind} in ${object.namespace}`,
    kind: 'object',
    range: rangeOfNode(node, node, lines),
    selection: rangeOfNode(chosen, chosen, lines),
    children: childrenOf(node, lines, 1),
  };
}

/** The same entries, further down by so many lines. */
export function moved(entries: readonly OutlineEntry[], lines: number): OutlineEntry[] {
  const at = (range: TextRange): TextRange => movedRange(range, lines);
  return entries.map(({ name, detail, kind, range, selection, children }) => ({
    name,
    detail,
    kind,
    range: at(range),
    selection: at(selection),
    children: moved(children, lines),
  }));
}

export function movedRange({ start, end }: TextRange, lines: number): TextRange {
  return {
    start: { line: start.line + lines, column: start.column },
    end: { line: end.line + lines, column: end.column },
  };
}

function childrenOf(node: unknown, lines: Lines, depth: number): OutlineEntry[] {
  if (depth > MAX_DEPTH) return [];
  if (isMap(node)) {
    return node.items.flatMap(({ key, value }) =>
      isScalar(key) && (key as ParsedNode).range
        ? [entry(written(key as ParsedNode, lines), key as ParsedNode, value as ParsedNode | null, lines, depth)]
        : [],
    );
  }
  if (!isSeq(node)) return [];
  return node.items.flatMap((item, index) => {
    const element = item as ParsedNode | null;
    // Elements are known by their name where they have one: containers, ports, volumes.
    return element?.range ? [entry(nameOf(element, lines) ?? `[${index}]`, element, element, lines, depth)] : [];
  });
}

function entry(name: string, key: ParsedNode, value: ParsedNode | null, lines: Lines, depth: number): OutlineEntry {
  const selection = rangeOfNode(key, key, lines);
  const whole = value?.range ? rangeOfNode(key, value, lines) : selection;
  return {
    name,
    detail: isScalar(value) ? written(value, lines).slice(0, MAX_DETAIL) : '',
    kind: isMap(value) ? 'map' : isSeq(value) ? 'list' : 'value',
    range: whole,
    selection: key === value ? { start: selection.start, end: selection.start } : selection,
    children: childrenOf(value, lines, depth + 1),
  };
}

function nameOf(element: ParsedNode, lines: Lines): string | undefined {
  const name = valueAt(element, 'name');
  return isScalar(name) && typeof name.value === 'string' ? written(name as ParsedNode, lines) : undefined;
}

/** What a scalar says; where a template fills it in, the template. */
function written(node: ParsedNode, { text }: Lines): string {
  const value = isScalar(node) ? String(node.value ?? '') : '';
  return value.includes(MASKED) ? text.slice(node.range[0], node.range[1]).trim() : value;
}

/** From the first character of one node to the last that is not space of another. */
function rangeOfNode(first: ParsedNode, last: ParsedNode, { starts, firstLine, text }: Lines): TextRange {
  const from = first.range[0];
  let to = last.range[1];
  while (to > from && /\s/.test(text[to - 1] ?? '')) to--;
  return rangeOf(starts, from, Math.max(from, to), firstLine);
}
