// The line that an entry begins with, where what is below it can be read by itself.

const KEY = `(?:[A-Za-z0-9_$./-]+|"[^"\\\\]*"|'[^']*')`;
const NAME = '[^\\s,[\\]{}]+';
/** Nothing more on the line. */
const END = '(?:[ \\t]+#[^\\n]*|[ \\t]*)(?:\\r?\\n|$)';

const PLAIN_KEY = new RegExp(`^${KEY}[ \\t]*:(?:\\s|$)`);
/** A key with nothing behind it but an anchor. */
const BLOCK = new RegExp(`^${KEY}[ \\t]*:(?:[ \\t]+&(${NAME}))?${END}$`);
const ITEM = new RegExp(`^-(?: +&(${NAME}))?${END}$`);
/** What stands before a bracket. */
const FLOW = new RegExp(`^(${KEY}[ \\t]*:[ \\t]*(?:&(${NAME})[ \\t]+)?)[[{]`);
const FLOW_ITEM = new RegExp(`^((?:&(${NAME})[ \\t]+)?)[[{]`);
const DASH = /^- +/;
const TEXT = new RegExp(`^${KEY}[ \\t]*:[ \\t]+[|>][-+]?${END}$`);
const ANY_KEY = /^(?:"(?:[^"\\]|\\.)*"\s*:|'(?:[^']|'')*'\s*:|\?(?:\s|$)|[^"'].*?:(?:\s|$))/;
const LINE_END = new RegExp(`^${END}$`);

export interface Head {
  /** How far what is inside begins behind the head: a bracket's place, or the place behind a dash. */
  readonly at: number;
  readonly is: 'block' | 'dashed' | 'flow';
  /** The line up to there has a key. */
  readonly keyed: boolean;
  readonly anchor: string | undefined;
}

/** What an entry's first line begins; undefined where what follows cannot be told from it. */
export function headOf(
  line: string,
  parent: { readonly kind: 'map' | 'list'; readonly flow: boolean },
): Head | undefined {
  if (parent.kind === 'map') {
    const block = parent.flow ? undefined : BLOCK.exec(line);
    if (block) return { at: line.length, is: 'block', keyed: true, anchor: block[1] };
    return flowHead(FLOW.exec(line), 0, true);
  }
  if (parent.flow) return flowHead(FLOW_ITEM.exec(line), 0, false);
  const empty = ITEM.exec(line);
  if (empty) return { at: line.length, is: 'block', keyed: false, anchor: empty[1] };
  const dash = DASH.exec(line)?.[0].length ?? 0;
  const rest = line.slice(dash);
  if (PLAIN_KEY.test(rest)) return { at: dash, is: 'dashed', keyed: false, anchor: undefined };
  return flowHead(FLOW_ITEM.exec(rest), dash, false);
}

function flowHead(found: RegExpExecArray | null, before: number, keyed: boolean): Head | undefined {
  return found ? { at: before + (found[1] ?? '').length, is: 'flow', keyed, anchor: found[2] } : undefined;
}

/** Whether a line may begin an entry of a map. */
export function isKey(line: string): boolean {
  return ANY_KEY.test(line);
}

/** Whether nothing but a comment follows. */
export function isLineEnd(rest: string): boolean {
  return LINE_END.test(rest);
}

/** Whether the line opens a block of text. */
export function opensText(line: string): boolean {
  return TEXT.test(line);
}

const BLOCK_TAIL = /^(?:\s|#[^\n]*(?:\n|$))*$/;
const FLOW_TAIL = /^(?:\s|#[^\n]*(?:\n|$))*(,?)(?:\s|#[^\n]*(?:\n|$))*$/;

/** What follows a bracket that closes, to the end of its entry: whether a comma does; undefined where something else does. */
export function tailOf(rest: string, flow: boolean): { readonly comma: boolean } | undefined {
  const found = (flow ? FLOW_TAIL : BLOCK_TAIL).exec(rest);
  return found ? { comma: !flow || found[1] === ',' } : undefined;
}
