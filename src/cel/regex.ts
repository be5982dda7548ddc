// Regular expressions with the syntax and the guarantees of RE2: time grows with the text, never exponentially.
import { RE2JS } from 're2js';
import { CelError } from './values.ts';

const compiled = new Map<string, RE2JS | string>();
const KEPT = 500;

function remember(pattern: string, made: RE2JS | string): RE2JS | string {
  if (compiled.size >= KEPT) compiled.clear();
  compiled.set(pattern, made);
  return made;
}

function attempt(pattern: string): RE2JS | string {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  try {
    return remember(pattern, RE2JS.compile(pattern));
  } catch (e) {
    return remember(pattern, e instanceof Error ? e.message : String(e));
  }
}

/** What Go would say of the pattern; undefined where it is good. */
export function regexProblem(pattern: string): string | undefined {
  const made = attempt(pattern);
  return typeof made === 'string' ? made : undefined;
}

function regex(pattern: string): RE2JS {
  const made = attempt(pattern);
  if (typeof made === 'string') throw new CelError(made);
  return made;
}

export const matches = (text: string, pattern: string): boolean => regex(pattern).matcher(text).find();

/** Up to `limit` matches, from left to right; all where it is negative. */
export function findAll(text: string, pattern: string, limit: number): string[] {
  const matcher = regex(pattern).matcher(text);
  const out: string[] = [];
  while ((limit < 0 || out.length < limit) && matcher.find()) out.push(matcher.group() ?? '');
  return out;
}
