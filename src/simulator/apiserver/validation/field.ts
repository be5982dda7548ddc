// Models k8s.io/apimachinery/pkg/util/validation/field: where in an object something is wrong, and the words for it.
// A path is a chain of small nodes; its text is built only when an error needs it.
import type { InvalidCause } from '../../../model/status.ts';
import { valueText } from './value.ts';

export class Path {
  readonly parent: Path | undefined;
  readonly text: string;

  private constructor(parent: Path | undefined, text: string) {
    this.parent = parent;
    this.text = text;
  }

  static of(...names: string[]): Path {
    let path: Path | undefined;
    for (const name of names) path = new Path(path, path ? `.${name}` : name);
    return path ?? new Path(undefined, '');
  }

  child(name: string): Path {
    return new Path(this, `.${name}`);
  }

  index(i: number): Path {
    return new Path(this, `[${i}]`);
  }

  key(key: string): Path {
    return new Path(this, `[${key}]`);
  }

  toString(): string {
    return this.parent ? this.parent.toString() + this.text : this.text;
  }
}

/** The reasons of a Status cause, with the words that begin its message. */
const WORDS = {
  FieldValueNotFound: 'Not found',
  FieldValueRequired: 'Required value',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  InternalError: 'Internal error',
  FieldValueTypeInvalid: 'Invalid value',
} as const;

export type ErrorType = keyof typeof WORDS;

/** One thing that is wrong; it is a cause of the Status that refuses the object. */
export interface FieldError extends InvalidCause {
  readonly reason: ErrorType;
}

/** Collects the errors of one object, in the order in which they are found. */
export class Errors {
  readonly list: FieldError[] = [];

  get count(): number {
    return this.list.length;
  }

  private add(type: ErrorType, path: Path, value: string | undefined, detail: string): void {
    const shown = value === undefined ? '' : `: ${value}`;
    this.list.push({
      reason: type,
      field: path.toString(),
      message: `${WORDS[type]}${shown}${detail === '' ? '' : `: ${detail}`}`,
    });
  }

  required(path: Path, detail = ''): void {
    this.add('FieldValueRequired', path, undefined, detail);
  }

  invalid(path: Path, value: unknown, detail: string): void {
    this.add('FieldValueInvalid', path, valueText(value), detail);
  }

  /** Of something as a whole, whose value the message leaves out. */
  invalidObject(path: Path, detail: string): void {
    this.list.push({ reason: 'FieldValueInvalid', field: path.toString(), message: `Invalid value: ${detail}` });
  }

  typeInvalid(path: Path, value: unknown, detail: string): void {
    this.add('FieldValueTypeInvalid', path, valueText(value), detail);
  }

  /** One "Invalid value" for each message that a check of `value` returned. */
  each(path: Path, value: unknown, messages: readonly string[]): void {
    for (const message of messages) this.invalid(path, value, message);
  }

  notSupported(path: Path, value: unknown, supported: readonly string[]): void {
    const detail = supported.length > 0 ? `supported values: ${supported.map((v) => valueText(v)).join(', ')}` : '';
    this.add('FieldValueNotSupported', path, valueText(value), detail);
  }

  duplicate(path: Path, value: unknown, detail = ''): void {
    this.add('FieldValueDuplicate', path, valueText(value), detail);
  }

  forbidden(path: Path, detail: string): void {
    this.add('FieldValueForbidden', path, undefined, detail);
  }

  notFound(path: Path, value: unknown, detail = ''): void {
    this.add('FieldValueNotFound', path, valueText(value), detail);
  }

  tooLong(path: Path, max: number): void {
    this.add('FieldValueTooLong', path, undefined, `may not be more than ${max} bytes`);
  }

  tooLongCharacters(path: Path, max: number): void {
    this.add('FieldValueTooLong', path, undefined, `may not be more than ${max} characters`);
  }

  tooMany(path: Path, actual: number, max: number): void {
    this.add('FieldValueTooMany', path, String(actual), `must have at most ${max} items`);
  }

  internal(path: Path, detail: string): void {
    this.add('InternalError', path, undefined, detail);
  }
}

/** The types of the API with every field possibly absent, and every string possibly outside its enumeration. */
export type Loose<T> = T extends string
  ? string
  : T extends number
    ? number
    : T extends boolean
      ? boolean
      : T extends readonly (infer U)[]
        ? readonly Loose<U>[]
        : T extends object
          ? { readonly [K in keyof T]?: Loose<T[K]> }
          : T;

/** What an error about the whole object names. */
export const NO_PATH = Path.of('');
