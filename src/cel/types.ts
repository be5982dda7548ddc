// Types of the checker, how they are written, and when one is good where another is wanted. Models cel-go common/types/types.go,
// checker/types.go and checker/format.go.

export type Kind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'type'
  | 'object'
  | 'opaque'
  | 'param';

export interface Type {
  readonly kind: Kind;
  /** Of objects, opaque types and type parameters. */
  readonly name: string;
  readonly params: readonly Type[];
}

const make = (kind: Kind, name = '', params: readonly Type[] = []): Type => ({ kind, name, params });

export const DYN = make('dyn');
/** As dyn, under the name that protobuf gives it. */
export const ANY = make('dyn', 'any');
export const ERROR = make('error');
export const NULL = make('null');
export const BOOL = make('bool');
export const INT = make('int');
export const UINT = make('uint');
export const DOUBLE = make('double');
export const STRING = make('string');
export const BYTES = make('bytes');
export const TIMESTAMP = make('timestamp');
export const DURATION = make('duration');
export const listOf = (element: Type): Type => make('list', '', [element]);
export const mapOf = (key: Type, value: Type): Type => make('map', '', [key, value]);
export const typeOf = (t: Type): Type => make('type', '', [t]);
export const objectType = (name: string): Type => make('object', name);
export const opaqueType = (name: string, params: readonly Type[] = []): Type => make('opaque', name, params);
export const optionalOf = (t: Type): Type => opaqueType('optional_type', [t]);
export const typeParam = (name: string): Type => make('param', name);

export const isOptional = (t: Type): boolean => t.kind === 'opaque' && t.name === 'optional_type';

/** As messages of the checker write a type. */
export function formatType(t: Type): string {
  const inner = t.params.map(formatType).join(', ');
  switch (t.kind) {
    case 'error':
      return '!error!';
    case 'object':
    case 'param':
      return t.name;
    case 'dyn':
      return t.name || 'dyn';
    case 'opaque':
      return t.params.length > 0 ? `${t.name}(${inner})` : t.name;
    case 'list':
    case 'map':
    case 'type':
      return t.params.length > 0 ? `${t.kind}(${inner})` : t.kind;
    default:
      return t.kind;
  }
}

/** As the type itself is written: only null has another name than in the checker's messages. */
export function typeText(t: Type): string {
  if (t.kind === 'null') return 'null_type';
  if (t.kind === 'timestamp' || t.kind === 'duration') return t.kind;
  if (t.params.length === 0) return formatType(t);
  const name = t.kind === 'opaque' ? t.name : t.kind;
  return `${name}(${t.params.map(typeText).join(', ')})`;
}

export function sameType(a: Type, b: Type): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return false;
  return a.params.every((p, i) => b.params[i] !== undefined && sameType(p, b.params[i]));
}

/** What type parameters have been found to be. Trying an overload that does not fit leaves no trace. */
export class Substitution {
  private bound: ReadonlyMap<string, Type> = new Map();
  private fresh = 0;

  newParam(): Type {
    return typeParam(`_var${this.fresh++}`);
  }

  /** `forgetful`: parameters that nothing is known of become dyn. */
  apply(t: Type, forgetful = false): Type {
    if (t.kind === 'param') {
      const known = this.bound.get(t.name);
      if (known !== undefined) return this.apply(known, forgetful);
      return forgetful ? DYN : t;
    }
    if (t.params.length === 0) return t;
    const params = t.params.map((p) => this.apply(p, forgetful));
    return params.every((p, i) => p === t.params[i]) ? t : { ...t, params };
  }

  /** Whether values of `from` are good where `to` is wanted; what that takes is remembered. */
  assign(to: readonly Type[], from: readonly Type[]): boolean {
    const before = this.bound;
    const ok = to.length === from.length && to.every((t, i) => this.one(t, from[i] ?? ERROR));
    if (!ok) this.bound = before;
    return ok;
  }

  private bind(name: string, t: Type): void {
    this.bound = new Map(this.bound).set(name, t);
  }

  private occurs(name: string, t: Type): boolean {
    if (t.kind === 'param') {
      if (t.name === name) return true;
      const known = this.bound.get(t.name);
      return known !== undefined && this.occurs(name, known);
    }
    return t.params.some((p) => this.occurs(name, p));
  }

  private param(name: string, other: Type, flip: boolean): boolean {
    const known = this.bound.get(name);
    if (known !== undefined) {
      const ok = flip ? this.one(other, known) : this.one(known, other);
      if (ok && isEqualOrLess(other, known)) this.rebind(name, other);
      return ok;
    }
    if (other.kind === 'param' && other.name === name) return true;
    if (this.occurs(name, other)) return false;
    this.bind(name, other);
    return true;
  }

  /** The more general of both types is kept. */
  private rebind(name: string, t: Type): void {
    if (!this.occurs(name, t)) this.bind(name, t);
  }

  private one(to: Type, from: Type): boolean {
    if (to === from) return true;
    if (from.kind === 'param') return this.param(from.name, to, true);
    if (to.kind === 'param') return this.param(to.name, from, false);
    if (to.kind === 'dyn' || to.kind === 'error' || from.kind === 'dyn' || from.kind === 'error') return true;
    if (from.kind === 'null' && to.kind !== 'null') return takesNull(to);
    if (to.kind === 'null' && from.kind !== 'null') return takesNull(from);
    if (to.kind !== from.kind) return false;
    if (to.kind === 'type') return true;
    if (to.name !== from.name || to.params.length !== from.params.length) return false;
    return to.params.every((p, i) => this.one(p, from.params[i] ?? ERROR));
  }
}

const takesNull = (t: Type): boolean => ['opaque', 'object', 'timestamp', 'duration'].includes(t.kind);

/** Whether `a` says no more than `b`: it is the same or more general. */
export function isEqualOrLess(a: Type, b: Type): boolean {
  if (a.kind === 'param' || b.kind === 'param') return sameType(a, b);
  if (a.kind === 'dyn' || a.kind === 'error') return true;
  if (b.kind === 'dyn' || b.kind === 'error') return false;
  if (a.kind === 'null') return false;
  if (b.kind === 'null') return takesNull(a);
  if (a.kind !== b.kind || a.name !== b.name || a.params.length !== b.params.length) return sameType(a, b);
  return a.params.every((p, i) => b.params[i] !== undefined && isEqualOrLess(p, b.params[i]));
}

/** The more general of two types that go together. */
export const mostGeneral = (a: Type, b: Type): Type => (isEqualOrLess(a, b) ? a : b);
